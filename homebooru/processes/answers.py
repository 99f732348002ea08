"""Reads what a child answers, without taking for granted that it is still ours.

Children decode what strangers made, and a decoder may have a hole. A pickle can name any function
to be called while it is read; so of an answer only values are built, plain ones and our own.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import is_dataclass
from enum import Enum
from typing import cast

from homebooru.errors import HomeBooruError
from homebooru.phrases import Phrase
from homebooru.processes.child import Answer

LARGEST = 256 << 20  # bytes of one answer
PACKAGE = "homebooru."
PLAIN = frozenset(
    {
        ("builtins", "bytearray"),
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.numeric", "_frombuffer"),
    }
)


class Nonsense(Exception):
    """An answer that is none of those a child of ours gives."""


def read_answer(data: bytes) -> Answer:
    """Return what a child answered; raises Nonsense for anything else."""
    try:
        answer = _Values(io.BytesIO(data)).load()
    except Exception as error:
        raise Nonsense(str(error)) from error
    if not isinstance(answer, Answer):
        raise Nonsense(type(answer).__name__)
    return answer


class _Values(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) in PLAIN:
            return super().find_class(module, name)
        if module.startswith(PACKAGE) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module and _is_value(found):
                return cast("type[object]", found)
        raise pickle.UnpicklingError(f"{module}.{name} is no value")


def _is_value(kind: type) -> bool:
    return is_dataclass(kind) or issubclass(kind, (Enum, HomeBooruError, Phrase))
