"""Rules as people look at them: how each fared, and which pairs it would decide and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.duplicates import deciding as queries
from homebooru.db.queries.duplicates.pairs import Pair
from homebooru.db.queries.duplicates.sides import read_sides
from homebooru.db.queries.records import any_of
from homebooru.db.queries.views import post_views
from homebooru.db.tables import DuplicatePairRow, DuplicateRuleRow, PostRow
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.domain.duplicates.rules import RULES, Standing
from homebooru.domain.duplicates.weighing import Side
from homebooru.domain.posts import PostView
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput
from homebooru.phrases import Phrase
from homebooru.services.duplicates.limiting import (
    Reach,
    limited_rules,
    name_of,
    proof_of,
    reach_of,
    read_reach,
)
from homebooru.services.duplicates.ruling import find_rule

EXAMPLES = 8
LOOKED_AT = 500  # pairs that wait, of which is told what each rule would do
LOOKED_THROUGH = 2000  # the same of one rule


Said = tuple[tuple[Pair, Kind], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule, how it fared, and to how many of the first pairs that wait it would say something.

    `examples` are some of these: the post that it would keep, and the other. `rests` says why it
    decides nothing, though it may.
    """

    name: str
    comparison: str
    words: Phrase
    search: str
    rests: str | None
    standing: Standing
    would_decide: int
    examples: tuple[Pair, ...]
    decides: bool
    fate: Fate


@dataclass(frozen=True, slots=True)
class Foretold:
    """A pair about which a rule would decide: it keeps the one, and the other goes its way."""

    kept: PostView
    lost: PostView
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a rule would do to the pairs that wait now, were it limited to a search.

    `search` may be another one than the rule has; `pairs` are a page of `count`.
    """

    rule: RuleView
    search: str
    pairs: tuple[Foretold, ...]
    count: int


def show_rules(sessions: Sessions, scope: Scope) -> tuple[RuleView, ...]:
    """Return all rules, those that are limited to a search behind the others."""
    with one_moment(sessions) as session:
        book = _Book(session, scope)
        rows = [*(find_rule(session, name) for name in RULES), *limited_rules(session)]
        waiting = session.scalars(queries.open_pairs(scope, SAME).limit(LOOKED_AT)).all()
        sides = book.sides(waiting)
        views = []
        for row in rows:
            reach, rests = book.reach(row)
            views.append(book.view(row, _said(row, reach, waiting, sides), rests))
        return tuple(views)


def preview_rule(
    sessions: Sessions,
    name: str,
    scope: Scope,
    *,
    search: str = "",
    offset: int = 0,
    limit: int = 24,
) -> Preview:
    """Return what a rule would do, also before it is limited to a search, or to another one.

    Raises NotFound, and QuerySyntaxError for a search that makes no sense.
    """
    with one_moment(sessions) as session:
        row, book = find_rule(session, name), _Book(session, scope)
        reach, rests = book.reach(row)
        wanted = search.strip() or row.query
        if wanted != row.query:
            reach = read_reach(session, wanted, scope)
        waiting = book.waiting(reach) if reach else ()
        said = _said(row, reach, waiting, book.sides(waiting))
        return Preview(
            rule=book.view(row, said, rests),
            search=wanted,
            pairs=book.foretold(said[offset : offset + limit]),
            count=len(said),
        )


def _said(
    row: DuplicateRuleRow,
    reach: Reach | None,
    waiting: Sequence[DuplicatePairRow],
    sides: Mapping[int, Side],
) -> Said:
    """Return the pairs about which a rule says something, what it would keep first."""
    within = reach.within(sides) if reach else frozenset()
    rule, found = RULES[row.comparison], []
    for pair in waiting:
        posts, kind = (pair.one_id, pair.other_id), Kind(pair.kind)
        if within.issuperset(posts):
            choice = rule.choose(sides[pair.one_id], sides[pair.other_id], kind)
            if choice is not None:
                found.append((posts if choice is Choice.ONE else posts[::-1], kind))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Book:
    """The rules at one moment, to somebody."""

    session: Session
    scope: Scope

    def reach(self, row: DuplicateRuleRow) -> tuple[Reach | None, str | None]:
        """Return about what a rule may decide, or why it rests."""
        try:
            return reach_of(self.session, row), None
        except InvalidInput as error:
            return None, str(error)

    def waiting(self, reach: Reach) -> Sequence[DuplicatePairRow]:
        """Return the first pairs that wait of which a rule may decide."""
        wanted = queries.open_pairs(self.scope, SAME).limit(LOOKED_THROUGH)
        if reach.search is not None:
            paired = self.session.scalars(queries.posts_of_open(self.scope)).all()
            within = sorted(reach.within(paired))
            one, other = DuplicatePairRow.one_id, DuplicatePairRow.other_id
            wanted = wanted.where(any_of(one, within), any_of(other, within))
        return self.session.scalars(wanted).all()

    def sides(self, waiting: Sequence[DuplicatePairRow]) -> Mapping[int, Side]:
        ids = {post for pair in waiting for post in (pair.one_id, pair.other_id)}
        return read_sides(self.session, ids, self.scope)

    def view(self, row: DuplicateRuleRow, said: Said, rests: str | None) -> RuleView:
        proof = proof_of(row)
        return RuleView(
            name=name_of(row),
            comparison=row.comparison,
            words=RULES[row.comparison].words,
            search=row.query,
            rests=rests,
            standing=queries.standings(self.session, [proof])[proof],
            would_decide=len(said),
            examples=tuple(pair for pair, _ in said[:EXAMPLES]),
            decides=row.decides,
            fate=Fate(row.fate),
        )

    def foretold(self, said: Said) -> tuple[Foretold, ...]:
        ids = {post for pair, _ in said for post in pair}
        rows = self.session.scalars(sa.select(PostRow).where(any_of(PostRow.id, list(ids)))).all()
        views = {view.id: view for view in post_views(self.session, rows, self.scope)}
        return tuple(Foretold(views[kept], views[lost], kind) for (kept, lost), kind in said)
