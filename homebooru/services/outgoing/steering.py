"""Lets pushes to Immich begin and end, and takes back what they wrote."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import jobs
from homebooru.db.queries.outgoing import beside, orders, pushed, pushes
from homebooru.db.queries.outgoing.pushed import Push
from homebooru.db.queries.outgoing.pushes import OFF, ON, REMOVING, SETTING, StateCount
from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.queries.records import any_of
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import AssetRow, PushRow
from homebooru.domain.immich.assets import Visibility
from homebooru.domain.immich.windows import Window
from homebooru.domain.outgoing.pushing import deletable
from homebooru.errors import Conflict
from homebooru.phrases import phrase
from homebooru.ports.immich import ImmichUser

SEEN = (Visibility.TIMELINE, Visibility.ARCHIVE, Visibility.HIDDEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushState:
    """How pushing is: whether it is on, how many assets are in which state, and the last pushes.

    Of those that are `held` something stays out that we would push. It `rests` where a person
    paused or cancelled the job.
    """

    wish: str
    rests: bool = False
    waiting: int
    held: int
    counts: tuple[StateCount, ...]
    pushes: tuple[Push, ...]

    def count(self, state: str) -> int:
        return sum(one.assets for one in self.counts if one.state == state)


def push_state(sessions: Sessions) -> PushState:
    """Tell how pushing is."""
    with one_moment(sessions) as session:
        return PushState(
            wish=setting(session, SETTING) or OFF,
            rests=jobs.is_stopped(session, Work.PUSHES),
            waiting=pushes.count_orders(session),
            held=pushes.count_held(session),
            counts=tuple(pushes.count_states(session)),
            pushes=tuple(pushed.pushes(session)),
        )


def start(sessions: Sessions) -> int:
    """Push what may go from now on; return how many assets are looked at."""
    return in_transaction(sessions, partial(_turn, to=ON, only=pushes.is_there()))


def stop(sessions: Sessions) -> None:
    """Push no more; what was pushed stays."""
    with sessions.begin() as session:
        keep_setting(session, SETTING, OFF)


def push_again(sessions: Sessions) -> int:
    """Push again what others took out, and what was held back; return how many assets are looked at."""

    def order(session: Session) -> int:
        assets = pushes.held_assets(session)
        _order_beside(session, "again", assets)
        beside.let_go(session, assets)
        return _order(session, "again", any_of(AssetRow.id, assets))

    return in_transaction(sessions, order)


def try_again(sessions: Sessions) -> int:
    """Try again what failed; return how many assets are looked at."""
    failed = sa.and_(pushes.is_there(), PushRow.state == "failed")
    return in_transaction(sessions, partial(_order, wish="write", only=failed))


def undo(sessions: Sessions, run_id: int) -> int:
    """Take back what a push put on assets, and put back what it took off; return of how many.

    It stays so until it is pushed again. Raises Conflict where there is no such push, or it is
    undone.
    """

    def order(session: Session) -> int:
        if not pushed.is_open(session, run_id):
            raise Conflict(phrase("There is no such push, or it was undone already."))
        assets = pushed.bar(session, run_id)
        _order_beside(session, "write", assets)
        return _order(session, "write", any_of(AssetRow.id, assets))

    return in_transaction(sessions, order)


def remove_all(sessions: Sessions) -> int:
    """Take back all that was ever pushed, and push no more; return of how many assets."""
    return in_transaction(sessions, partial(_turn, to=REMOVING, only=pushes.has_ours()))


def delete_tags(sessions: Sessions, users: Mapping[UUID, ImmichUser]) -> int:
    """Delete the tags that we made and that nobody uses, once all was taken back; return how many.

    While they are on an asset, deleting them would only hide them until it is read again.
    """
    with sessions() as session:
        if setting(session, SETTING) != REMOVING or pushes.has_left(session):
            return 0
    deleted = sum(_delete_for(sessions, user, owner) for owner, user in users.items())
    in_transaction(sessions, _note_removed)
    return deleted


def _note_removed(session: Session) -> None:
    """Push no more, now that nothing of any push is left to be undone."""
    if _is_removing(session):
        keep_setting(session, SETTING, OFF)
        pushed.end_all(session)


def _delete_for(sessions: Sessions, user: ImmichUser, owner: UUID) -> int:
    with sessions() as session:
        known = pushed.known_tags(session, owner)
    made = {value: row.remote_id for value, row in known.items() if row.made}
    there = {tag.value: tag.id for tag in user.tags()} if made else {}
    gone = [value for value in made if value not in there]  # perhaps by us, killed since
    for value, tag in deletable(made, there):
        if not _is_used(user, tag):
            user.delete_tag(tag)
            gone.append(value)
    in_transaction(sessions, partial(pushed.forget_tags, owner_id=owner, values=gone))
    return len(gone)


def _is_used(user: ImmichUser, tag: UUID) -> bool:
    """Tell whether a tag, or one under it, is on any asset."""
    return any(
        user.search(Window(visibility=one, tag_id=tag, with_people=False)).assets for one in SEEN
    )


def _turn(session: Session, to: str, only: sa.ColumnElement[bool]) -> int:
    """Turn pushing on, or back; return how many assets are looked at."""
    keep_setting(session, SETTING, to)
    return _order(session, "write", only)


def _order(session: Session, wish: str, only: sa.ColumnElement[bool]) -> int:
    """Order assets: while all is taken back, each is only rid of us."""
    wake(session, Work.PUSHES)
    return pushes.order(session, "undo" if _is_removing(session) else wish, only)


def _order_beside(session: Session, wish: str, assets: Collection[int]) -> None:
    """Order the sidecars that Immich reads of assets: while all is taken back, they go anyway."""
    if not _is_removing(session) and orders.order_assets(session, assets, wish):
        wake(session, Work.SIDECARS)


def _is_removing(session: Session) -> bool:
    return bool(setting(session, SETTING) == REMOVING)
