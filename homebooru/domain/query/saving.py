"""Puts saved searches in the place of their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches

from homebooru.domain.query.parser import MAX_PATTERNS, Query, is_pattern, parse
from homebooru.domain.query.tokens import Piece
from homebooru.domain.query.tree import Leaf, Node, Saved, leaves, mapped
from homebooru.errors import QuerySyntaxError
from homebooru.phrases import joined, phrase

MAX_DEPTH = 10
MAX_TERMS = 5_000
"""Terms of a search with all that is put into it."""

NOWHERE = Piece("", 0)


def names_saved(query: Query) -> bool:
    """Tell whether a search asks for a saved one."""
    return any(isinstance(leaf, Saved) for leaf in leaves(query.tree))


def expanded(query: Query, texts: Mapping[str, str]) -> Query:
    """Return a search with saved ones in it, of which `texts` holds all by lower-case name.

    One that stands all alone also brings its order and limit, unless others are named beside
    it. Raises QuerySyntaxError at the name, where there is no such search, where it contains
    itself or too much, or makes no sense any more.
    """
    if not names_saved(query):
        return query
    return _Expansion(texts).whole(query, (), None)


class _Expansion:
    """Expands one search; `inside` are the saved searches that led to a place in it.

    `at` is the name in the text of whoever asks which all that lies inside is put in for.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._terms = 0
        self._patterns: set[Leaf] = set()

    def whole(self, query: Query, inside: tuple[str, ...], at: Piece | None) -> Query:
        if isinstance(query.tree, Saved):
            name = query.tree
            return _laid_over(query, self._found(name, inside, _place(query, name, at)))

        def put_in(leaf: Leaf) -> Node:
            if isinstance(leaf, Saved):
                return self._found(leaf, inside, _place(query, leaf, at)).tree
            return leaf

        return replace(query, tree=mapped(query.tree, put_in))

    def _found(self, saved: Saved, inside: tuple[str, ...], at: Piece) -> Query:
        name = saved.name.lower()
        if name not in self._texts:
            _refuse_name(saved.name, tuple(self._texts), inside, at)
        if name in inside:
            at.fail(phrase("The saved search `{name}` contains itself.", name=saved.name))
        if len(inside) == MAX_DEPTH:
            at.fail(
                phrase(
                    "Saved searches lie at most {max_depth} deep in each other.",
                    max_depth=MAX_DEPTH,
                )
            )
        query = self.whole(self._parsed(saved.name, at), (*inside, name), at)
        self._check_size(leaves(query.tree), at)
        return query

    def _check_size(self, brought: list[Leaf], at: Piece) -> None:
        self._terms += len(brought)
        if self._terms > MAX_TERMS:
            at.fail(
                phrase(
                    "With all that is saved in it, a search has at most {max_terms:,} terms.",
                    max_terms=MAX_TERMS,
                )
            )
        self._patterns.update(filter(is_pattern, brought))
        if len(self._patterns) > MAX_PATTERNS:
            at.fail(
                phrase(
                    "With all that is saved in it, a search has at most {max_patterns} patterns.",
                    max_patterns=MAX_PATTERNS,
                )
            )

    def _parsed(self, name: str, at: Piece) -> Query:
        try:
            return parse(self._texts[name.lower()])
        except QuerySyntaxError as error:
            at.fail(
                phrase(
                    "The saved search `{name}` makes no sense any more: {error}",
                    name=name,
                    error=error,
                )
            )


def _place(query: Query, saved: Saved, at: Piece | None) -> Piece:
    return at or query.mentions.get(saved, NOWHERE)


def _laid_over(query: Query, found: Query) -> Query:
    """Return what was found, with the order and limit that are named beside its name."""
    order = query.order if query.says_order else found.order
    return replace(
        query,
        tree=found.tree,
        order=order,
        limit=query.limit or found.limit,
        says_order=query.says_order or found.says_order,
    )


def _refuse_name(name: str, known: tuple[str, ...], inside: tuple[str, ...], at: Piece) -> None:
    if inside:
        at.fail(
            phrase(
                "You have no saved search named `{name}`; `{asker}` asks for it.",
                name=name,
                asker=inside[-1],
            )
        )
    told = phrase("You have no saved search named `{name}`.", name=name)
    nearest = get_close_matches(name.lower(), known, n=1)
    guess = [phrase("Did you mean `{name}`?", name=each) for each in nearest]
    at.fail(joined([told, *guess]), *nearest)
