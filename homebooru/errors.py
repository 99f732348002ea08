"""Every error that HomeBooru raises on purpose, drawn as a tree.

    HomeBooruError
    ├── InvalidInput              the person asking can fix it
    │   ├── InvalidSettings       several mistakes, told at once
    │   ├── InvalidTagName
    │   ├── TooLarge              more bytes than are taken
    │   └── QuerySyntaxError      knows at which character
    ├── NotFound
    ├── NotAllowed                this account or this place may not do that
    │   ├── LoginRequired         it is not known who is asking
    │   └── TooManyAttempts       knows in how many seconds to try again
    ├── Conflict                  it is there already, or somebody else is at it
    │   ├── InLibraryAlready      a folder that is looked through as part of another
    │   ├── ModelBusy             another process of this machine is using the model
    │   └── NewTags               an edit would make tags, and nobody said that it should
    ├── Unreadable                a file cannot be read; the message is its named reason
    │   ├── FileGone              it vanished or changed under the reader: look again later
    │   ├── NoPicture             of a kind that is never shown
    │   └── Inaccessible          the disk or a permission is to blame: try again ever more rarely
    ├── NotMoved                  a file stays where it is; knows whether trying again is any use
    ├── NotWritten                a sidecar stays as it is; knows whether trying again is any use
    ├── DatabaseUnusable          no server, too old, no pgvector
    │   └── DatabaseNewer         made by a newer HomeBooru
    ├── DiskFull                  less room than it takes to go on; work rests until there is
    ├── NoRights                  a disk that can only be read from, or a lost permission
    ├── ModelUnusable             weights that are incomplete, foreign, or do not run here
    ├── FeedLost                  a reader of changes fell too far behind: it reads all anew
    └── RemoteError               another server let us down
        ├── RemoteUnavailable     passing: worth another try
        │   └── RateLimited       ... once it lets us ask again
        ├── RemoteRefused         our key or our rights: trying again will not help
        │   └── PermissionMissing ... the key lacks one permission, and we know which
        ├── RemoteChanged         the answer has not the shape that we know
        └── RemoteMissing         it answers that there is no such thing

The message of an error says what happened and what the person can do about it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from homebooru.phrases import joined, phrase


class HomeBooruError(Exception):
    """Something that HomeBooru knows how to explain."""


class InvalidInput(HomeBooruError):
    """What was asked for does not make sense as written."""


class InvalidSettings(InvalidInput):
    """Settings that cannot be used; `mistakes` holds one sentence each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class InvalidTagName(InvalidInput):
    """Text that cannot be a tag."""


class TooLarge(InvalidInput):
    """More bytes were sent, or offered, than are taken."""


class QuerySyntaxError(InvalidInput):
    """A search or an edit that cannot be understood, and where it stops making sense.

    `suggestion` could stand there instead of the `length` characters that do.
    """

    def __init__(
        self, message: str, position: int, suggestion: str | None = None, length: int = 0
    ) -> None:
        super().__init__(message)
        self.position = position
        self.suggestion = suggestion
        self.length = length


class NotFound(HomeBooruError):
    """There is no such thing, or the person asking may not see it."""


class NotAllowed(HomeBooruError):
    """This person, or anybody from this place, may not do that."""


class LoginRequired(NotAllowed):
    """Only somebody who is logged in, or has a key, may ask for this."""


class TooManyAttempts(NotAllowed):
    """Too many failed logins; the next one counts after `seconds`."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Conflict(HomeBooruError):
    """It exists already, or somebody else is working on it."""


class InLibraryAlready(Conflict):
    """A folder that lies in one of the library, and is looked through with it."""


class ModelBusy(Conflict):
    """A model that another process of this machine is using."""


class NewTags(Conflict):
    """Tags that no post has yet, each with what may have been meant instead."""

    def __init__(self, nearest: Mapping[str, tuple[str, ...]]) -> None:
        told = [
            phrase("{name} (did you mean {meant}?)", name=name, meant=_either(meant))
            if meant
            else name
            for name, meant in nearest.items()
        ]
        super().__init__(
            phrase("No post has {names} yet. Say that it is to be made.", names=joined(told, ", "))
        )
        self.nearest = nearest


class Unreadable(HomeBooruError):
    """A file that cannot be read; the message is the reason shown on its post."""


class FileGone(Unreadable):
    """A file vanished or changed while it was being read; worth another look later."""


class NoPicture(Unreadable):
    """A file of a kind that is not shown; its beginning tells."""


class Inaccessible(Unreadable):
    """A file that the disk or a permission keeps from us, whatever is in it."""


class NotMoved(HomeBooruError):
    """A file that could not be moved into the trash or out of it; nothing half is done."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class NotWritten(HomeBooruError):
    """A sidecar that could not be written; it is as it was."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class DatabaseUnusable(HomeBooruError):
    """The database cannot serve; the message says what is missing."""


class DatabaseNewer(DatabaseUnusable):
    """The data was made by a newer HomeBooru than this one."""


class DiskFull(HomeBooruError):
    """There is less room left than it takes to go on safely."""


class NoRights(HomeBooruError):
    """A disk that can only be read from, or a permission that was lost; it is tried again."""


FULL = (errno.ENOSPC, errno.EDQUOT)
DENIED = (errno.EACCES, errno.EPERM)


def disk_fault(error: OSError) -> HomeBooruError | None:
    """Return what people are told of a disk that does not take what is written.

    None for any other failure: that one is a mistake of the program's.
    """
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    if error.errno in FULL:
        if place is None:
            return DiskFull(phrase("The disk is full. Make room there, and it goes on."))
        return DiskFull(
            phrase("The disk of {place} is full. Make room there, and it goes on.", place=place)
        )
    if error.errno == errno.EROFS:
        return NoRights(
            phrase(
                "The disk of {place} can only be read from. Mount it so that it can be written to.",
                place=place or "?",
            )
        )
    if error.errno in DENIED:
        return NoRights(
            phrase(
                "HomeBooru may not write to {place}. Give it to the user whom HomeBooru runs as.",
                place=place or "?",
            )
        )
    return None


class ModelUnusable(HomeBooruError):
    """A model that cannot be used; the message says what is wrong with its files, or missing."""


class FeedLost(HomeBooruError):
    """The feed of changes does not reach back to where its reader stopped."""


class RemoteError(HomeBooruError):
    """Another server could not be asked, or did not answer as agreed.

    `told` is how long it wants to be left alone, where it says so. `until` is set once it is
    settled when it will be asked again.
    """

    def __init__(
        self, message: str, *, told: timedelta | None = None, until: datetime | None = None
    ) -> None:
        super().__init__(message)
        self.told = told
        self.until = until


class RemoteUnavailable(RemoteError):
    """A server that is down, or shows a page to people where it should answer a program."""


class RateLimited(RemoteUnavailable):
    """A server that was asked too much for now."""


class RemoteRefused(RemoteError):
    """A server that does not accept our key, or us."""


class PermissionMissing(RemoteRefused):
    """A key that may not do this, for want of a `permission`."""

    def __init__(self, message: str, permission: str) -> None:
        super().__init__(message)
        self.permission = permission


class RemoteChanged(RemoteError):
    """An answer that makes no sense to us."""


class RemoteMissing(RemoteError):
    """A server that was asked for something that it does not have."""


def _either(names: Sequence[str]) -> str:
    *before, last = names
    return phrase("{names} or {last}", names=", ".join(before), last=last) if before else last
