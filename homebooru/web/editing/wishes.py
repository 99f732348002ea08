"""What a program wants changed, read from the JSON that it sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from homebooru.domain.claims import About
from homebooru.domain.editing.edits import UNTOUCHED, Edit, Untouched, difference
from homebooru.domain.editing.reading import read_edit, read_tag
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.editing.writing import write_edit
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.web.current import actor
from homebooru.web.keeping.bodies import number_in, text_in

KINDS = (
    "script",
    "text",
    "add",
    "remove",
    "withdraw",
    "rating",
    "parent",
    "sources",
    "stars",
    "description",
    "hush",
)
LONGEST_REASON = 1000
LONGEST_DESCRIPTION = 10_000

T = TypeVar("T")


def hand(body: Mapping[str, Any] | None = None) -> Hand:
    """Return who acts, from where, and what they say to it."""
    via = Via.WEB if actor().key_id is None else Via.API
    reason = text_in(body or {}, "reason") or None
    if reason is not None and len(reason) > LONGEST_REASON:
        raise InvalidInput(
            phrase(
                "A reason has at most {longest_reason:,} characters.", longest_reason=LONGEST_REASON
            )
        )
    return Hand(account_id=actor().account.id, via=via, reason=reason)


def flag_in(body: Mapping[str, Any], name: str) -> bool:
    """Return yes or no, which is no where it is left out. Raises InvalidInput."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise InvalidInput(phrase('"{name}" has to be true or false.', name=name))
    return value


def wish_in(body: Mapping[str, Any]) -> Edit:
    """Return the edit that a body asks for, in one of three ways.

    A `script` is written as in the tag box and says what is to change. A `text` is all that shall
    stand there, and is compared with what was `seen` there. Else the parts of the difference are
    told one by one. Raises QuerySyntaxError and InvalidInput.
    """
    if not any(name in body for name in KINDS):
        raise InvalidInput(
            phrase("Nothing is to change; what can be is {kinds}.", kinds=", ".join(KINDS))
        )
    script, text = text_in(body, "script"), text_in(body, "text")
    if script is not None:
        return read_edit(script)
    if text is None:
        return _parts(body)
    seen = text_in(body, "seen")
    if seen is None:
        raise InvalidInput(
            phrase('"seen" is missing: the text that was there before it was changed.')
        )
    return difference(read_edit(seen), read_edit(text))


def _parts(body: Mapping[str, Any]) -> Edit:
    added = [read_tag(text) for text in texts_in(body, "add")]
    return Edit(
        add=frozenset(name for name, _ in added),
        remove=frozenset(read_tag(text)[0] for text in texts_in(body, "remove")),
        withdraw=frozenset(read_tag(text)[0] for text in texts_in(body, "withdraw")),
        categories=frozenset((name, category) for name, category in added if category is not None),
        rating=_part(body, "rating", lambda: read_edit(f"rating:{_word(body, 'rating')}").rating),
        parent=_part(body, "parent", lambda: _parent(body)),
        sources=_part(body, "sources", lambda: _sources(texts_in(body, "sources"))),
        stars=_part(body, "stars", lambda: _stars(body)),
        description=_part(body, "description", lambda: description(text_in(body, "description"))),
        hushed=frozenset(map(_about, texts_in(body, "hush"))),
    )


def _part(body: Mapping[str, Any], name: str, read: Callable[[], T]) -> T | Untouched:
    return read() if name in body else UNTOUCHED


def _word(body: Mapping[str, Any], name: str) -> str:
    word = (text_in(body, name) or "none").strip()
    if len(word.split()) != 1:
        raise InvalidInput(phrase('"{name}" has to be one word.', name=name))
    return word


def _parent(body: Mapping[str, Any]) -> int | Untouched | None:
    number = number_in(body, "parent")
    return None if number is None else read_edit(f"parent:{number}").parent


def _stars(body: Mapping[str, Any]) -> int | Untouched | None:
    number = number_in(body, "stars")
    return None if number is None else read_edit(f"stars:{number}").stars


def description(text: str | None) -> str | None:
    """Return a description, None where nothing is written. Raises InvalidInput."""
    written = "\n".join((text or "").split("\r\n")).strip()
    if len(written) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            phrase("A description has at most {longest:,} characters.", longest=LONGEST_DESCRIPTION)
        )
    return written or None


def _sources(sources: list[str]) -> tuple[str, ...] | Untouched:
    """Read sources as the tag box does, so that they keep to the same rules."""
    return read_edit(write_edit(Edit(sources=tuple(sources)))).sources


def _about(text: str) -> About:
    if text not in set(About):
        raise InvalidInput(
            phrase('"hush" knows {about}, not {text!r}.', about=", ".join(About), text=text)
        )
    return About(text)


def texts_in(body: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of texts, which is empty where it is left out. Raises InvalidInput."""
    values = body.get(name, [])
    if not isinstance(values, list):
        raise InvalidInput(phrase('"{name}" has to be a list of texts.', name=name))
    return [text_in({name: value}, name) or "" for value in values]
