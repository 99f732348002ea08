"""The history of edits, as it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.claims import About
from homebooru.domain.editing.batches import BatchView
from homebooru.domain.editing.words import Via, Word
from homebooru.domain.posts import TagView


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryWish:
    """Which lines of the history are wanted: None is any. `singly` leaves out those of batches."""

    post_id: int | None = None
    account_id: int | None = None
    batch_id: int | None = None
    tag_id: int | None = None
    about: About | None = None
    via: Via | None = None
    since: datetime | None = None
    singly: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in the history a line or a batch stands."""

    made_at: datetime
    id: int
    is_batch: bool = False


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
class Entry:
    """An entry of the whole history: a line, or all that a batch did as one."""

    edit: EditView | None = None
    batch: BatchView | None = None

    @property
    def spot(self) -> Spot:
        if self.batch is not None:
            return Spot(self.batch.made_at, self.batch.id, is_batch=True)
        assert self.edit is not None
        return Spot(self.edit.made_at, self.edit.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackPreview:
    """What taking back would do: to how many posts, which tags come and go, on how many.

    Of many posts only `looked_at` were looked at. On `left` of them something stays, because
    somebody changed it since.
    """

    posts: int
    looked_at: int
    comes: tuple[tuple[TagView, int], ...] = ()
    goes: tuple[tuple[TagView, int], ...] = ()
    others: int = 0
    left: int = 0


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
