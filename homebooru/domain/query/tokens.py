"""Cuts the text of a search into tokens, each knowing where it stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NoReturn

from homebooru.errors import QuerySyntaxError
from homebooru.phrases import phrase

A_SEARCH = phrase("A search")
MAX_LENGTH = 20_000
MAX_TOKENS = 1_000
EMOTICONS = {":)", ":(", ";)", ";(", ">:)", ">:("}  # tags that end in a parenthesis of their own
QUOTES = ("'", '"')
UNWRITABLE = {"Cc", "Cs"}  # control characters and halves of characters


class Kind(Enum):
    """What a token is; AND and OR are words, the others signs or terms."""

    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    OPTION = auto()
    AND = auto()
    OR = auto()
    WORD = auto()
    METATAG = auto()
    END = auto()


SIGNS = {"-": Kind.NOT, "~": Kind.OPTION}
WORDS = {"and": Kind.AND, "or": Kind.OR}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text, and where it stands."""

    text: str
    position: int

    def fail(self, message: str, suggestion: str | None = None) -> NoReturn:
        raise QuerySyntaxError(message, self.position, suggestion, len(self.text))

    def cut(self, start: int, end: int | None = None) -> Piece:
        return Piece(self.text[start:end], self.position + start)

    def split(self, separator: str) -> list[Piece]:
        """Cut at every `separator`."""
        found, start = [], 0
        for part in self.text.split(separator):
            found.append(self.cut(start, start + len(part)))
            start += len(part) + len(separator)
        return found


@dataclass(frozen=True, slots=True)
class Token:
    """A sign, a word, or a metatag (its name in lower case, with its value)."""

    kind: Kind
    piece: Piece
    value: Piece | None = None


def tokens(text: str, metatags: Container[str]) -> list[Token]:
    """Return the tokens of `text`, with an END behind the last.

    A parenthesis at the start of a term opens a group; one at its end closes it, unless the
    term itself opened one before. Raises QuerySyntaxError.
    """
    check_text(text)
    found: list[Token] = []
    for token in _scan(text, metatags):
        found.append(token)
        if len(found) > MAX_TOKENS:
            token.piece.fail(
                phrase(
                    "A search has at most {max_tokens:,} terms and signs.", max_tokens=MAX_TOKENS
                )
            )
    return [*found, Token(Kind.END, Piece("", len(text)))]


def check_text(text: str, what: str = A_SEARCH) -> None:
    """Raise QuerySyntaxError for a text that is too long or holds what cannot be written."""
    if len(text) > MAX_LENGTH:
        raise QuerySyntaxError(
            phrase(
                "{what} has at most {most:,} characters; this one has {count:,}.",
                what=what,
                most=MAX_LENGTH,
                count=len(text),
            ),
            MAX_LENGTH,
        )
    for position, character in enumerate(text):
        if unicodedata.category(character) in UNWRITABLE and not character.isspace():
            raise QuerySyntaxError(
                phrase(
                    "{what} cannot hold the control character {character!r}.",
                    what=what,
                    character=character,
                ),
                position,
            )


def _scan(text: str, metatags: Container[str]) -> Iterator[Token]:
    position = depth = 0
    while position < len(text):
        here = text[position]
        if here.isspace():
            position += 1
            continue
        if here == "(":
            token, depth = Token(Kind.OPEN, Piece(here, position)), depth + 1
        elif here == ")" and depth:
            token, depth = Token(Kind.CLOSE, Piece(here, position)), depth - 1
        elif here in SIGNS:
            token = Token(SIGNS[here], Piece(here, position))
        else:
            token, position = _term(text, position, depth, metatags)
            yield token
            continue
        yield token
        position += 1


def _term(text: str, start: int, depth: int, metatags: Container[str]) -> tuple[Token, int]:
    """Return the word or metatag that starts here, and where it ends."""
    word = word_at(text, start, depth)
    name, colon, _ = word.text.partition(":")
    if colon and name.lower() in metatags:
        at = start + len(name) + 1
        value, end = value_at(text, at, depth)
        return Token(Kind.METATAG, Piece(name.lower(), start), value), end
    if not word.text.strip(")"):
        word.fail(phrase("There is no `(` that this `)` could close."))
    return Token(WORDS.get(word.text.lower(), Kind.WORD), word), start + len(word.text)


def word_at(text: str, start: int, depth: int) -> Piece:
    """Return the run up to the next space, without the parentheses that close groups."""
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    while depth and text[end - 1 : end] == ")" and end > start:
        run = text[start:end]
        if is_balanced(run):
            break
        end, depth = end - 1, depth - 1
    return Piece(text[start:end], start)


def is_balanced(run: str) -> bool:
    """Tell whether the parentheses of a term are its own."""
    if run in EMOTICONS:
        return True
    depth = 0
    for character in run:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def value_at(text: str, start: int, depth: int) -> tuple[Piece, int]:
    """Return the value of a metatag, unquoted, and where it ends."""
    if text[start : start + 1] not in QUOTES:
        word = word_at(text, start, depth)
        return word, start + len(word.text)
    quote, position, read = text[start], start + 1, []
    while position < len(text) and text[position] != quote:
        if text[position] == "\\" and position + 1 < len(text):
            position += 1
        read.append(text[position])
        position += 1
    if position >= len(text):
        Piece(text[start:], start).fail(
            phrase("A closing `{quote}` is expected.", quote=quote), text[start:] + quote
        )
    end = position + 1
    if end < len(text) and not text[end].isspace() and text[end] != ")":
        Piece(text[end], end).fail(
            phrase("A space is expected after the closing `{quote}`.", quote=quote)
        )
    return Piece("".join(read), start + 1), end
