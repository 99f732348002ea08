"""Tags that somebody does not want to see: kept for their account, told beside what they find."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.queries.tags import tag_names
from homebooru.db.tables import AccountRow
from homebooru.domain.query import Query, parse
from homebooru.domain.query.tree import Tag, all_of, any_of
from homebooru.domain.scope import Scope
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.search.asking import ask_each
from homebooru.search.finding import PLAIN, Finder
from homebooru.search.naming import meanings

MOST = 200


@dataclass(frozen=True, slots=True)
class Hidden:
    """How many posts of a search somebody hides, and how many of them for each tag of theirs."""

    count: int
    tags: tuple[tuple[str, int], ...]


def hidden_tags(sessions: Sessions, account_id: int) -> frozenset[str]:
    """Return the names of all tags that an account hides."""
    with sessions() as session:
        return frozenset(_kept(session, account_id))


def hidden_meanings(sessions: Sessions, names: Collection[str]) -> dict[str, str]:
    """Return what hidden tags mean now, each with the name under which it is hidden.

    A tag that got another name is hidden still.
    """
    if not names:
        return {}
    with sessions() as session:
        meant = meanings(session, names)
        spelled = tag_names(session, list(meant.values()))
    return {spelled[tag]: name for name, tag in meant.items()} | {name: name for name in names}


def hide_tag(sessions: Sessions, account_id: int, name: str) -> None:
    """Hide what has a tag. Raises InvalidInput where it is no name, or one too many."""
    name = tag_name(name)
    with sessions.begin() as session:
        kept = _kept(session, account_id, to_change=True)
        if len(kept | {name}) > MOST:
            raise InvalidInput(
                phrase("No more than {most} tags can be hidden. Show another one first.", most=MOST)
            )
        _keep(session, account_id, kept | {name})


def show_tag(sessions: Sessions, account_id: int, name: str) -> None:
    """Show what has a tag again; a tag that is not hidden stays as it is."""
    with sessions.begin() as session:
        kept = _kept(session, account_id, to_change=True)
        _keep(session, account_id, kept - {name})


def count_hidden(
    sessions: Sessions,
    text: str,
    names: Iterable[str],
    scope: Scope,
    *,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> Hidden:
    """Tell what of a search is hidden by some tags. Raises QuerySyntaxError."""
    said, tags = parse(text), [Tag(name) for name in sorted(names)]
    if not tags:
        return Hidden(0, ())
    wanted = [any_of(*tags), *tags]
    queries = [Query(all_of(said.tree, each)) for each in wanted]
    with one_moment(sessions) as session, finder.finding(session) as finding:
        ready, asked = ask_each(
            session, queries, scope, now or datetime.now(UTC), zone, finding=finding
        )
        count, *counts = finding.count_each(ready, asked)
    return Hidden(count, tuple(zip((tag.name for tag in tags), counts, strict=True)))


def _kept(session: Session, account_id: int, *, to_change: bool = False) -> set[str]:
    if to_change:  # one change of an account's list after the other
        session.scalars(sa.select(AccountRow.id).filter_by(id=account_id).with_for_update()).all()
    return set(setting(session, setting_of(account_id)) or ())


def _keep(session: Session, account_id: int, names: Iterable[str]) -> None:
    keep_setting(session, setting_of(account_id), sorted(names))


def setting_of(account_id: int) -> str:
    """Return the name of the setting that holds what an account hides."""
    return f"hidden_tags:{account_id}"
