"""Which services may be asked: nobody, until a person or the environment says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, chain, services
from homebooru.db.queries.posts import lock_intake
from homebooru.db.queue import Work, wake
from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.manners import Failure
from homebooru.sites import SITES, STEPS, TAGGERS

BATCH = 1000


def keep_sources(
    sessions: Sessions, named: Collection[str] | None, taggers: Collection[str] = ()
) -> None:
    """Let those be enabled, and nobody else, that the environment names; None: it names nobody.

    Taggers are enabled where their models are there, unless a person does not want them. Every
    process says so when it begins, and hardly ever that changes anything.
    """
    fixed = {name: None if named is None else name in named for name in SITES}
    fixed |= dict.fromkeys(taggers)
    with sessions.begin() as session:
        held = {row.name: row.fixed for row in session.scalars(sa.select(ServiceRow))}
    wrong = {name: wish for name, wish in fixed.items() if held.get(name, "unknown") != wish}
    gone = held.keys() - fixed.keys()
    if wrong or any(held[name] is not False for name in gone):
        with sessions.begin() as session:
            _fix(session, {**wrong, **dict.fromkeys(gone, False)})


def enabled_sources(sessions: Sessions) -> list[str]:
    """Return the names of the sources that may be asked over the network."""
    with sessions.begin() as session:
        return [name for name in asked.enabled(session) if name in SITES]


def enabled_taggers(sessions: Sessions) -> list[str]:
    """Return the names of the taggers that may look at pictures."""
    with sessions.begin() as session:
        return [name for name in asked.enabled(session) if name in TAGGERS]


def ask_again(sessions: Sessions, post_ids: Sequence[int]) -> int:
    """Let all enabled sources be asked about posts again; a person wants it.

    Those that refused us are tried again too, for the key may be another one by now.
    """
    for start in range(0, len(post_ids), BATCH):
        with sessions.begin() as session:
            chain.begin_again(session, post_ids[start : start + BATCH])
    with sessions.begin() as session:
        services.forgive(session, Failure.REFUSED)
        wake(session, Work.LOOKUPS)
    return len(post_ids)


def _fix(session: Session, wishes: Mapping[str, bool | None]) -> None:
    """Say what is fixed, and let posts that are here by now be listed for whoever that concerns.

    Nobody adds posts meanwhile: later ones are not missed, for who adds them sees what is
    enabled.
    """
    lock_intake(session)
    before = set(asked.enabled(session))
    for name, wish in sorted(wishes.items()):
        row = session.get(ServiceRow, name, with_for_update=True)
        if row is None:
            row = ServiceRow(name=name, enabled=name in TAGGERS)
            session.add(row)
        row.fixed = wish
    session.flush()
    list_for(session, before)
    wake(session, Work.LOOKUPS)
    wake(session, Work.TAGGING)


def list_for(session: Session, before: Collection[str]) -> None:
    """Let all posts be listed for sources that were not enabled `before`.

    Where one was that is no more, those who come after it need not wait for it.
    """
    now = asked.enabled(session)
    gone = [STEPS.get(name, 0) for name in set(before).difference(now)]
    new = {name for name in now if name not in before}
    later = {name for name in now if gone and STEPS[name] > min(gone)}
    asked.list_anew(session, new | later)
