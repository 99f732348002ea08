"""Says where sidecars may be written, what goes into them, and takes back what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.outgoing import orders, pushes
from homebooru.db.queries.policy import setting
from homebooru.db.queries.roots import find_root
from homebooru.db.queries.trash import orders as trash_orders
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RootRow
from homebooru.domain.outgoing.profile import Profile, profile_settings, read_profile
from homebooru.errors import Conflict, NotFound
from homebooru.phrases import phrase
from homebooru.services.outgoing.choosing import keep_profile, load_profile


def allow(sessions: Sessions, root_id: int) -> int:
    """Let tags be written beside the pictures of a root; return how many are ordered now.

    Raises NotFound, and Conflict where the root is marked read-only.
    """

    def order(session: Session) -> int:
        root = _root(session, root_id)
        if root.read_only:
            raise Conflict(
                phrase("{name} is marked read-only: nothing is written there.", name=root.name)
            )
        root.sidecars = "on"
        session.flush()
        return _order(session, root_id, load_profile(session))

    return in_transaction(sessions, order)


def forbid(sessions: Sessions, root_id: int) -> None:
    """Write no more beside the pictures of a root; what was written stays. Raises NotFound."""
    with sessions.begin() as session:
        _root(session, root_id).sidecars = "off"


def mark_read_only(sessions: Sessions, root_id: int, *, read_only: bool) -> None:
    """Say whether anything may be written or moved in a root at all. Raises NotFound."""
    with sessions.begin() as session:
        root = _root(session, root_id)
        root.read_only = read_only
        if read_only:
            root.sidecars, root.trash = "off", "hide"
        else:
            trash_orders.hurry(session, root_id)
            wake(session, Work.TRASH)


def undo(sessions: Sessions, root_id: int) -> int:
    """Take back all that was ever written beside the pictures of a root, and write no more.

    Return of how many pictures. Raises NotFound, and Conflict where the root is read-only.
    """

    def order(session: Session) -> int:
        root = _root(session, root_id)
        if root.read_only:
            raise Conflict(
                phrase("{name} is marked read-only: nothing is written there.", name=root.name)
            )
        root.sidecars = "off"
        session.flush()
        ordered = orders.order_undo(session, root_id)
        wake(session, Work.SIDECARS)
        return ordered

    return in_transaction(sessions, order)


def write_again(sessions: Sessions, root_id: int) -> int:
    """Write again what others took out of our sidecars; return of how many pictures."""

    def order(session: Session) -> int:
        if _root(session, root_id).sidecars == "off":
            return 0
        wake(session, Work.SIDECARS)
        return orders.order_again(session, root_id)

    return in_transaction(sessions, order)


def write_all(sessions: Sessions, root_id: int) -> int:
    """Look at all sidecars of a root again; return how many are ordered. Raises NotFound."""

    def order(session: Session) -> int:
        if _root(session, root_id).sidecars == "off":
            return 0
        return _order(session, root_id, load_profile(session))

    return in_transaction(sessions, order)


def change_profile(sessions: Sessions, settings: Mapping[str, Any]) -> Profile:
    """Change what goes into sidecars; those that are allowed follow. Raises InvalidInput."""

    def change(session: Session) -> Profile:
        before = load_profile(session)
        profile = read_profile(profile_settings(before) | dict(settings))
        if profile != before:
            keep_profile(session, profile)
            for root_id in orders.allowed_roots(session):
                _order(session, root_id, profile)
            if setting(session, pushes.SETTING) == pushes.ON:
                pushes.order(session, "write", pushes.is_there())
                wake(session, Work.PUSHES)
        return profile

    return in_transaction(sessions, change)


def _order(session: Session, root_id: int, profile: Profile) -> int:
    wake(session, Work.SIDECARS)
    return orders.order_root(session, root_id, unreviewed=bool(profile.kinds))


def _root(session: Session, root_id: int) -> RootRow:
    root = find_root(session, root_id)
    if root is None:
        raise NotFound(phrase("There is no such folder in the library."))
    return root
