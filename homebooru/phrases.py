"""Sentences for people, made where something is known and said where it is shown, in any language."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Self

BEGINNING = '{"phrase": '

Value = str | int | float


class Phrase(str):
    """A sentence in English that knows how it was made, so that a page can say it otherwise.

    It is a text like any other: to logs, to programs, on the command line. `str()` of it, and of
    an error that was raised with it, is the phrase itself; so it gets through to where it is shown.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: dict[str, Value]

    def __new__(cls, pattern: str, values: dict[str, Value] | None = None) -> Self:
        values = values or {}
        made = super().__new__(cls, pattern.format_map(values) if values else pattern)
        made.pattern, made.values = pattern, values
        return made

    def __str__(self) -> str:
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str, dict[str, Value]]]:
        return type(self), (self.pattern, self.values)

    def said(self, translate: Callable[[str], str]) -> str:
        """Return it in another language; phrases within it too."""
        words = translate(self.pattern)
        if not self.values:
            return words
        return words.format_map(
            {name: said(value, translate) for name, value in self.values.items()}
        )


def phrase(pattern: str, **values: object) -> Phrase:
    """Say something to people, with values at the names in braces.

    `scripts/catalogue` finds the pattern, so it is written out, and never put together.
    """
    return Phrase(pattern, {name: _plain(value) for name, value in values.items()})


def joined(phrases: Iterable[str], between: str = " ") -> Phrase:
    """Say several things one after another."""
    values: dict[str, Value] = {f"part{n}": _plain(each) for n, each in enumerate(phrases)}
    return Phrase(between.join(f"{{{name}}}" for name in values), values)


def said(value: Value, translate: Callable[[str], str]) -> Value:
    """Return a value as it is said in another language, where it is a phrase."""
    return value.said(translate) if isinstance(value, Phrase) else value


def spell(text: str) -> str:
    """Write a text down so that `read` brings the same phrase back."""
    if not isinstance(text, Phrase) and not text.startswith(BEGINNING):
        return text
    made = text if isinstance(text, Phrase) else joined([text])
    values = {
        name: json.loads(spell(value)) if isinstance(value, Phrase) else value
        for name, value in made.values.items()
    }
    return json.dumps({"phrase": made.pattern, "values": values}, ensure_ascii=False)


def read(text: str) -> str:
    """Bring a text back that `spell` wrote down."""
    return _made(json.loads(text)) if text.startswith(BEGINNING) else text


def _made(spelled: dict[str, object]) -> Phrase:
    pattern, values = spelled["phrase"], spelled["values"]
    assert isinstance(pattern, str)
    assert isinstance(values, dict)
    return Phrase(
        pattern,
        {name: _made(each) if isinstance(each, dict) else each for name, each in values.items()},
    )


def _plain(value: object) -> Value:
    return value if isinstance(value, str | int | float) else str(value)
