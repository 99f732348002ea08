"""Mirrors the whole household, one user after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.immich import mirrors
from homebooru.db.queue import wake_job
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import MirrorRow
from homebooru.errors import RemoteError
from homebooru.phrases import joined, phrase
from homebooru.ports import Progress
from homebooru.ports.immich import ImmichUser
from homebooru.services.immich.connecting import note_failure
from homebooru.services.immich.mirroring import Synced, foretell, mirror
from homebooru.services.immich.storing import Household

JOB = "mirror_immich"
Opener = Callable[[], AbstractContextManager[Mapping[UUID, ImmichUser]]]
HouseholdOf = Callable[[UUID], Household]


def mirror_all(
    sessions: Sessions,
    opened: Opener,
    household: HouseholdOf,
    progress: Progress,
    *,
    census: bool = False,
) -> str | None:
    """Mirror what is each user's; return what came of it.

    What fails for one is told on the page, and the others are mirrored.
    """
    told: list[str] = []
    with opened() as users:
        for owner_id, user in users.items():
            try:
                believed = in_transaction(sessions, partial(mirrors.is_believed, owner_id=owner_id))
                synced = mirror(
                    sessions,
                    user,
                    household(owner_id),
                    progress,
                    census=census,
                    believed=believed,
                )
            except RemoteError as error:
                note_failure(sessions, owner_id, error)
                progress.report_error("Immich", str(error))
                continue
            note_failure(sessions, owner_id, None)
            told += _told(synced)
    return joined(told) if told else None


def foretell_all(
    sessions: Sessions, opened: Opener, household: HouseholdOf, progress: Progress
) -> int:
    """Return how many assets would be read."""
    with opened() as users:
        return sum(
            foretell(sessions, user, household(owner_id), progress)
            for owner_id, user in users.items()
        )


def believe(sessions: Sessions, owner_id: UUID) -> None:
    """Take a person's word that what a census does not find is really gone."""
    with sessions.begin() as session:
        mirrors.believe(session, owner_id)
        ask(session)


def ask(session: Session) -> None:
    """Let the household be mirrored now, once this transaction commits."""
    wake_job(session, JOB)


def ask_now(sessions: Sessions) -> None:
    """Let the household be mirrored now."""
    with sessions.begin() as session:
        ask(session)


def count_anew(sessions: Sessions) -> None:
    """Let a census be taken the next time, and let that be now."""
    with sessions.begin() as session:
        session.execute(sa.update(MirrorRow).values(census_due=True))
        ask(session)


def _told(synced: Synced) -> list[str]:
    if not (synced.changed or synced.gone or synced.brake):
        return []
    read = phrase("Read: {changed}, gone: {gone}.", changed=synced.changed, gone=synced.gone)
    return [read, synced.brake] if synced.brake else [read]
