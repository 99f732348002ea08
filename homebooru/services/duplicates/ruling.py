"""Rules that decide about copies by themselves, once people trust them with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.duplicates import deciding as queries
from homebooru.db.queries.duplicates import finding
from homebooru.db.queries.duplicates.pairs import Pair
from homebooru.db.queries.duplicates.sides import read_sides
from homebooru.db.tables import DuplicatePairRow, DuplicateRuleRow
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.domain.duplicates.rules import NEEDED, RULES, Rule, Standing
from homebooru.domain.duplicates.weighing import Side
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.duplicates.deciding import Wish, decide_in

EXAMPLES = 8
LOOKED_AT = 500  # pairs that wait, of which is told what a rule would do
RULE = Hand(via=Via.RULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule, how it fared, and to how many of the first pairs that wait it would say something.

    `examples` are some of these: the post that it would keep, and the other.
    """

    name: str
    words: str
    standing: Standing
    would_decide: int
    examples: tuple[Pair, ...]
    decides: bool
    fate: Fate


def show_rules(sessions: Sessions, scope: Scope) -> tuple[RuleView, ...]:
    with one_moment(sessions) as session:
        rows = {row.name: row for row in session.scalars(sa.select(DuplicateRuleRow))}
        standings = queries.standings(session, list(RULES))
        waiting = session.scalars(queries.open_pairs(scope, SAME).limit(LOOKED_AT)).all()
        ids = {post for pair in waiting for post in (pair.one_id, pair.other_id)}
        sides = read_sides(session, ids, scope)
        views = []
        for name, rule in RULES.items():
            said = _said(rule, waiting, sides)
            row = rows.get(name)
            views.append(
                RuleView(
                    name=name,
                    words=rule.words,
                    standing=standings[name],
                    would_decide=len(said),
                    examples=said[:EXAMPLES],
                    decides=row is not None and row.decides,
                    fate=Fate(row.fate) if row else Fate.TRASH,
                )
            )
        return tuple(views)


def _said(
    rule: Rule, waiting: Sequence[DuplicatePairRow], sides: Mapping[int, Side]
) -> tuple[Pair, ...]:
    """Return the pairs about which a rule says something, what it would keep first."""
    found = []
    for pair in waiting:
        choice = rule.choose(sides[pair.one_id], sides[pair.other_id], Kind(pair.kind))
        if choice is not None:
            posts = pair.one_id, pair.other_id
            found.append(posts if choice is Choice.ONE else posts[::-1])
    return tuple(found)


def set_rule(
    sessions: Sessions, name: str, *, decides: bool, fate: Fate, account_id: int | None
) -> None:
    """Let a rule decide by itself, with what waits and what will come, or only suggest.

    Raises NotFound, and InvalidInput for one that has yet to prove itself, or would keep both.
    """
    if name not in RULES:
        raise NotFound(phrase("There is no rule {name}.", name=name))
    if fate is Fate.STAY:
        raise InvalidInput(phrase("A rule moves the other file to the trash, or hides it."))
    with sessions.begin() as session:
        standing = queries.standings(session, [name])[name]
        if decides and not standing.is_proven:
            raise InvalidInput(
                phrase(
                    "A rule may decide once people agreed with it {needed} times and never "
                    "disagreed. So far they agreed {agreed} times and disagreed {against} times.",
                    needed=NEEDED,
                    agreed=standing.agreed,
                    against=standing.against,
                )
            )
        new = insert(DuplicateRuleRow).values(
            name=name, decides=decides, fate=fate, account_id=account_id
        )
        kept = {key: new.excluded[key] for key in ("decides", "fate", "account_id")}
        session.execute(
            new.on_conflict_do_update(
                index_elements=[DuplicateRuleRow.name], set_=kept | {"changed_at": sa.func.now()}
            )
        )
        if decides:
            finding.order(session, session.scalars(queries.posts_of_open(EVERYTHING)))


def apply_rules(session: Session, post_ids: Collection[int]) -> int:
    """Let the rules that may decide do so about the pairs of posts; return how many they did.

    Only pairs of which both are in the gallery, and what somebody once took back from a rule, are
    left to people.
    """
    trusted = {
        row.name: Fate(row.fate)
        for row in session.scalars(sa.select(DuplicateRuleRow).where(DuplicateRuleRow.decides))
    }
    done = 0
    for pair in queries.open_of(session, post_ids) if trusted else ():
        if wish := _wish(session, pair, trusted):
            decide_in(session, wish, EVERYTHING, RULE)
            done += 1
    return done


def _wish(session: Session, pair: Pair, trusted: dict[str, Fate]) -> Wish | None:
    key = sa.tuple_(DuplicatePairRow.one_id, DuplicatePairRow.other_id)
    wanted = queries.open_pairs(EVERYTHING, SAME).where(key == sa.tuple_(*pair))
    row = session.scalars(wanted).one_or_none()
    if row is None or queries.was_taken_back(session, pair):
        return None
    sides = read_sides(session, pair, EVERYTHING)
    for name, fate in trusted.items():
        if choice := RULES[name].choose(sides[pair[0]], sides[pair[1]], Kind(row.kind)):
            return Wish(one_id=pair[0], other_id=pair[1], choice=choice, fate=fate, rule=name)
    return None
