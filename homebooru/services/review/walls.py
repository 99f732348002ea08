"""Walls: all pictures of which a model suggests the same tag, to be answered at a glance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.reviewing import answers
from homebooru.db.queries.reviewing.answers import Mine
from homebooru.db.queries.tags import find_tags
from homebooru.db.queries.views import page_views, tag_views
from homebooru.domain.posts import PostView, TagView
from homebooru.domain.query.tree import Suggested, Tag
from homebooru.domain.review.items import Key
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.review.desk import REMEMBERED, pace
from homebooru.services.review.queues import Known, found_by, know
from homebooru.services.review.suggestions import Suggestions, sure_of

SIZE = 50
LOOKED_AT = 400
"""Of how many posts the surest are shown: a wall is quick where few of it are wrong."""

LISTED = 24


@dataclass(frozen=True, slots=True)
class Brick:
    """A picture of a wall, and how sure the model is."""

    key: Key
    post: PostView
    sure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """The next pictures for which a tag is suggested; `waiting` is how many there are in all."""

    tag: TagView
    bricks: tuple[Brick, ...]
    waiting: int
    can_undo: bool
    seconds: float | None

    @property
    def seconds_left(self) -> float | None:
        return None if self.seconds is None else self.seconds * -(-self.waiting // SIZE)


def list_walls(sessions: Sessions, scope: Scope, *, finder: Finder = PLAIN) -> tuple[TagView, ...]:
    """Return the tags that are suggested most often, with how many posts wait."""
    with one_moment(sessions) as session:
        with finder.finding(session) as finding:
            often = found_by(session, finding, Suggestions().posts, scope).suggested(LISTED)
        views = tag_views(session, often, often)
        ranked = sorted(views.values(), key=lambda view: (-view.count, view.name))
        return tuple(ranked[:LISTED])


def open_wall(
    sessions: Sessions, mine: Mine, tag: str, scope: Scope, *, finder: Finder = PLAIN
) -> Wall:
    """Return the surest pictures of a wall that somebody has not passed over.

    Raises NotFound where nobody may know of such a tag.
    """
    with one_moment(sessions) as session, finder.finding(session) as finding:
        ids = find_tags(session, [tag])
        waiting = found_by(session, finding, Suggested(Tag(tag)), scope)
        count = waiting.count()
        if tag not in ids or not (count or finding.seen_tags(ids.values(), scope)):
            raise NotFound(phrase("There is no tag {name!r}.", name=tag[:100]))
        moments = answers.last_moments(session, mine, REMEMBERED)
        known = know(session, waiting.page(0, LOOKED_AT), scope)
        sure = _surest(known, ids[tag], answers.read_skipped(session, mine))
        views = page_views(session, finding.tags_of(list(sure)), scope)
        return Wall(
            tag=tag_views(session, ids.values())[ids[tag]],
            bricks=tuple(Brick(Key(v.id, str(ids[tag])), v, sure[v.id]) for v in views),
            waiting=count,
            can_undo=bool(moments),
            seconds=pace(moments),
        )


def _surest(known: Known, tag: int, skipped: Collection[Key]) -> dict[int, float]:
    """Return the posts that are likeliest to have a suggested tag, with how sure that is."""
    sure = {
        post: share
        for post in known.posts
        if Key(post, str(tag)) not in skipped and (share := sure_of(known, post, tag)) is not None
    }
    return dict(sorted(sure.items(), key=lambda one: (-one[1], one[0]))[:SIZE])
