"""Parses a search, by recursive descent, into a Query."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NoReturn

from homebooru.domain.query.metatags import (
    FOREIGN,
    LISTS,
    METATAGS,
    NAMES,
    SETTINGS,
    read_tag,
)
from homebooru.domain.query.orders import NEWEST_FIRST, ORDERS, Order, OrderBy
from homebooru.domain.query.tokens import Kind, Piece, Token, tokens
from homebooru.domain.query.tree import (
    And,
    Favourite,
    Held,
    Is,
    Leaf,
    Measure,
    Near,
    Node,
    Number,
    Saved,
    Similar,
    Status,
    Suggested,
    Tag,
    Text,
    Wildcard,
    all_of,
    any_of,
    leaves,
    negated,
)
from homebooru.domain.query.values import read_choice
from homebooru.phrases import phrase

MAX_DEPTH = 50
MAX_PATTERNS = 50  # each goes through all names of a kind
MAX_LIMIT = 200
MAX_SEED = 100
REFUSED = {
    "-": phrase("it cannot be excluded"),
    "~": phrase("it cannot have a `~`"),
    "or": phrase("put what the `or` joins in parentheses, and it behind them"),
}
CUSTOM = Order(OrderBy.CUSTOM, descending=False)
MENTIONED = Favourite | Saved | Similar | Near
HIDDEN = frozenset({Status.MISSING, Status.TRASHED})


@dataclass(frozen=True, slots=True)
class Query:
    """A search: which posts, in what order, how many at once. Equal if they ask the same.

    `places` says where in the text each tag stands first, `mentions` where what depends on who
    asks does, or on what is described. `says_order` tells whether the text names the order, be it the
    usual one; `nearest` how many are found at most, where more posts could be called near, and
    `undescribed` how many could not, since they are not described yet.
    """

    tree: Node
    order: Order = NEWEST_FIRST
    limit: int | None = None
    places: dict[str, int] = field(default_factory=dict, compare=False)
    mentions: dict[Leaf, Piece] = field(default_factory=dict, compare=False)
    says_order: bool = field(default=False, compare=False)
    nearest: int | None = field(default=None, compare=False)
    undescribed: int = field(default=0, compare=False)

    def lifts(self) -> frozenset[Status]:
        """Return which of missing and trashed posts the search speaks of.

        They are left out of every other one. Who speaks of them, be it to exclude them, sees
        them; a trashed post's file may well be gone, so speaking of trash is enough for it.
        """
        spoken = {leaf.status for leaf in leaves(self.tree) if isinstance(leaf, Is)}
        return HIDDEN if Status.ANY in spoken else HIDDEN & spoken


def parse(text: str) -> Query:
    """Return what `text` asks for. Raises QuerySyntaxError where it makes no sense."""
    return _Parser(tokens(text, NAMES)).query()


def is_pattern(node: Node) -> bool:
    """Tell whether all names of a kind have to be looked through for a term."""
    match node:
        case Wildcard(pattern) | Suggested(Wildcard(pattern)):
            return "*" in pattern
    return isinstance(node, Text | Held)


class _Parser:
    """Walks over the tokens once; every method reads one rule of the grammar.

        query   = [either]
        either  = both ("or" both)*
        both    = factor (["and"] factor)*      all `~` factors of a level are one `or`
        factor  = ["-" | "~" ["-"]] term
        term    = "(" either ")" | metatag | wildcard | tag

    What says how the answer is given (`order:` and the like) is kept aside; `_settings` counts
    where it stood, because it may stand neither under a `-` nor beside an `or`.
    """

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0
        self._order: Order | None = None
        self._list_order: Order | None = None
        self._limit: int | None = None
        self._settings: list[Piece] = []
        self._places: dict[str, int] = {}
        self._mentions: dict[Leaf, Piece] = {}
        self._patterns = 0

    def query(self) -> Query:
        tree = all_of() if self._here.kind is Kind.END else self._either()
        assert self._here.kind is Kind.END  # tokens() closes no group that is not open
        order = self._order or self._list_order
        if order == CUSTOM:
            order = replace(CUSTOM, named=self._listed_posts(tree))
        return Query(
            tree,
            order or NEWEST_FIRST,
            self._limit,
            self._places,
            self._mentions,
            says_order=order is not None,
        )

    def _listed_posts(self, tree: Node) -> str:
        """Return the numbers whose order it is, as they are listed."""
        for part in tree.parts if isinstance(tree, And) else (tree,):
            if isinstance(part, Number) and part.measure is Measure.ID:
                ids = [span.low for span in part.spans if span.low == span.high]
                if len(ids) == len(part.spans):
                    return ",".join(map(str, ids))
        at = next(piece for piece in self._settings if piece.text == "order")
        return at.fail(
            phrase("order:custom is that of a list such as id:3,1,2, and there is none.")
        )

    @property
    def _here(self) -> Token:
        return self._tokens[self._next]

    def _accept(self, kind: Kind) -> Token | None:
        if self._here.kind is not kind:
            return None
        self._next += 1
        return self._tokens[self._next - 1]

    def _expected(self) -> NoReturn:
        """Say that a term should stand here."""
        here, before = self._here.piece, self._tokens[self._next - 1] if self._next else None
        if self._here.kind in (Kind.AND, Kind.OR):
            here.fail(
                phrase(
                    "A tag is expected before `{text}`. The tag of that name is tag:{lower}.",
                    text=here.text,
                    lower=here.text.lower(),
                ),
                f"tag:{here.text.lower()}",
            )
        here.fail(
            phrase("A tag is expected after `{text}`.", text=before.piece.text)
            if before
            else phrase("A tag is expected.")
        )

    def _either(self) -> Node:
        settings = len(self._settings)
        parts = [self._both()]
        while self._accept(Kind.OR):
            parts.append(self._both())
        if len(parts) > 1:
            self._refuse_settings(settings, "or")
        return any_of(*parts)

    def _both(self) -> Node:
        wanted: list[Node] = []
        options: list[Node] = []
        while True:
            if mark := self._accept(Kind.OPTION):
                settings = len(self._settings)
                options.append(self._signed(mark))
                self._refuse_settings(settings, "~")
            else:
                wanted.append(self._signed())
            together = self._accept(Kind.AND)
            if not together and self._here.kind in (Kind.END, Kind.CLOSE, Kind.OR):
                return all_of(*wanted, *([any_of(*options)] if options else []))

    def _signed(self, mark: Token | None = None) -> Node:
        sign = self._accept_sign(mark)
        if not sign:
            return self._term(mark)
        settings = len(self._settings)
        part = negated(self._term(sign))
        self._refuse_settings(settings, "-")
        return part

    def _accept_sign(self, mark: Token | None) -> Token | None:
        if self._here.kind is Kind.NOT and mark:
            self._stands_at(mark)
        return self._accept(Kind.NOT)

    def _stands_at(self, sign: Token) -> None:
        """Refuse a sign that does not stand directly before its term."""
        if self._here.piece.position != sign.piece.position + 1:
            sign.piece.fail(
                phrase(
                    "`{text}` stands directly before a tag, without a space.", text=sign.piece.text
                )
            )

    def _term(self, sign: Token | None) -> Node:
        if sign:
            self._stands_at(sign)
        if opened := self._accept(Kind.OPEN):
            return self._group(opened)
        if token := self._accept(Kind.METATAG):
            return self._metatag(token)
        if self._here.kind is not Kind.WORD:
            self._expected()
        place = self._here.piece
        self._next += 1
        return self._noted(read_tag(place), place)

    def _group(self, opened: Token) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            opened.piece.fail(phrase("Groups go at most {max_depth} deep.", max_depth=MAX_DEPTH))
        inside = self._either()
        if not self._accept(Kind.CLOSE):
            self._here.piece.fail(phrase("A closing `)` is expected."), ")")
        self._depth -= 1
        return inside

    def _noted(self, node: Node, place: Piece) -> Node:
        """Remember where a name stands, and how many patterns there are."""
        if isinstance(node, MENTIONED):
            self._mentions.setdefault(node, place)
        if isinstance(node, Tag):
            self._places.setdefault(node.name, place.position)
        self._patterns += is_pattern(node)
        if self._patterns > MAX_PATTERNS:
            place.fail(
                phrase(
                    "A search has at most {max_patterns} patterns: tags with a `*`, and names and "
                    "texts that are looked through.",
                    max_patterns=MAX_PATTERNS,
                )
            )
        return node

    def _metatag(self, token: Token) -> Node:
        name, value = token.piece.text, token.value
        assert value is not None
        if name in FOREIGN:
            token.piece.fail(
                phrase("HomeBooru has nothing that could be found by {name}:.", name=name)
            )
        if name in SETTINGS:
            self._set(token.piece, value)
            return all_of()
        if name in LISTS:
            return self._listed(token.piece, value)
        node = METATAGS[name].read(value)
        return self._noted(node, value if isinstance(node, MENTIONED) else token.piece)

    def _listed(self, name: Piece, value: Piece) -> Node:
        """Take the order of a list, unless `order:` names another one."""
        node, order = LISTS[name.text](value)
        if self._list_order not in (None, order):
            name.fail(phrase("A search has one order."))
        self._settings.append(name)
        self._list_order = order
        return self._noted(node, value)

    def _set(self, name: Piece, value: Piece) -> None:
        self._settings.append(name)
        if name.text != "limit":
            order = _order(value) if name.text == "order" else Order(OrderBy.RANDOM)
            if self._order not in (None, order):
                name.fail(phrase("A search has one order."))
            self._order = order
        if name.text != "order":
            limit = _limit(name.text, value)
            if self._limit not in (None, limit):
                name.fail(phrase("A search has one limit."))
            self._limit = limit

    def _refuse_settings(self, before: int, sign: str) -> None:
        if len(self._settings) > before:
            piece = self._settings[before]
            piece.fail(
                phrase(
                    "{text}: concerns the whole search; {refused}.",
                    text=piece.text,
                    refused=REFUSED[sign],
                )
            )


def _order(value: Piece) -> Order:
    if value.text.lower() == OrderBy.CUSTOM.value:
        return CUSTOM
    if value.text.startswith("-") and value.text[1:].lower() in ORDERS:
        turned = ORDERS[value.text[1:].lower()]
        return replace(turned, descending=not turned.descending)
    name, colon, seed = value.text.partition(":")
    if colon and name.lower() == OrderBy.RANDOM.value:
        if not 0 < len(seed) <= MAX_SEED:
            value.fail(
                phrase(
                    "order:random: wants a seed of at most {max_seed} characters.",
                    max_seed=MAX_SEED,
                )
            )
        return Order(OrderBy.RANDOM, seed=seed)
    return read_choice("order", value, ORDERS)


def _limit(name: str, value: Piece) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value.text) or not 1 <= int(value.text) <= MAX_LIMIT:
        value.fail(
            phrase("{name}: wants a number from 1 to {max_limit}.", name=name, max_limit=MAX_LIMIT)
        )
    return int(value.text)
