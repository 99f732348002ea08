"""Text from files and folders, as one line that a terminal can show without obeying it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import click

CONTROLS = ("Cc", "Cs", "Zl", "Zp")
TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")  # let text read backwards


def print_lines(lines: Iterable[str]) -> None:
    """Print lines for people; each stays one line, whatever files are called."""
    click.echo("\n".join(map(printable, lines)))


def printable(text: str) -> str:
    """Return `text` with newlines, and what controls a terminal, written as escapes."""
    return "".join(_escaped(one) if _controls(one) else one for one in text)


def in_lines(text: str) -> str:
    """Return a text that has lines of its own, each as `printable` does."""
    return "\n".join(map(printable, text.split("\n")))


def plain_json(text: str) -> str:
    """Return JSON in which what controls a terminal is escaped, as JSON does that."""
    return "".join(f"\\u{ord(one):04x}" if one != "\n" and _controls(one) else one for one in text)


def _controls(character: str) -> bool:
    return (
        unicodedata.category(character) in CONTROLS or unicodedata.bidirectional(character) in TURNS
    )


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
