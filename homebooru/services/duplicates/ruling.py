"""Rules that decide about copies by themselves, once people trust them with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.duplicates import deciding as queries
from homebooru.db.queries.duplicates import finding
from homebooru.db.queries.duplicates.pairs import Pair
from homebooru.db.queries.duplicates.sides import read_sides
from homebooru.db.tables import DuplicatePairRow, DuplicateRuleRow
from homebooru.domain.duplicates.deciding import Fate
from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.domain.duplicates.rules import NEEDED, RULES
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.duplicates.deciding import Wish, decide_in
from homebooru.services.duplicates.limiting import (
    Reach,
    limited_rules,
    name_of,
    proof_of,
    reach_of,
    read_reach,
)

MOST = 40
LONGEST = 1000
LARGEST_ID = 2**31 - 1
RULE = Hand(via=Via.RULE)


def find_rule(session: Session, name: str, *, hold: bool = False) -> DuplicateRuleRow:
    """Return a rule by its name, be it that nobody changed it so far. Raises NotFound."""
    comparison, _, number = name.partition("-")
    wanted = sa.select(DuplicateRuleRow).where(DuplicateRuleRow.comparison == comparison)
    if name in RULES:
        wanted = wanted.where(DuplicateRuleRow.query == "")
        if hold:
            new = insert(DuplicateRuleRow).values(comparison=comparison)
            session.execute(new.on_conflict_do_nothing())
    else:
        key = min(int(number[:10]), LARGEST_ID) if number.isascii() and number.isdigit() else 0
        wanted = wanted.where(DuplicateRuleRow.id == key, DuplicateRuleRow.query != "")
    row = session.scalars(wanted.with_for_update() if hold else wanted).one_or_none()
    if comparison not in RULES or (row is None and name not in RULES):
        raise NotFound(phrase("There is no rule {name}.", name=name))
    return row or DuplicateRuleRow(
        comparison=comparison, query="", means="", version=1, decides=False, fate=Fate.TRASH
    )


def limit_rule(sessions: Sessions, name: str, search: str, fate: Fate, scope: Scope) -> str:
    """Make a rule that compares as another one does, of pairs that a search finds; return its name.

    It begins as a suggestion. Raises NotFound, QuerySyntaxError, InvalidInput and Conflict.
    """
    _check_fate(fate)
    with sessions.begin() as session:
        comparison = find_rule(session, name).comparison
        limited = limited_rules(session)
        if len(limited) >= MOST:
            raise InvalidInput(phrase("There are {most} such rules. Remove some first.", most=MOST))
        query, reach = _read(session, search, scope)
        for other in limited:
            if (other.comparison, other.means) == (comparison, reach.means):
                raise Conflict(phrase("There is such a rule already: {name}.", name=name_of(other)))
        row = DuplicateRuleRow(
            comparison=comparison,
            query=query,
            means=reach.means,
            fate=fate,
            account_id=scope.account,
        )
        session.add(row)
        session.flush()
        return name_of(row)


def search_anew(sessions: Sessions, name: str, search: str, scope: Scope) -> None:
    """Let a rule be limited to another search, or to what its search means by now.

    If that is another one, the rule only suggests, and proves itself anew. Raises NotFound,
    QuerySyntaxError and InvalidInput.
    """
    with sessions.begin() as session:
        row = find_rule(session, name, hold=True)
        if not row.query:
            raise InvalidInput(phrase("This rule is for all pairs. Limit it by a rule of its own."))
        query, reach = _read(session, search, scope)
        if (row.means, row.account_id) != (reach.means, scope.account):
            row.version += 1
            row.decides = False
        row.query, row.means, row.account_id = query, reach.means, scope.account
        row.changed_at = sa.func.now()


def remove_rule(sessions: Sessions, name: str) -> None:
    """Remove a rule that is limited to a search. Raises NotFound and InvalidInput."""
    with sessions.begin() as session:
        row = find_rule(session, name, hold=True)
        if not row.query:
            raise InvalidInput(phrase("This rule stays: let it only suggest."))
        session.delete(row)


def _read(session: Session, search: str, scope: Scope) -> tuple[str, Reach]:
    query = search.strip()
    if not query or len(query) > LONGEST:
        raise InvalidInput(
            phrase("A rule is limited by a search of 1 to {longest} characters.", longest=LONGEST)
        )
    return query, read_reach(session, query, scope)


def set_rule(
    sessions: Sessions, name: str, *, decides: bool, fate: Fate, account_id: int | None
) -> None:
    """Let a rule decide by itself, with what waits and what will come, or only suggest.

    Raises NotFound, and InvalidInput for one that has yet to prove itself, or would keep both, or
    whose search makes no sense.
    """
    _check_fate(fate)
    with sessions.begin() as session:
        row = find_rule(session, name, hold=True)
        if decides:
            _check_proven(session, row)
            reach_of(session, row)
            finding.order(session, session.scalars(queries.posts_of_open(EVERYTHING)))
        row.decides, row.fate, row.changed_at = decides, fate, sa.func.now()
        if not row.query:
            row.account_id = account_id


def _check_fate(fate: Fate) -> None:
    if fate is Fate.STAY:
        raise InvalidInput(phrase("A rule moves the other file to the trash, or hides it."))


def _check_proven(session: Session, row: DuplicateRuleRow) -> None:
    standing = queries.standings(session, [proof_of(row)])[proof_of(row)]
    if not standing.is_proven:
        raise InvalidInput(
            phrase(
                "A rule may decide once people agreed with it {needed} times and never "
                "disagreed. So far they agreed {agreed} times and disagreed {against} times.",
                needed=NEEDED,
                agreed=standing.agreed,
                against=standing.against,
            )
        )


def apply_rules(session: Session, post_ids: Collection[int]) -> int:
    """Let the rules that may decide do so about the pairs of posts; return how many they did.

    Only pairs of which both are in the gallery, and what somebody once took back from a rule, are
    left to people. Those that are limited to a search go first; whose search makes no sense any
    more rests.
    """
    trusted = list(_trusted(session))
    waiting = queries.open_of(session, post_ids) if trusted else ()
    return sum(_decide(session, pair, trusted) for pair in waiting)


def _trusted(session: Session) -> Iterator[tuple[DuplicateRuleRow, Reach]]:
    known = DuplicateRuleRow.comparison.in_(RULES)
    wanted = sa.select(DuplicateRuleRow).where(DuplicateRuleRow.decides, known)
    by_search = wanted.order_by(DuplicateRuleRow.query == "", DuplicateRuleRow.id)
    for row in session.scalars(by_search).all():
        with suppress(InvalidInput):
            yield row, reach_of(session, row)


def _decide(
    session: Session, pair: Pair, trusted: Iterable[tuple[DuplicateRuleRow, Reach]]
) -> bool:
    """Let the first rule decide about a pair that says anything of it; tell whether one did."""
    key = sa.tuple_(DuplicatePairRow.one_id, DuplicatePairRow.other_id)
    wanted = queries.open_pairs(EVERYTHING, SAME).where(key == sa.tuple_(*pair))
    waiting = session.scalars(wanted).one_or_none()
    if waiting is None or queries.was_taken_back(session, pair):
        return False
    sides = read_sides(session, pair, EVERYTHING)
    (one, other), kind = (sides[post] for post in pair), Kind(waiting.kind)
    for row, reach in trusted:
        choice = RULES[row.comparison].choose(one, other, kind)
        if choice is not None and reach.holds(pair):
            wish = Wish(
                one_id=one.post_id,
                other_id=other.post_id,
                choice=choice,
                fate=Fate(row.fate),
                rule=name_of(row),
            )
            decide_in(session, wish, reach.scope, RULE)
            return True
    return False
