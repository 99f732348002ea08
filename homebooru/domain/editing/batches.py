"""Edits of many posts at once, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from homebooru.domain.editing.words import Via


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch: what it changes or takes back, and how far it is.

    Of `posts` that it is for, `done` have been looked at, `changed` of them were changed, and of
    `left_alone` something stays as somebody wished since.
    """

    id: int
    account_id: int | None
    by: str | None
    via: Via
    script: str | None
    query: str | None
    undoes_batch_id: int | None
    posts: int
    done: int
    changed: int
    left_alone: int
    made_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an edit would change of the posts that a search finds: how many, by what is changed.

    Posts that have nothing to lose are changed too, where a tag is taken away: it may not come.
    """

    posts: int
    gains: Mapping[str, int] = field(default_factory=dict)
    losses: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)
    new: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
