"""What a post would get of its copy, told before anybody decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.immich import wishes
from homebooru.db.queries.views import tag_views
from homebooru.db.tables import FavouriteRow, PoolPostRow, PoolRow
from homebooru.domain.claims import About
from homebooru.domain.duplicates.deciding import OWN, inherited
from homebooru.domain.editing.words import Thing, Value
from homebooru.domain.posts import PostView, TagView, in_order
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.services.duplicates import inheriting

Some = TypeVar("Some")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heritage:
    """What goes over from one post to another; only what the other does not have yet.

    `words` is how many words of people, `favourites` how many people, `albums` how many of Immich,
    and `albums_left` how many of these have the other post alone.
    """

    tags: tuple[TagView, ...] = ()
    refused: tuple[TagView, ...] = ()
    rating: Rating | None = None
    stars: int | None = None
    description: str | None = None
    place: str | None = None
    taken_at: datetime | None = None
    sources: tuple[str, ...] = ()
    words: int = 0
    favourites: int = 0
    pools: tuple[str, ...] = ()
    albums: int = 0
    albums_left: int = 0

    @property
    def is_nothing(self) -> bool:
        return self == Heritage()


def heritage(session: Session, kept: PostView, lost: PostView) -> Heritage:
    """Return what a post would get if it were kept instead of its copy."""
    held = verdicts.read_words(session, [kept.id, lost.id])
    mine, theirs = held.get(kept.id, {}), held.get(lost.id, {})
    changes = inherited(mine, theirs, but=OWN)
    over = {change.about: change.after.value for change in changes if change.after is not None}
    spoken = {about: word.value for about, word in mine.items()} | over
    said = inheriting.heard_of(session, lost.id) or Said()
    added, refused = _tags(session, kept, lost, said, spoken)
    sources = [*str(over.get(About.SOURCE) or "").splitlines(), *said.sources]
    albums, albums_left = wishes.count_albums(session, lost.id, kept.id)
    rating, stars, description = (
        value if isinstance(value := over.get(about), str) else None
        for about in (About.RATING, About.STARS, About.DESCRIPTION)
    )
    return Heritage(
        tags=added,
        refused=refused,
        rating=_new(kept.rating, Rating(rating) if rating else None, said.rating),
        stars=_new(kept.stars, int(stars) if stars else None, said.stars),
        description=_new(kept.description, description, said.description),
        place=_new(kept.place, None, said.place),
        taken_at=_new(kept.taken_at, None, said.taken_at),
        sources=tuple(one for one in dict.fromkeys(sources) if one not in kept.sources),
        words=len(changes),
        favourites=_favourites(session, kept.id, lost.id),
        pools=_pools(session, kept.id, lost.id),
        albums=albums,
        albums_left=albums_left,
    )


def _new(has: Some | None, word: Some | None, heard: Some | None) -> Some | None:
    """Return what a post would have then and does not have now: people's words go before others'."""
    then = word if word is not None else has if has is not None else heard
    return None if then == has else then


def _tags(
    session: Session, kept: PostView, lost: PostView, said: Said, spoken: Mapping[Thing, Value]
) -> tuple[tuple[TagView, ...], tuple[TagView, ...]]:
    """Return the tags that would come, and those that would go since somebody said no to them."""
    views = tag_views(session, [about for about in spoken if isinstance(about, int)])
    yes, no = (
        {view for about, view in views.items() if spoken[about] is value} for value in (True, False)
    )
    has, refused = {tag.name for tag in kept.tags}, {tag.name for tag in no}
    heard = {tag.name for tag in said.tags}
    coming = {(tag.name, tag.category): tag for tag in lost.tags if tag.name in heard}
    coming |= {(tag.name, tag.category): tag for tag in yes}
    added = [tag for tag in coming.values() if tag.name not in has | refused]
    return in_order(added), in_order(tag for tag in kept.tags if tag.name in refused)


def _favourites(session: Session, kept: int, lost: int) -> int:
    """Return how many people like the lesser post, and not yet the other."""
    mine, theirs = aliased(FavouriteRow), aliased(FavouriteRow)
    already = sa.exists().where(mine.post_id == kept, mine.account_id == theirs.account_id)
    wanted = sa.select(sa.func.count()).where(theirs.post_id == lost, ~already)
    return session.scalar(wanted.select_from(theirs)) or 0


def _pools(session: Session, kept: int, lost: int) -> tuple[str, ...]:
    mine, theirs = aliased(PoolPostRow), aliased(PoolPostRow)
    already = sa.exists().where(mine.post_id == kept, mine.pool_id == theirs.pool_id)
    wanted = sa.select(PoolRow.name).join(theirs, theirs.pool_id == PoolRow.id)
    return tuple(session.scalars(wanted.where(theirs.post_id == lost, ~already).order_by("name")))
