"""Posts of which a booru has a better file than we do; nothing is ever fetched by itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.alike.originals import IS_BETTER, IS_LARGER, IS_LOSSLESS
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.views import post_views
from homebooru.db.tables import OriginalRow, PostRow
from homebooru.domain.posts import PostView
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.sites import SITES


class Gain(StrEnum):
    """In what a file at a booru is better than ours."""

    LARGER = "larger"
    LOSSLESS = "lossless"
    FINER = "finer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A better file of a post: at which booru, what it is there, and in what it is better."""

    post: PostView
    source: str
    label: str
    address: str | None
    width: int
    height: int
    size: int | None
    extension: str | None
    gain: Gain
    is_unwanted: bool


@dataclass(frozen=True, slots=True)
class Upgrades:
    """A page of better files, and how many there are in all."""

    found: tuple[Upgrade, ...]
    count: int


def list_upgrades(
    sessions: Sessions, scope: Scope, *, limit: int, offset: int = 0, unwanted: bool = False
) -> Upgrades:
    """Return better files of posts in the gallery, newest posts first; or those not wanted."""
    is_unwanted = OriginalRow.unwanted_at.is_not(None)
    there = sa.and_(visible(scope), shown(), IS_BETTER, is_unwanted if unwanted else ~is_unwanted)
    joined = sa.join(OriginalRow, PostRow, PostRow.id == OriginalRow.post_id)
    with one_moment(sessions) as session:
        counted = sa.select(sa.func.count()).select_from(joined).where(there)
        count = session.scalar(counted) or 0
        gain = sa.case(
            (IS_LARGER, Gain.LARGER.value),
            (IS_LOSSLESS, Gain.LOSSLESS.value),
            else_=Gain.FINER.value,
        )
        page = sa.select(OriginalRow, gain).select_from(joined).where(there)
        order = (OriginalRow.post_id.desc(), OriginalRow.source)
        rows = session.execute(page.order_by(*order).limit(limit).offset(offset)).all()
        wanted = sa.select(PostRow).where(any_of(PostRow.id, [row.post_id for row, _ in rows]))
        posts = session.scalars(wanted.where(visible(scope))).all()
        views = {view.id: view for view in post_views(session, posts, scope)}
        found = tuple(_upgrade(row, views[row.post_id], Gain(gain)) for row, gain in rows)
    return Upgrades(found, count)


def _upgrade(row: OriginalRow, post: PostView, gain: Gain) -> Upgrade:
    site = SITES.get(row.source)
    return Upgrade(
        post=post,
        source=row.source,
        label=row.source if site is None else site.label,
        address=None if site is None else site.page_of(row.remote_id),
        width=row.width,
        height=row.height,
        size=row.size,
        extension=row.extension,
        gain=gain,
        is_unwanted=row.unwanted_at is not None,
    )


def decide(
    sessions: Sessions, post_id: int, source: str, scope: Scope, account_id: int, *, wanted: bool
) -> None:
    """Keep a person's word that a better file is not wanted, or is after all; raises NotFound."""
    seen = sa.select(PostRow.id).where(PostRow.id == post_id, visible(scope))
    mine = sa.and_(OriginalRow.post_id.in_(seen), OriginalRow.source == source)
    told = sa.update(OriginalRow).where(mine).returning(OriginalRow.post_id)
    with sessions.begin() as session:
        values = (
            {"unwanted_at": None, "unwanted_by": None}
            if wanted
            else {"unwanted_at": sa.func.now(), "unwanted_by": account_id}
        )
        if session.scalar(told.values(values)) is None:
            raise NotFound(
                phrase("No other file of post {post_id} is known there.", post_id=post_id)
            )
