"""Rules that are limited to a search: what it means, and about which pairs they may decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries import accounts as account_queries
from homebooru.db.queries.duplicates.pairs import Pair
from homebooru.db.tables import DuplicateRuleRow
from homebooru.domain.duplicates.deciding import Choice
from homebooru.domain.duplicates.rules import RULES
from homebooru.domain.query import Query, parse
from homebooru.domain.query.saving import NOWHERE, expanded
from homebooru.domain.query.tokens import Piece
from homebooru.domain.query.tree import (
    Held,
    Is,
    Leaf,
    Near,
    Node,
    Similar,
    Status,
    Suggested,
    Tag,
    Text,
    TextField,
    Wildcard,
    all_of,
    leaves,
    mapped,
)
from homebooru.domain.query.writing import write
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import InvalidInput
from homebooru.phrases import joined, phrase
from homebooru.search.asking import ask
from homebooru.search.finding import Found, PlainFinding
from homebooru.search.naming import unknown_tags, with_nearest
from homebooru.search.plain import Asked
from homebooru.search.titles import unknown_holders
from homebooru.services.accounts.accounts import scope_of, view


@dataclass(frozen=True, slots=True)
class Reach:
    """About which pairs a rule may decide: those of which a search, if there is one, finds both.

    `scope` is whose search it is; `means` is that search with all names resolved.
    """

    scope: Scope
    search: Found | None = None
    means: str = ""

    def within(self, post_ids: Collection[int]) -> frozenset[int]:
        """Return those of some posts that are in it."""
        return frozenset(post_ids if self.search is None else self.search.within(post_ids))

    def holds(self, pair: Pair) -> bool:
        return self.within(pair).issuperset(pair)


def name_of(row: DuplicateRuleRow) -> str:
    """Return what a rule goes by; one without a search by its comparison."""
    return f"{row.comparison}-{row.id}" if row.query else row.comparison


def proof_of(row: DuplicateRuleRow) -> str:
    """Return under what name decisions keep what a rule would have chosen."""
    return f"{name_of(row)}.{row.version}" if row.query else row.comparison


def limited_rules(session: Session) -> Sequence[DuplicateRuleRow]:
    known = DuplicateRuleRow.comparison.in_(RULES)
    wanted = sa.select(DuplicateRuleRow).where(DuplicateRuleRow.query != "", known)
    return session.scalars(wanted.order_by(DuplicateRuleRow.id)).all()


def reach_of(session: Session, row: DuplicateRuleRow) -> Reach:
    """Return about which pairs a rule may decide.

    Raises InvalidInput where it rests, since its search is not what it was when it was kept.
    """
    if not row.query:
        return Reach(EVERYTHING)
    author = account_queries.find(session, row.account_id) if row.account_id else None
    if author is None:
        raise InvalidInput(
            phrase("Whoever wrote its search has no account any more. Save the search again.")
        )
    reading = _Reading.of(session, row.query, scope_of(view(author)))
    now = reading.means()
    if now != row.means:
        raise InvalidInput(
            phrase(
                "Its search means something else now: {now}, and no longer {then}. Save it again; "
                "the rule then proves itself anew.",
                now=now,
                then=row.means,
            )
        )
    return reading.reach()


def advise_within(session: Session, pair: Pair, advice: Mapping[str, Choice]) -> dict[str, Choice]:
    """Return what limited rules would choose about a pair, of what each comparison would."""
    return {
        proof_of(row): advice[row.comparison]
        for row in limited_rules(session)
        if row.comparison in advice and _reaches(session, row, pair)
    }


def _reaches(session: Session, row: DuplicateRuleRow, pair: Pair) -> bool:
    try:
        return reach_of(session, row).holds(pair)
    except InvalidInput:
        return False


def read_reach(session: Session, text: str, scope: Scope) -> Reach:
    """Return about which pairs a rule may decide that is limited to a search of somebody.

    Raises QuerySyntaxError also where it names what nothing has here: such a term finds nothing,
    and excluded it would leave out nothing that was meant. What is near depends on what else is
    there, so no rule is limited by that.
    """
    return _Reading.of(session, text, scope).reach()


@dataclass(frozen=True, slots=True)
class _Reading:
    """A search as it is answered now; `tree` is what it says, with what was saved put in."""

    finding: PlainFinding
    text: str
    said: Query
    query: Query
    asked: Asked
    tree: Node

    @classmethod
    def of(cls, session: Session, text: str, scope: Scope) -> _Reading:
        finding, said = PlainFinding(session), parse(text)
        query, asked = ask(session, said, scope, datetime.now(UTC), None, finding=finding)
        return cls(finding, text, said, query, asked, expanded(said, asked.saved).tree)

    def means(self) -> str:
        """Return it with tags by the names that their other names stand for."""
        views = self.finding.words.views(self.asked.tags.values())
        names = {name: views[tag].name for name, tag in self.asked.tags.items()}

        def put_in(leaf: Leaf) -> Node:
            match leaf:
                case Tag(name):
                    return Tag(names.get(name, name))
                case Suggested(Tag(name)):
                    return Suggested(Tag(names.get(name, name)))
            return leaf

        return write(mapped(self.tree, put_in))

    def reach(self) -> Reach:
        """Return what it finds, if all that it names is there; mistakes are told at their place."""
        terms = list(dict.fromkeys(leaves(self.tree)))
        for leaf in terms:
            if isinstance(leaf, Near | Similar):
                self._place(leaf).fail(
                    phrase(
                        "What is near depends on what else is there, so no rule is limited by it."
                    )
                )
        self._check_tags(terms)
        self._check_holders(terms)
        for leaf in terms:
            if self._finds_nothing(leaf):
                self._place(leaf).fail(phrase("`{term}` finds nothing.", term=write(leaf)))
        return Reach(self.asked.scope, self.finding.find(self.query, self.asked), self.means())

    def _check_tags(self, terms: Iterable[Leaf]) -> None:
        named = [leaf for leaf in terms if isinstance(leaf, Tag)]
        places = {leaf.name: self._place(leaf).position for leaf in named}
        scope, session = self.asked.scope, self.finding.session
        unknown = unknown_tags(self.finding, places, self.asked.tags, scope)[:1]
        for tag in with_nearest(session, self.finding, unknown, scope):
            told = phrase("No post has the tag `{name}`.", name=tag.name)
            self._refuse(Tag(tag.name), told, tag.nearest)

    def _check_holders(self, terms: Iterable[Leaf]) -> None:
        for one in unknown_holders(self.finding.session, terms, self.asked.scope):
            leaf = next(
                leaf for leaf in terms if isinstance(leaf, Held) and write(leaf) == one.term
            )
            told = phrase("No post is in `{term}`.", term=one.term)
            self._refuse(leaf, told, get_close_matches(one.name, one.nearest, n=1))

    def _finds_nothing(self, leaf: Leaf) -> bool:
        match leaf:
            case Wildcard(pattern) | Suggested(Wildcard(pattern)):
                return pattern != "*" and not self.asked.wildcards.get(pattern)
            case Suggested(Tag(name)):
                return name not in self.asked.tags
            case Text(TextField.FOLDER):
                inside = Query(all_of(leaf, Is(Status.ANY)))
                return not self.finding.find(inside, self.asked).page(0, 1)
        return False

    def _refuse(self, leaf: Leaf, told: str, nearest: Sequence[str]) -> None:
        guess = [phrase("Did you mean `{name}`?", name=name) for name in nearest[:1]]
        self._place(leaf).fail(joined([told, *guess]))

    def _place(self, leaf: Leaf) -> Piece:
        """Return where a term stands, or the saved search that brought it."""
        match leaf:
            case Tag(written):
                at = self.said.places.get(written, -1)
            case Held(_, written) | Text(_, written) | Wildcard(written):
                at = self.text.find(written)
            case Suggested(Tag(written) | Wildcard(written)):
                at = self.text.find(written)
            case _:
                written, at = "", -1
        if at >= 0:
            return Piece(written, at)
        return self.said.mentions.get(leaf) or next(iter(self.said.mentions.values()), NOWHERE)
