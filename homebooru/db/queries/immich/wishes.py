"""What is to be true of assets at Immich: wished for, taken, ended, and taken back over there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import visible
from homebooru.db.queue import claim
from homebooru.db.tables import (
    AlbumAssetRow,
    AlbumRow,
    AssetRow,
    AssetWishRow,
    MirrorRow,
    PostRow,
)
from homebooru.domain.immich.wishes import ALBUM, FAVOURITE, OPEN, TRASH, AssetWish, WishState
from homebooru.domain.scope import Scope

WISH = AssetWishRow
IS_OPEN = WISH.state.in_(OPEN)
IN_THEIR_TRASH = sa.and_(
    WISH.thing == TRASH, WISH.ours, WISH.state.not_in((WishState.UNDONE, WishState.GONE))
)
"""Tells of a wish whether its asset is, or may be, in Immich's trash because of us."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How many wishes about a thing are in a state, wanted or not any more, and why."""

    thing: str
    wanted: bool
    state: str
    reason: str | None
    count: int


def throw_away(session: Session, post_ids: Collection[int]) -> bool:
    """Wish the assets of posts into the trash there, for users whose trash follows ours."""
    return _wish(
        session,
        _wishes(sa.literal(TRASH)).where(
            any_of(AssetRow.post_id, list(post_ids)), AssetRow.is_offline.is_(False)
        ),
    )


def bring_back(session: Session, post_ids: Collection[int]) -> bool:
    """Wish out of the trash there what we put into it; tell whether there is any."""
    mine = sa.and_(any_of(WISH.post_id, list(post_ids)), WISH.thing == TRASH)
    return _unwish(session, mine)


def carry_over(session: Session, from_post: int, to_post: int) -> bool:
    """Wish the assets of a post into the albums of another's, and that they be favourites alike."""
    liked = sa.exists().where(_shows(from_post), OLD.is_favourite)
    favourites = _wishes(sa.literal(FAVOURITE)).where(
        AssetRow.post_id == to_post, AssetRow.is_favourite.is_(False), liked
    )
    albums = _albums_over(from_post, to_post)
    return _wish(session, albums) | _wish(session, favourites)


def count_albums(session: Session, from_post: int, to_post: int) -> tuple[int, int]:
    """Return into how many albums of a post another would come, and into how many it cannot.

    It cannot where it does not lie in Immich, or nothing may be changed there.
    """
    coming = _albums_over(from_post, to_post).with_only_columns(AlbumRow.id).subquery()
    theirs, mine = sa.orm.aliased(AlbumAssetRow), sa.orm.aliased(AlbumAssetRow)
    here = sa.orm.aliased(AssetRow)
    is_in = sa.exists().where(
        mine.album_id == theirs.album_id, mine.asset_id == here.id, here.post_id == to_post
    )
    missing = (
        sa.select(sa.func.count(sa.distinct(theirs.album_id)))
        .join(OLD, OLD.id == theirs.asset_id)
        .where(OLD.post_id == from_post, ~is_in)
    )
    comes = session.scalar(sa.select(sa.func.count(sa.distinct(coming.c.id)))) or 0
    return comes, max(0, (session.scalar(missing) or 0) - comes)


def carry_back(session: Session, from_post: int, to_post: int) -> bool:
    """Wish away again what another post's assets had from a post; tell whether there is any."""
    albums = (
        sa.select(sa.literal(ALBUM).concat(sa.cast(AlbumRow.remote_id, sa.Text)))
        .join(AlbumAssetRow, AlbumAssetRow.album_id == AlbumRow.id)
        .join(AssetRow, AssetRow.id == AlbumAssetRow.asset_id)
        .where(AssetRow.post_id == from_post)
    )
    things = sa.or_(WISH.thing.in_(albums), WISH.thing == FAVOURITE)
    return _unwish(session, sa.and_(WISH.post_id == to_post, things))


OLD = sa.orm.aliased(AssetRow)


def _shows(post_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(OLD.post_id == post_id, OLD.owner_id == AssetRow.owner_id)


def _albums_over(from_post: int, to_post: int) -> sa.Select[UUID | None, UUID, str, int, int, bool]:
    """Select wishes to be in the albums of another post, for the assets that are not there yet."""
    there = sa.exists().where(
        _shows(from_post), AlbumAssetRow.album_id == AlbumRow.id, AlbumAssetRow.asset_id == OLD.id
    )
    not_yet = ~sa.exists().where(
        AlbumAssetRow.album_id == AlbumRow.id, AlbumAssetRow.asset_id == AssetRow.id
    )
    albums = _wishes(_in_album()).where(AssetRow.post_id == to_post)
    return albums.join(AlbumRow, sa.true()).where(there, not_yet)


def _in_album() -> sa.ColumnElement[str]:
    return sa.literal(ALBUM).concat(sa.cast(AlbumRow.remote_id, sa.Text))


def _wishes(thing: sa.ColumnElement[str]) -> sa.Select[UUID | None, UUID, str, int, int, bool]:
    """Select wishes about assets of users who let us."""
    return (
        sa.select(
            AssetRow.owner_id,
            AssetRow.remote_id,
            thing.label("thing"),
            AssetRow.id,
            AssetRow.post_id,
            sa.true(),
        )
        .select_from(AssetRow)
        .join(MirrorRow, MirrorRow.owner_id == AssetRow.owner_id)
        .where(MirrorRow.takes_trash)
    )


def _wish(session: Session, wishes: sa.Select[UUID | None, UUID, str, int, int, bool]) -> bool:
    names = ["owner_id", "remote_id", "thing", "asset_id", "post_id", "wanted"]
    new = insert(WISH).from_select(names, wishes)
    again = {name: new.excluded[name] for name in ("asset_id", "post_id", "wanted")}
    made = session.execute(
        new.on_conflict_do_update(
            index_elements=[WISH.remote_id, WISH.thing], set_=again | _begun()
        ).returning(WISH.id)
    )
    return made.first() is not None


def _unwish(session: Session, which: sa.ColumnElement[bool]) -> bool:
    """Want the opposite of wishes; of what is no more, or taken back there, nothing is wanted."""
    ended = sa.or_(WISH.asset_id.is_(None), WISH.state == WishState.UNDONE)
    session.execute(sa.delete(WISH).where(which, ended))
    undone = session.execute(
        sa.update(WISH)
        .where(which, WISH.wanted)
        .values(wanted=False, **_begun())
        .returning(WISH.id)
        .execution_options(synchronize_session=False)
    )
    return undone.first() is not None


def _begun() -> dict[str, object]:
    """Return what a wish is like that was made just now; a worker who is at it looks again."""
    due = sa.case((WISH.claimed_by.is_not(None), WISH.due), else_=sa.func.now())
    return {
        "state": WishState.DUE,
        "reason": None,
        "tries": 0,
        "attempts": 0,
        "due": due,
        "ended_at": None,
    }


def take(session: Session, *, limit: int, worker_id: int | None) -> list[AssetWish]:
    """Take wishes that are due."""
    taken = [row.id for row in claim(session, WISH, limit=limit, worker_id=worker_id, only=IS_OPEN)]
    rows = session.execute(
        sa.select(WISH, AssetRow.path, AssetRow.library_id)
        .outerjoin(AssetRow, AssetRow.id == WISH.asset_id)
        .where(any_of(WISH.id, taken))
        .order_by(WISH.id)
    ).all()
    return [
        AssetWish(
            id=row.id,
            owner_id=row.owner_id,
            remote_id=row.remote_id,
            thing=row.thing,
            wanted=row.wanted,
            ours=row.ours,
            tries=row.tries,
            path=path or "",
            library_id=library,
        )
        for row, path, library in rows
    ]


def note_sending(session: Session, wishes: Iterable[AssetWish]) -> None:
    """Write down what is about to be sent, before it is."""
    for one in wishes:
        _set(
            session,
            one,
            state=WishState.APPLIED,
            ours=one.ours or one.wanted,
            tries=WISH.tries + 1,
        )


def note_end(session: Session, one: AssetWish, state: WishState, reason: str | None = None) -> None:
    """Write down how a wish ended, unless something else is wanted by now."""
    ours = {} if state is not WishState.VERIFIED or one.wanted else {"ours": False}
    _set(session, one, state=state, reason=reason, ended_at=sa.func.now(), **ours)


def drop(session: Session, one: AssetWish) -> None:
    """Forget a wish about which there is nothing to do, unless something else is wanted by now."""
    session.execute(sa.delete(WISH).where(WISH.id == one.id, WISH.wanted.is_(one.wanted)))


def _set(session: Session, one: AssetWish, **values: object) -> None:
    session.execute(
        sa.update(WISH)
        .where(WISH.id == one.id, WISH.wanted.is_(one.wanted))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def release(session: Session, ids: Collection[int], *, after: timedelta = timedelta()) -> None:
    """Let go of wishes; those that are open come due again."""
    session.execute(
        sa.update(WISH)
        .where(any_of(WISH.id, list(ids)))
        .values(
            claimed_by=None,
            due=sa.case((WISH.attempts == 0, sa.func.now()), else_=sa.func.now() + after),
        )
        .execution_options(synchronize_session=False)
    )


def try_again(session: Session, owner_id: UUID) -> bool:
    """Let what failed for a user be tried again; tell whether there is any."""
    failed = session.execute(
        sa.update(WISH)
        .where(WISH.owner_id == owner_id, WISH.state == WishState.FAILED)
        .values(**_begun())
        .returning(WISH.id)
        .execution_options(synchronize_session=False)
    )
    return failed.first() is not None


def stop(session: Session, owner_id: UUID) -> None:
    """Forget what was wished for a user and not begun; what was done can still be taken back."""
    session.execute(
        sa.delete(WISH).where(WISH.owner_id == owner_id, WISH.wanted, ~WISH.ours, IS_OPEN)
    )


def thrown(session: Session, asset_ids: Collection[int]) -> set[int]:
    """Return which assets are in Immich's trash because of us: they lie there for us still."""
    mine = sa.select(AssetRow.id).join(WISH, WISH.asset_id == AssetRow.id)
    return set(session.scalars(mine.where(AssetRow.id.in_(asset_ids), IN_THEIR_TRASH)))


def notice(session: Session, owner_id: UUID, before: datetime) -> int:
    """Note what people over there took back since: restored, taken out, no favourite any more.

    What we did after `before` is left out: what is known of it may be older. Returns how many.
    """
    in_it = (
        sa.exists()
        .where(
            AlbumAssetRow.asset_id == AssetRow.id,
            AlbumAssetRow.album_id == AlbumRow.id,
            WISH.thing == _in_album(),
        )
        .correlate(AssetRow, WISH)
    )
    is_so = sa.case(
        (WISH.thing == TRASH, AssetRow.is_trashed),
        (WISH.thing == FAVOURITE, AssetRow.is_favourite),
        else_=in_it,
    )
    noticed = session.execute(
        sa.update(WISH)
        .where(
            WISH.owner_id == owner_id,
            WISH.state == WishState.VERIFIED,
            WISH.wanted,
            WISH.ended_at < before,
            AssetRow.id == WISH.asset_id,
            ~is_so,
        )
        .values(state=WishState.UNDONE, ours=False)
        .returning(WISH.id)
        .execution_options(synchronize_session=False)
    )
    return len(noticed.all())


def note_gone(session: Session, asset_ids: Collection[int]) -> None:
    """Note that assets are no more, of which something was wished."""
    here = any_of(WISH.asset_id, list(asset_ids))
    session.execute(sa.delete(WISH).where(here, sa.or_(WISH.thing != TRASH, ~WISH.wanted)))
    session.execute(
        sa.update(WISH)
        .where(here)
        .values(state=WishState.GONE, ended_at=sa.func.now())
        .execution_options(synchronize_session=False)
    )


def counts(session: Session, scope: Scope) -> dict[UUID, list[Ends]]:
    """Return how wishes are, by whose they are, of posts that somebody sees."""
    count = sa.func.count()
    kind = sa.case((WISH.thing.in_((TRASH, FAVOURITE)), WISH.thing), else_=ALBUM)
    rows = session.execute(
        sa.select(WISH.owner_id, kind, WISH.wanted, WISH.state, WISH.reason, count)
        .join(PostRow, PostRow.id == WISH.post_id)
        .where(visible(scope))
        .group_by(WISH.owner_id, kind, WISH.wanted, WISH.state, WISH.reason)
        .order_by(WISH.owner_id, kind, WISH.state, count.desc())
    )
    found: dict[UUID, list[Ends]] = {}
    for owner, *rest in rows:
        found.setdefault(owner, []).append(Ends(*rest))
    return found


def undone_posts(session: Session, owner_id: UUID, scope: Scope) -> Sequence[int]:
    """Return the posts that are trash here, and whose assets people took out of the trash there."""
    return session.scalars(
        sa.select(WISH.post_id)
        .join(PostRow, PostRow.id == WISH.post_id)
        .where(
            visible(scope),
            WISH.owner_id == owner_id,
            WISH.thing == TRASH,
            WISH.state == WishState.UNDONE,
        )
        .distinct()
    ).all()


def settle_undone(session: Session, owner_id: UUID, *, again: bool) -> None:
    """Wish into the trash there again what was taken out of it; or ask no more."""
    mine = sa.and_(WISH.owner_id == owner_id, WISH.thing == TRASH, WISH.state == WishState.UNDONE)
    if again:
        values: Mapping[str, object] = _begun()
        session.execute(sa.update(WISH).where(mine).values(**values))
    else:
        session.execute(sa.delete(WISH).where(mine))
