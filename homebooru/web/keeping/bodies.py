"""What a program sends along: a JSON object, each of its fields read as what it has to be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import request

from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

LARGEST = 2**63
WHOLE = re.compile(r"[0-9]{1,10}")


def sent() -> Mapping[str, Any]:
    """Return the object that was sent; nothing at all is an empty one. Raises InvalidInput."""
    if not request.get_data():
        return {}
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise InvalidInput(phrase("The JSON lies too deep in itself.")) from None
    if not isinstance(body, dict):
        raise InvalidInput(
            phrase("Send a JSON object, and say so: Content-Type: application/json.")
            if body is None
            else phrase("Send a JSON object, not another JSON value.")
        )
    return body


def text_in(body: Mapping[str, Any], name: str) -> str | None:
    """Return a text, or None where it is left out. Raises InvalidInput."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(phrase('"{name}" has to be a text.', name=name))
    if value and any("\ud800" <= sign <= "\udfff" or sign == "\0" for sign in value):
        raise InvalidInput(phrase('"{name}" holds characters that are no text.', name=name))
    return value


def needed_text(body: Mapping[str, Any], name: str) -> str:
    """Return a text that has to be there. Raises InvalidInput."""
    value = text_in(body, name)
    if value is None:
        raise InvalidInput(phrase('"{name}" is missing.', name=name))
    return value


def number_in(body: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number, or None where it is left out. Raises InvalidInput."""
    value = body.get(name)
    if value is not None and not _is_number(value):
        raise InvalidInput(phrase('"{name}" has to be a whole number.', name=name))
    return value


def numbers_in(body: Mapping[str, Any], name: str) -> list[int]:
    """Return a list of whole numbers, which has to be there. Raises InvalidInput."""
    value = body.get(name)
    if not isinstance(value, list) or not all(map(_is_number, value)):
        raise InvalidInput(phrase('"{name}" has to be a list of whole numbers.', name=name))
    return value


def whole_number(name: str, usual: int) -> int:
    """Return a whole number of the address, or the usual one. Raises InvalidInput."""
    text = request.args.get(name)
    if text is None:
        return usual
    if not WHOLE.fullmatch(text):
        raise InvalidInput(phrase("{name} has to be a whole number.", name=name))
    return int(text)


def _is_number(value: object) -> bool:
    return type(value) is int and -LARGEST <= value < LARGEST
