"""Questions about posts: whatever asks them, they are put and answered in one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from homebooru.domain.editing.edits import Edit
from homebooru.errors import NotFound
from homebooru.phrases import phrase

SKIP = "skip"
"""The choice that says nothing, and is remembered."""


class Stance(StrEnum):
    """What a choice says to what is asked: the keys and the way to swipe follow from it."""

    YES = "yes"
    NO = "no"
    ELSE = "else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An answer that can be chosen, and the edit of the post that it is."""

    name: str
    words: str
    edit: Edit
    stance: Stance = Stance.ELSE


@dataclass(frozen=True, slots=True)
class Key:
    """Which question of a queue it is: about what of which post."""

    post_id: int
    about: str

    def __str__(self) -> str:
        return f"{self.post_id}-{self.about}"


def read_key(text: str) -> Key:
    """Read a key as it is written. Raises NotFound where it is none."""
    number, dash, about = text.partition("-")
    if not (dash and about and number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound(phrase("There is no question {key!r}.", key=text[:40]))
    return Key(int(number), about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question about a post that is still open; `why` are the reasons it is asked."""

    key: Key
    question: str
    choices: Sequence[Choice]
    why: Sequence[str] = ()
    sure: float | None = None

    def choice(self, name: str) -> Choice:
        """Return a choice. Raises NotFound where there is none of that name."""
        for choice in self.choices:
            if choice.name == name:
                return choice
        raise NotFound(phrase("There is no answer {name!r} to this.", name=name[:40]))
