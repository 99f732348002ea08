"""What is kept is found by its number or its name, so a name is no number."""

from __future__ import annotations

from homebooru.errors import InvalidInput
from homebooru.phrases import phrase


def check_is_word(name: str) -> None:
    """Raise InvalidInput for a name that would be taken for a number."""
    if name.isdigit():
        raise InvalidInput(
            phrase("A name that is a number would be taken for one: add a word to it.")
        )
