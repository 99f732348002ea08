"""What is found out about an installation: good, worth a notice, or broken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How well something is."""

    GOOD = "good"
    NOTICE = "notice"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` says what to do where something is to be done."""

    about: str
    text: str
    state: State = State.GOOD
    advice: str | None = None
