"""What becomes of asking others about a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from homebooru.domain.said import Said


class Outcome(StrEnum):
    """How it went; the names are stored.

    A hidden post is there, but its file is not for us; its tags may be. A hint says something of
    the picture, but not so much or so surely that nobody else need be asked. The last four say
    that it is not known whether there is a post.
    """

    HIT = "hit"
    HIDDEN = "hidden"
    HINT = "hint"
    MISS = "miss"
    LIMITED = "limited"
    REFUSED = "refused"
    CHANGED = "changed"
    UNAVAILABLE = "unavailable"


KNOWN = frozenset({Outcome.HIT, Outcome.HIDDEN})
ANSWERED = KNOWN | {Outcome.HINT, Outcome.MISS}


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """The file of a post elsewhere, as far as its site tells."""

    width: int | None = None
    height: int | None = None
    size: int | None = None
    extension: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a source answered about one picture; `answer` is what it sent, as it sent it.

    A reverse search says how alike the pictures are (`similarity`, 0 to 1), and which boorus
    show what it found (`leads`): each with the number of its post, which it is to be asked for.
    A booru may name posts of its own of which this one is the parent (`children`).
    """

    outcome: Outcome
    remote_id: str | None = None
    said: Said | None = None
    leads: Mapping[str, str] = field(default_factory=dict)
    similarity: float | None = None
    children: tuple[str, ...] = ()
    file: RemoteFile | None = None
    answer: Mapping[str, Any] | None = field(default=None, repr=False)


MISS = Found(outcome=Outcome.MISS)
