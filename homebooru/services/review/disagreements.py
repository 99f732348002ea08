"""The queue of what voices say against each other: a booru and a model, or two boorus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.queries.reviewing.measures import read_known, read_scores
from homebooru.db.queries.views import tag_views
from homebooru.domain.claims import named
from homebooru.domain.editing.edits import Edit
from homebooru.domain.policy import Kind
from homebooru.domain.posts import TagView
from homebooru.domain.query.tree import Detail, Has, Node
from homebooru.domain.ratings import Rating
from homebooru.domain.review.items import Choice, Item, Key
from homebooru.domain.review.teaching import Open
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.phrases import phrase
from homebooru.search.finding import Finding
from homebooru.services.review.queues import Known, found_by, know
from homebooru.services.review.suggestions import belongs, sure_of

LOOKED_AT = 200
"""Of how many posts the most teaching questions are chosen."""

RATING = "rating"
LABELS = {category.label: category for category in Category}
WORDS = {
    Category.ARTIST: phrase("By whom is it?"),
    Category.COPYRIGHT: phrase("From what is it?"),
    Category.CHARACTER: phrase("Who is it?"),
}
RATINGS = {
    Rating.GENERAL: phrase("General"),
    Rating.SENSITIVE: phrase("Sensitive"),
    Rating.QUESTIONABLE: phrase("Questionable"),
    Rating.EXPLICIT: phrase("Explicit"),
}


@dataclass(frozen=True, slots=True)
class Disagreements:
    """Who is right, where one voice contradicts another.

    A question is about a tag (its id), about a category in which boorus name others (its label),
    or about the rating.
    """

    name: str = "disagreements"
    posts: Node = Has(Detail.DISAGREEMENT)

    def find(
        self, session: Session, finding: Finding, scope: Scope, skipped: Collection[Key]
    ) -> list[Open]:
        posts = found_by(session, finding, self.posts, scope).page(0, LOOKED_AT)
        known = know(session, posts, scope)
        keys = [key for post in known.posts for key in _keys(known, post)]
        often = Counter(key.about for key in keys)
        told = read_known(session, [int(about) for about in often if about.isdigit()])
        return [
            Open(
                key,
                key.about,
                _sure(known, key),
                often[key.about],
                told.get(int(key.about), 0) if key.about.isdigit() else 0,
            )
            for key in keys
            if key not in skipped
        ]

    def ask(self, session: Session, keys: Sequence[Key], scope: Scope) -> dict[Key, Item]:
        known = know(session, {key.post_id for key in keys}, scope)
        open_ = [key for key in keys if key in set(_keys(known, key.post_id))]
        views = tag_views(session, {tag for key in open_ for tag in _tags(known, key)})
        scores = read_scores(session, [int(key.about) for key in open_ if key.about.isdigit()])
        items = {}
        for key in open_:
            if key.about.isdigit():
                items[key] = belongs(known, key, int(key.about), views[int(key.about)], scores)
            elif key.about == RATING:
                items[key] = _rating(known, key)
            else:
                items[key] = _naming(known, key, views)
        return items


def _keys(known: Known, post_id: int) -> list[Key]:
    if post_id not in known.posts:
        return []
    found = known.posts[post_id].outcome.contradictions
    abouts = [*map(str, found.guesses), *(category.label for category in found.namings)]
    return [Key(post_id, about) for about in (*abouts, *([RATING] if found.ratings else []))]


def _sure(known: Known, key: Key) -> float:
    """Return how sure the one voice is; of two boorus either may be right."""
    if not key.about.isdigit():
        return 0.5
    return sure_of(known, key.post_id, int(key.about)) or 0.5


def _tags(known: Known, key: Key) -> Iterable[int]:
    if key.about.isdigit():
        return [int(key.about)]
    if key.about == RATING:
        return []
    return {tag for _, tags in _named(known, key) for tag in tags}


def _named(known: Known, key: Key) -> list[tuple[str, frozenset[int]]]:
    """Return what boorus name in a category, each different answer once, with who says so."""
    answers: dict[frozenset[int], list[str]] = {}
    for claim in known.posts[key.post_id].claims:
        if known.policy.voice(claim.source).kind is Kind.BOORU and known.policy.trust(claim.source):
            tags = frozenset(named(claim, LABELS[key.about], known.vocabulary))
            if tags:
                answers.setdefault(tags, []).append(claim.source)
    return [(", ".join(sources), tags) for tags, sources in answers.items()]


def _naming(known: Known, key: Key, views: dict[int, TagView]) -> Item:
    answers = _named(known, key)
    every = frozenset(views[tag].name for _, tags in answers for tag in tags)
    choices = [
        _one(number, source, _names(tags, views), every)
        for number, (source, tags) in enumerate(answers, 1)
    ]
    return Item(
        key=key,
        question=WORDS[LABELS[key.about]],
        choices=(
            *choices,
            Choice(name="all", words=phrase("All of them"), edit=Edit(add=every)),
            Choice(name="none", words=phrase("None of them"), edit=Edit(remove=every)),
        ),
        why=tuple(
            phrase("{source} says {tags}.", source=source, tags=_list(_names(tags, views)))
            for source, tags in answers
        ),
    )


def _one(number: int, source: str, names: frozenset[str], every: frozenset[str]) -> Choice:
    words = phrase("{tags} ({source})", tags=_list(names), source=source)
    return Choice(name=str(number), words=words, edit=Edit(add=names, remove=every - names))


def _names(tags: Iterable[int], views: dict[int, TagView]) -> frozenset[str]:
    return frozenset(views[tag].name for tag in tags)


def _list(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in sorted(names))


def _rating(known: Known, key: Key) -> Item:
    said: dict[Rating, list[str]] = {}
    for claim in known.posts[key.post_id].claims:
        kind = known.policy.voice(claim.source).kind
        if claim.rating is not None and kind in (Kind.BOORU, Kind.MODEL):
            said.setdefault(claim.rating, []).append(claim.source)
    return Item(
        key=key,
        question=phrase("How explicit is it?"),
        choices=tuple(
            Choice(name=rating.value, words=RATINGS[rating], edit=Edit(rating=rating))
            for rating in Rating
        ),
        why=tuple(
            phrase("{sources} says: {rating}.", sources=", ".join(sources), rating=RATINGS[rating])
            for rating, sources in sorted(said.items())
        ),
    )
