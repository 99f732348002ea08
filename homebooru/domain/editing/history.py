"""The history of edits, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.claims import About
from homebooru.domain.editing.words import Via, Word
from homebooru.domain.posts import TagView


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What was said of a tag, or of something that a post has one of, before and after."""

    about: TagView | About
    before: Word | None
    after: Word | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditView:
    """A line of the history; the account is None where it is gone, `by` where it has no name.

    `undoes_id` is the line that it took back, `script` what its whole batch was to change.
    """

    id: int
    post_id: int
    account_id: int | None
    by: str | None
    via: Via
    made_at: datetime
    batch_id: int | None
    script: str | None
    undoes_id: int | None
    changes: tuple[ChangeView, ...]


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit of a post did: the line of the history, None where nothing had to change.

    `implied` are tags that were taken away although others of the post imply them, with those.
    They stay away: what follows from a tag never goes against a person's word.
    """

    edit_id: int | None
    implied: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reverted:
    """What taking something back did; `left` is what somebody changed since, and is as they wish.

    `edit_id` is None where nothing had to change.
    """

    edit_id: int | None
    left: tuple[TagView | About, ...] = ()
