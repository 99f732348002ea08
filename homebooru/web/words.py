"""How numbers, dates and queries are spelled on a page."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from flask import Flask, g
from flask_babel import gettext, lazy_gettext, ngettext

from homebooru.domain.accounts import Right
from homebooru.domain.jobs import JobView
from homebooru.domain.posts import PostView, TagView, UnknownHolder, UnknownTag
from homebooru.domain.query.tree import Tag
from homebooru.domain.query.writing import write, write_value
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.web.preferences import Preferences

ORDER = (
    Category.ARTIST,
    Category.COPYRIGHT,
    Category.CHARACTER,
    Category.SPECIES,
    Category.GENERAL,
    Category.META,
    Category.LORE,
)
CATEGORY_NAMES = {
    Category.GENERAL: lazy_gettext("General"),
    Category.ARTIST: lazy_gettext("Artist"),
    Category.COPYRIGHT: lazy_gettext("Copyright"),
    Category.CHARACTER: lazy_gettext("Character"),
    Category.META: lazy_gettext("Meta"),
    Category.SPECIES: lazy_gettext("Species"),
    Category.LORE: lazy_gettext("Lore"),
}
RATING_NAMES = {
    Rating.GENERAL: lazy_gettext("general"),
    Rating.SENSITIVE: lazy_gettext("sensitive"),
    Rating.QUESTIONABLE: lazy_gettext("questionable"),
    Rating.EXPLICIT: lazy_gettext("explicit"),
}
JOB_TITLES = {
    "request_scans": lazy_gettext("Asking for a look at all folders"),
    "scan_roots": lazy_gettext("Looking through folders"),
    "index_files": lazy_gettext("Reading files"),
    "retag_posts": lazy_gettext("Working out tags"),
    "apply_edits": lazy_gettext("Editing many posts"),
    "move_trash": lazy_gettext("Moving files into the trash and back"),
    "take_over": lazy_gettext("Taking over what another program knew"),
    "fetch_tags": lazy_gettext("Asking sources for tags"),
    "tag_pictures": lazy_gettext("Looking at pictures for tags"),
    "fold_counts": lazy_gettext("Counting tags"),
    "take_lists": lazy_gettext("Taking up lists of tags"),
    "undo_acts": lazy_gettext("Taking changes of tags back"),
    "write_sidecars": lazy_gettext("Writing tags beside pictures"),
    "push_tags": lazy_gettext("Pushing tags to Immich"),
    "mirror_immich": lazy_gettext("Mirroring Immich"),
    "fetch_pictures": lazy_gettext("Fetching pictures from Immich"),
    "follow_in_immich": lazy_gettext("Telling Immich what was thrown away or merged"),
    "describe_pictures": lazy_gettext("Describing what pictures look like"),
    "find_duplicates": lazy_gettext("Looking for copies of pictures"),
    "embed_pictures": lazy_gettext("Describing what pictures are about"),
    "measure_models": lazy_gettext("Measuring how often models are right"),
    "prune_feed": lazy_gettext("Tidying the list of changes"),
    "tidy_up": lazy_gettext("Tidying up what is over"),
    "prune_jobs": lazy_gettext("Tidying the history of jobs"),
    "make_backups": lazy_gettext("Making a backup"),
    "save_index": lazy_gettext("Keeping the index for the next start"),
}
UNITS = (lazy_gettext("bytes"), "KB", "MB", "GB", "TB")
STEP = 1024
MOST_IN_ALT = 12
LINKED = ("https://", "http://")
KEPT = 2_000  # tags, as they stand in searches
MINUTE, HOUR, DAY = 60, 3600, 86_400


def install(app: Flask) -> None:
    for word in (
        size,
        length_of,
        moment,
        ago,
        number,
        alternative,
        by_category,
        category_name,
        rating_name,
        rating_spelled,
        job_title,
        spoken,
        may,
        fitted,
        proportion,
        width_in_grid,
        looks,
        is_link,
    ):
        app.jinja_env.filters[word.__name__] = word
    for term in (narrowed, only_tag, replaced, renamed, dropped, ratings, by_rating):
        app.jinja_env.globals[term.__name__] = term


def size(value: int | None) -> str:
    """Spell a size of a file: 3.2 MB."""
    if value is None:
        return gettext("unknown size")
    amount, unit = float(value), 0
    while amount >= STEP and unit < len(UNITS) - 1:
        amount, unit = amount / STEP, unit + 1
    return f"{amount:.{1 if unit else 0}f} {UNITS[unit]}"


def length_of(seconds: float | None) -> str:
    """Spell a duration as a player does: 1:05."""
    whole = max(0, round(seconds or 0))
    hours, rest = divmod(whole, HOUR)
    minutes, second = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def spoken(seconds: float | None) -> str:
    """Spell a duration in words: about 3 minutes."""
    whole = max(0, round(seconds or 0))
    if whole >= DAY:
        return ngettext("%(num)s day", "%(num)s days", round(whole / DAY))
    if whole >= HOUR:
        return ngettext("%(num)s hour", "%(num)s hours", round(whole / HOUR))
    if whole >= MINUTE:
        return ngettext("%(num)s minute", "%(num)s minutes", round(whole / MINUTE))
    return ngettext("%(num)s second", "%(num)s seconds", whole)


def moment(value: datetime | None) -> str:
    return value.astimezone().strftime("%Y-%m-%d %H:%M") if value else gettext("never")


def ago(value: datetime | None) -> str:
    if value is None:
        return gettext("never")
    return gettext("%(time)s ago", time=spoken((datetime.now(UTC) - value).total_seconds()))


def number(value: int) -> str:
    return f"{value:,}"


def may(right: Right) -> str:
    """Say what a right allows."""
    return {
        Right.READ: gettext("read"),
        Right.WRITE: gettext("read and write"),
        Right.ADMIN: gettext("administer"),
    }[right]


def fitted(post: PostView, side: int) -> tuple[int, int]:
    """Return how large the thumbnail of `side` pixels is, so that nothing moves when it comes."""
    width, height = post.width or side, post.height or side
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def proportion(post: PostView) -> float:
    """Return a picture's width by its height."""
    return round(post.width / post.height, 4) if post.width and post.height else 1.0


def width_in_grid(ratio: float, view: Preferences) -> int:
    """Return how wide a picture is where scripts do not lay the grid out."""
    return round(view.size * (1 if view.layout == "squares" else min(max(ratio, 0.5), 3)))


def looks(post: PostView) -> str:
    """Spell the ThumbHash of a picture, for the browser to paint until the picture is there."""
    return b64encode(post.thumbhash or b"").decode()


def is_link(source: str) -> bool:
    """Tell whether a source is an address that may be followed."""
    return source.startswith(LINKED)


def alternative(post: PostView) -> str:
    """Describe a picture for those who do not see it: by its tags, else by its file's name."""
    if post.tags:
        return ", ".join([tag.name for tag in post.tags[:MOST_IN_ALT]]).replace("_", " ")
    return post.locations[0].name if post.locations else gettext("Post %(id)s", id=post.id)


def by_category(tags: tuple[TagView, ...]) -> list[tuple[Category, list[TagView]]]:
    """Sort tags into their categories, those that tell the most first."""
    groups: dict[Category, list[TagView]] = {}
    for tag in tags:
        groups.setdefault(tag.category, []).append(tag)
    return [(category, groups[category]) for category in ORDER if category in groups]


def category_name(category: Category) -> str:
    """Name a category to people."""
    return str(CATEGORY_NAMES[category])


def rating_name(rating: Rating) -> str:
    """Name a rating to people."""
    names: dict[Rating, str] = g.setdefault("rating_names", {})  # a page has one on each picture
    if rating not in names:
        names[rating] = str(RATING_NAMES[rating])
    return names[rating]


def by_rating(spell: Callable[[Rating], str]) -> dict[Rating, str]:
    """Return what a macro makes of each rating."""
    return {rating: spell(rating) for rating in Rating}


def ratings() -> list[Rating]:
    """Return all ratings, the tamest first."""
    return list(Rating)


def rating_spelled(letter: str) -> str:
    """Say the rating that a letter stands for."""
    return rating_name(Rating(letter))


def job_title(job: JobView) -> str:
    """Name a job to people; one of another version by the name that it came with."""
    return str(JOB_TITLES.get(job.name, job.title))


def narrowed(query: str, tag: TagView) -> tuple[str, str]:
    """Return the query that asks for `tag` too, and the one that leaves out posts with it."""
    term = only_tag(tag)
    rest = _cut(_cut(query, term), f"-{term}")
    return f"{rest} {term}".lstrip(), f"{rest} -{term}".lstrip()


def only_tag(tag: TagView) -> str:
    """Return the query that asks for `tag` and nothing else."""
    return _term(tag.name)


@lru_cache(KEPT)
def _term(name: str) -> str:
    return write(Tag(name))


def replaced(query: str, unknown: UnknownTag, name: str) -> str:
    """Return the query with another tag in the place of an unknown one."""
    end = unknown.position + len(unknown.name)
    return query[: unknown.position] + write(Tag(name)) + query[end:]


def renamed(query: str, unknown: UnknownHolder, name: str) -> str:
    """Return the query with the name of another pool or the like; alone, where it is not found."""
    term = f"{unknown.kind}:{write_value(name)}"
    rest = dropped(query, unknown.term)
    return term if rest is None else f"{rest} {term}".strip()


def dropped(query: str, term: str) -> str | None:
    """Return the query without a term, or None where it is not written like that."""
    rest = _cut(query, term)
    return None if rest == query else rest


def _cut(query: str, term: str) -> str:
    """Cut a term out of a query where it stands alone; all else stays as it is written."""
    if term.casefold() not in query.casefold():
        return query.strip()
    return re.sub(rf"(?<!\S){re.escape(term)}(?!\S)\s*", "", query, flags=re.IGNORECASE).strip()
