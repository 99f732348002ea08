"""What all commands share: connecting, exit codes, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click

from homebooru.cli.lines import in_lines, plain_json
from homebooru.errors import HomeBooruError, InvalidInput, disk_fault
from homebooru.wiring import Deps, connect

P = ParamSpec("P")
R = TypeVar("R")


def told_clearly(function: Callable[P, R]) -> Callable[P, R]:
    """Turn our own errors into a sentence and an exit code: 2 for bad input, 1 otherwise."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except HomeBooruError as error:
            fail(str(error), code=2 if isinstance(error, InvalidInput) else 1)
        except OSError as error:
            if (fault := disk_fault(error)) is None:
                raise
            fail(str(fault))

    return wrapper


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Say what went wrong and leave."""
    click.echo(f"homebooru: {in_lines(message)}", err=True)
    sys.exit(code)


def connected() -> Deps:
    """Return what commands work with; the database is up to date afterwards."""
    return connect()


def print_json(document: Any) -> None:
    """Print one JSON document; bytes and dates are spelled by the caller."""
    click.echo(plain_json(json.dumps(document, ensure_ascii=False, indent=2)))
