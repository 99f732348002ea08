"""What an admin decides about sources: who may be asked, as whom, how often, and what again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, chain, services
from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.queries.posts import lock_intake
from homebooru.db.queue import Work, wake
from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.manners import Failure
from homebooru.domain.lookups.periods import Periods, periods
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.lookups.enabling import list_for
from homebooru.services.lookups.keys import KeyRing
from homebooru.sites import BOORUS, SITES

GROUP = "boorus"
QUESTION = "lookups_answered"
LONGEST = 200  # letters of a name or a key


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks a source."""

    user: str | None
    key: str


def switch(sessions: Sessions, name: str, *, enabled: bool, keyed: Collection[str] = ()) -> None:
    """Let a source (`boorus`: all of them) be asked, or not any more.

    A booru that wants a key stays out until there is one: those in `keyed` have one in the
    settings. Raises NotFound, and Conflict where the settings decide.
    """
    with sessions.begin() as session:
        lock_intake(session)
        before = asked.enabled(session)
        rows = _rows(session, BOORUS if name == GROUP else {_known(name)})
        _refuse_fixed(rows)
        for row in rows:
            can_be = row.sealed_key is not None or row.name in keyed or not _needs_key(row.name)
            if enabled and not can_be and name != GROUP:
                raise Conflict(
                    phrase(
                        "{label} answers nobody without a key. Enter yours first.",
                        label=SITES[name].label,
                    )
                )
            row.enabled = enabled and can_be
        keep_setting(session, QUESTION, value=True)
        session.flush()
        list_for(session, before)
        wake(session, Work.LOOKUPS)


def decline(sessions: Sessions) -> None:
    """Ask no more whether anybody may be asked."""
    with sessions.begin() as session:
        keep_setting(session, QUESTION, value=True)


def is_undecided(sessions: Sessions) -> bool:
    """Tell whether nobody has decided yet who may be asked."""
    decided = sa.exists().where(
        ServiceRow.name.in_(SITES), sa.or_(ServiceRow.fixed.is_not(None), ServiceRow.enabled)
    )
    can_be = sa.exists().where(ServiceRow.name.in_(SITES))
    with sessions() as session:
        undecided = session.scalar(sa.select(sa.and_(can_be, ~decided)))
        return bool(undecided) and not setting(session, QUESTION)


def keep_credentials(
    sessions: Sessions, ring: KeyRing, name: str, given: Credentials | None
) -> None:
    """Keep as whom a source is asked; None forgets it.

    A source that wants a key is asked as soon as it has one, if its like are, and no more
    without. Raises NotFound and InvalidInput.
    """
    site = SITES[_known(name)]
    if not site.family.takes_key:
        raise InvalidInput(phrase("{label} takes no key.", label=site.label))
    if given is not None:
        _check(given, takes_user=site.family.takes_user)
    with sessions.begin() as session:
        lock_intake(session)
        before = asked.enabled(session)
        [row] = _rows(session, {name})
        row.account = given.user if given else None
        row.sealed_key = ring.seal(name, given.key) if given else None
        if site.family.needs_key:
            alike = BOORUS.intersection(before) if site.is_booru else {name}.intersection(before)
            row.enabled = given is not None and bool(alike)
        services.forgive(session, Failure.REFUSED, name)
        session.flush()
        list_for(session, before)
        wake(session, Work.LOOKUPS)


def entered(sessions: Sessions, ring: KeyRing) -> Mapping[str, Credentials]:
    """Return as whom sources are asked, as far as people entered it on a page."""
    opened = _opened(sessions, ring)
    return {name: Credentials(user, key) for name, (user, key) in opened.items() if key}


def unopened(sessions: Sessions, ring: KeyRing) -> list[str]:
    """Return the names of sources whose keys another installation sealed."""
    opened = _opened(sessions, ring)
    return sorted(SITES[name].label for name, (_, key) in opened.items() if key is None)


def _opened(sessions: Sessions, ring: KeyRing) -> dict[str, tuple[str | None, str | None]]:
    with sessions.begin() as session:
        rows = session.execute(
            sa.select(ServiceRow.name, ServiceRow.account, ServiceRow.sealed_key).where(
                ServiceRow.sealed_key.is_not(None)
            )
        ).all()
    return {name: (user, ring.open(name, sealed or b"")) for name, user, sealed in rows}


def ask_source_again(sessions: Sessions, name: str) -> None:
    """Let a source be asked about all posts again, in the order of the chain.

    Raises NotFound, and Conflict where it may not be asked.
    """
    with sessions.begin() as session:
        [row] = _rows(session, {_known(name)})
        if name not in asked.enabled(session):
            raise Conflict(phrase("{label} is not asked at all.", label=SITES[name].label))
        row.again_before = services.now(session)
        session.flush()
        asked.list_anew(session, {name})
        services.forgive(session, Failure.REFUSED, name)
        wake(session, Work.LOOKUPS)


def keep_periods(sessions: Sessions, days: Mapping[str, int]) -> Periods:
    """Set how long answers hold, and are waited for. Raises InvalidInput."""
    with sessions.begin() as session:
        held = dict(setting(session, chain.SETTING) or {})
        wanted = periods(held | dict(days))
        keep_setting(session, chain.SETTING, held | dict(days))
        wake(session, Work.LOOKUPS)
        return wanted


def _rows(session: Session, names: Collection[str]) -> list[ServiceRow]:
    """Return the rows of sources, which nobody else changes meanwhile."""
    rows = session.scalars(
        sa.select(ServiceRow)
        .where(ServiceRow.name.in_(names))
        .order_by(ServiceRow.name)
        .with_for_update()
    ).all()
    return list(rows)


def _refuse_fixed(rows: Collection[ServiceRow]) -> None:
    if any(row.fixed is not None for row in rows):
        raise Conflict(
            phrase("The setting HOMEBOORU_SOURCES decides this. Change it, and start again.")
        )


def _known(name: str) -> str:
    if name not in SITES:
        raise NotFound(phrase("There is no source {name!r}.", name=name[:LONGEST]))
    return name


def _needs_key(name: str) -> bool:
    return SITES[name].family.needs_key


def _check(given: Credentials, *, takes_user: bool) -> None:
    texts = [given.key, given.user or ""]
    if not all(text.isascii() and text.isprintable() and len(text) <= LONGEST for text in texts):
        raise InvalidInput(
            phrase("Names and keys are one line of plain letters, {most} at most.", most=LONGEST)
        )
    if not given.key or bool(given.user) != takes_user:
        raise InvalidInput(
            phrase("Enter your name there and your key, both.")
            if takes_user
            else phrase("Enter a key, and no name.")
        )
