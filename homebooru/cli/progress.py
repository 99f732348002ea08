"""How far long work is: a bar on a terminal, plain lines elsewhere; both on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import click

from homebooru.ports import Progress

WIDTH = 30


class Bar(Progress):
    """Shows progress; leaving it ends the line."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._done = 0
        self._total = 0
        self._is_terminal = sys.stderr.isatty()
        self._interval = 0.1 if self._is_terminal else 5.0  # seconds between two looks
        self._shown_at = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._show()
            if self._is_terminal:
                click.echo(err=True)

    def expect(self, total: int) -> None:
        self._total = self._done + total

    def advance(self, done: int = 1, *, current: str | None = None) -> None:  # noqa: ARG002
        self._done += done
        if time.monotonic() - self._shown_at >= self._interval:
            self._show()

    def report_error(self, what: str, reason: str) -> None:
        lead = "\r\033[K" if self._is_terminal else ""
        click.echo(f"{lead}{what}: {reason}", err=True)

    def goes_on(self) -> bool:
        return True

    def _show(self) -> None:
        self._shown, self._shown_at = True, time.monotonic()
        total = max(self._total, self._done)
        line = f"{self._what}: {self._done:,} of {total:,}"
        if self._is_terminal:
            filled = WIDTH * self._done // max(total, 1)
            bar = "█" * filled + "░" * (WIDTH - filled)
            click.echo(f"\r\033[K{bar} {line}", nl=False, err=True)
        else:
            click.echo(line, err=True)
