"""What can be done with the files of trashed posts, and how the trash is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from homebooru.domain.immich.wishes import NOTHING_FOLLOWED, Followed
from homebooru.phrases import Phrase, phrase


class Wish(StrEnum):
    """What is to become of a file."""

    TRASH = "trash"
    RESTORE = "restore"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrashView:
    """The trash, as far as somebody sees it.

    `posts` are in it; `files` of them lie in trash folders, with `size` bytes. Others stay where
    they are and are only hidden, some of them for `reasons`, each with how many. `waiting` are
    files that are yet to be moved or removed. `aside` are files that were restored of late, and
    could not have their old names again, each with what is said of it. `there` is how far
    Immich has followed.
    """

    posts: int
    files: int
    size: int
    waiting: dict[Wish, int] = field(default_factory=dict)
    reasons: tuple[tuple[str, int], ...] = ()
    aside: tuple[tuple[str, str], ...] = ()
    there: Followed = NOTHING_FOLLOWED


def told_aside(path: str) -> Phrase:
    """Say where a file is now whose old name something else has."""
    return phrase("Something else has its name by now, so it is {path}.", path=path)


def is_aside(reason: str) -> bool:
    """Tell whether this is what `told_aside` says, of whichever file."""
    return isinstance(reason, Phrase) and reason.pattern == told_aside("").pattern


def renamed(sidecar: bytes, picture: bytes, other: bytes) -> bytes:
    """Return what a sidecar is called once its picture is called otherwise."""
    if sidecar.startswith(picture):
        return other + sidecar[len(picture) :]
    stem, new_stem = picture.rpartition(b".")[0], other.rpartition(b".")[0]
    return new_stem + sidecar[len(stem) :]
