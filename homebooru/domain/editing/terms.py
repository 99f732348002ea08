"""The terms of the tag box, one by one: what each is, and what is being written of one."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.domain.editing.reading import PREFIXES
from homebooru.domain.editing.writing import write_tag
from homebooru.domain.query.completion import TermKind
from homebooru.domain.query.writing import write_value
from homebooru.domain.tags import Category

WORDS = (*(category.label for category in Category), "rating", "parent", "source", "stars")
"""What may stand before a colon, as it is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxTerm:
    """One term as it is written, and what it turns out to be.

    `nearest` are tags that may have been meant by one that no post has; `mistake` says why a
    term is none.
    """

    text: str
    kind: TermKind
    category: Category | None = None
    nearest: tuple[str, ...] = ()
    mistake: str | None = None


@dataclass(frozen=True, slots=True)
class TypedTerm:
    """A term that is being written: a minus, what stands before a colon, and the rest."""

    minus: bool
    word: str | None
    rest: str

    @property
    def is_tag(self) -> bool:
        return self.word is None or self.word == "tag" or self.word in PREFIXES

    def with_tag(self, name: str) -> str:
        """Return the term with a tag in the place of what is written of its name."""
        sign = "-" if self.minus else ""
        if self.word in PREFIXES:
            return f"{sign}{self.word}:{write_value(name)}"
        return f"{sign}{write_tag(name)}"

    def with_word(self, word: str) -> str:
        return f"{'-' if self.minus else ''}{word}:"


def typed_term(text: str) -> TypedTerm:
    """Return what somebody is writing, which need not make sense yet."""
    minus = text.startswith("-")
    bare = text.removeprefix("-")
    word, colon, rest = bare.partition(":")
    if colon and (
        word.lower() in PREFIXES or word.lower() in {"rating", "parent", "source", "stars", "tag"}
    ):
        return TypedTerm(minus, word.lower(), rest.strip("\"'"))
    return TypedTerm(minus, None, bare)
