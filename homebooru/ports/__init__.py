"""What use cases need from the outside world; adapters in `files` and elsewhere provide it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from homebooru.domain.duplicates.fingerprints import Fingerprint
from homebooru.domain.duplicates.kinds import Comparison
from homebooru.domain.duplicates.traits import FileTraits
from homebooru.domain.lookups.chain import Wanted
from homebooru.domain.lookups.matches import Finding
from homebooru.domain.lookups.outcomes import Found
from homebooru.domain.media import Digests, Facts, Stamp
from homebooru.domain.outgoing.sidecars import Kept, Plan, Wish
from homebooru.domain.said import Said
from homebooru.domain.taggers import Framing
from homebooru.domain.vocabulary.lists import ListKind
from homebooru.errors import FileGone, NotMoved, NotWritten


class Progress(Protocol):
    """Where long work says how far it is, and hears whether to go on."""

    def expect(self, total: int | None) -> None:
        """Say how much there is to do from beginning to end; None where nobody can tell."""

    def advance(self, done: int = 1, *, current: str | None = None) -> None:
        """Say that `done` more are finished, and what is being worked on."""

    def report_error(self, what: str, reason: str) -> None:
        """Say what could not be done, and why; the work goes on."""

    def goes_on(self) -> bool:
        """Tell whether to take another batch: False once paused, cancelled or shutting down."""


class Silent(Progress):
    """Tells nobody: what is done is counted elsewhere, or soon over."""

    def expect(self, total: int | None) -> None: ...

    def advance(self, done: int = 1, *, current: str | None = None) -> None: ...

    def report_error(self, what: str, reason: str) -> None: ...

    def goes_on(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture file that a walk came across, with a fingerprint of the sidecars beside it.

    `touched_ns` is when anything about it changed, such as who may read it.
    """

    path: bytes
    stamp: Stamp
    sidecars: bytes = b""
    touched_ns: int = 0


@dataclass(slots=True)
class WalkProblems:
    """Folders that a walk could not read: their paths, relative to the root, with the reason."""

    unreadable: dict[bytes, str] = field(default_factory=dict)


class FolderWalker(Protocol):
    """Walks a folder tree; never follows a link out of it or around in it."""

    def check(self, root: bytes) -> str | None:
        """Return why the root cannot be read (gone, no permission, not a folder), or None."""

    def walk(self, root: bytes, folder: bytes, problems: WalkProblems) -> Iterator[Seen]:
        """Yield the pictures below `folder`, in the byte order of their paths from the root."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said of a picture in its file and beside it, by source.

    `problems` holds the reason for each file (by path from the root) whose words made no sense or
    could not be read, and `unclear` the sources of which it is therefore not known what they say
    now. It is `incomplete` where the disk or a permission was to blame, which may be better soon.
    """

    said: Mapping[str, Said]
    problems: Mapping[bytes, str] = field(default_factory=dict)
    unclear: frozenset[str] = frozenset()
    incomplete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file as it was read: its identity, and what is said of it; no digests of words alone."""

    stamp: Stamp
    digests: Digests | None
    words: Heard


class FileReader(Protocol):
    """Reads files in child processes, under limits of memory and time.

    A future raises Unreadable with a named reason, FileGone where a later look may do better.
    One that kills its reader takes no other work with it.
    """

    def read_file(self, root: bytes, path: bytes, *, words_only: bool = False) -> Future[Arrival]:
        """Read identity and words of a file; with `words_only` no digests."""

    def prepare(self, file: bytes, sha256: bytes) -> Future[Facts]:
        """Read the facts of a picture and keep its thumbnails under its SHA-256."""

    def close(self) -> None:
        """Drop all that is not done yet; its futures are cancelled or raise CancelledError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A picture that is looked at and not kept: what it is, and two small copies of it.

    `thumbnail` is a WebP for people, `copy` a JPEG for models.
    """

    digests: Digests
    facts: Facts
    thumbnail: bytes
    copy: bytes


@dataclass(frozen=True, slots=True)
class TrashPlan:
    """Where in the trash a file is to lie, and which files beside it go with it."""

    trash_path: bytes
    sidecars: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class TrashMove:
    """A file of a root and its place in the trash; `sidecars` are pairs of names, here and there.

    `stamp` is what tells it from another file that may lie there meanwhile.
    """

    root: bytes
    path: bytes
    trash_path: bytes
    stamp: Stamp
    sidecars: tuple[tuple[bytes, bytes], ...] = ()


class TrashKeeper(Protocol):
    """Moves files of a root into its trash, back, and removes them from there.

    Nothing is ever overwritten or copied, and whatever was done before counts as done. All of it
    raises FileGone where the file is not there, or is another, and NotMoved with the reason.
    """

    def plan(
        self, root: bytes, files: Mapping[int, tuple[bytes, Stamp]]
    ) -> Mapping[int, TrashPlan | FileGone | NotMoved]:
        """Choose places in the trash for files, given by a number that is theirs alone."""

    def put(self, move: TrashMove) -> None:
        """Move a file into the trash."""

    def free_path(self, root: bytes, path: bytes, sidecars: Sequence[bytes]) -> bytes:
        """Return a path, or one beside it, where neither a picture nor its sidecars are in the way."""

    def take_back(self, move: TrashMove) -> None:
        """Move a file out of the trash; raises FileExistsError where something is in the way."""

    def is_in_place(self, move: TrashMove) -> bool:
        """Tell whether a file surely lies where it always did."""

    def remove(self, move: TrashMove) -> None:
        """Remove a file that lies in the trash."""

    def sync(self, moves: Iterable[TrashMove]) -> None:
        """Return once what was moved stays so, even if the power fails now."""


class SidecarKeeper(Protocol):
    """Writes sidecars beside pictures of a root, and takes back what it wrote.

    NotWritten tells the reason; what is there is as it was then. Paths are from the root.
    """

    def plan(
        self, root: bytes, wishes: Mapping[bytes, tuple[Wish, Collection[Kept]]]
    ) -> Mapping[bytes, Plan | NotWritten]:
        """Tell, by picture, which sidecar is to hold what; nothing is written.

        With each wish goes what is kept of the sidecars of its picture.
        """

    def plan_undo(self, root: bytes, kept: Kept) -> Plan:
        """Tell what a sidecar is to hold without us."""

    def write(self, root: bytes, plans: Collection[Plan]) -> Mapping[bytes, NotWritten]:
        """Let sidecars hold what is planned, each unless it changed since: it is read again before.

        Return why some do not, by their paths. The others stay so, even if the power fails now.
        """


class PictureFramer(Protocol):
    """Brings pictures into the square that a model looks at, in child processes, under limits."""

    def frame(self, file: bytes, sha256: bytes, framing: Framing) -> Future[bytes]:
        """Read a picture; the future raises what a `FileReader`'s would."""

    def close(self) -> None:
        """Drop all that is not done yet; its futures are cancelled or raise CancelledError."""


class Tagger(Protocol):
    """A model that says what pictures show; its claims have its name as their source.

    Everything raises ModelUnusable with the reason where the model does not work, and ModelBusy
    where another process of this machine uses it.
    """

    @property
    def name(self) -> str: ...

    @property
    def at_once(self) -> int: ...

    def version(self) -> str:
        """Return what tells the model from others that said something under its name."""

    def load(self) -> Framing:
        """Have the model in memory, and return how it wants its pictures."""

    def look(self, frames: Sequence[bytes]) -> Future[list[Said]]:
        """Let the model look at pictures that were framed for it."""


class Embedder(Protocol):
    """A model that describes pictures, and perhaps words, by directions: what is alike is near.

    Descriptions are of length 1, in half precision. Everything raises ModelUnusable or a
    RemoteError with the reason where the model does not work, and ModelBusy where another process
    of this machine uses it.
    """

    @property
    def name(self) -> str: ...

    @property
    def reads(self) -> bool:
        """Whether it describes words too."""

    def version(self) -> str:
        """Return what tells the model from others that had its name."""

    def dimensions(self) -> int:
        """Return by how many numbers it describes."""

    def see(self, pictures: Sequence[bytes]) -> list[bytes]:
        """Describe pictures, which are JPEGs."""

    def read(self, text: str) -> bytes:
        """Describe what a text says."""

    def close(self) -> None:
        """Let go of the model."""


class ThumbnailKeeper(Protocol):
    """Keeps thumbnails by the SHA-256 of their originals."""

    def has(self, sha256: bytes) -> bool: ...

    def look_of(self, sha256: bytes) -> bytes | None:
        """Return what a picture looks like, as `Facts.look` has it; None without a thumbnail."""

    def drop(self, sha256s: Sequence[bytes]) -> None:
        """Forget the thumbnails of originals that no post has any more."""


class Booru(Protocol):
    """A site that may know pictures; `at_once` is how many it is best asked about together.

    Whoever asks gets what was found, or a RemoteError with `until` (before which it is no use to
    ask again) where nothing can be told of any picture.
    """

    @property
    def name(self) -> str: ...

    @property
    def at_once(self) -> int: ...

    def by_md5(self, md5s: Sequence[str]) -> Mapping[str, Found]:
        """Ask for pictures by the MD5 of their files, in hexadecimal.

        Where an error comes in between, what is known by then is returned; the pictures that are
        missing there are to be asked about again.
        """

    def by_id(self, remote_id: str) -> Found:
        """Ask for a post of the site's own by its number."""

    def found(self, row: object) -> Found:
        """Return what a post says, as the site sent it."""

    def adopted(self, row: Mapping[str, Any]) -> Found:
        """Return what a post says that another program kept as the site sent it to that one."""

    def close(self) -> None:
        """Let go of the connection."""


class ReverseSearch(Protocol):
    """A service that finds pictures by their looks; it fails as a booru does."""

    @property
    def name(self) -> str: ...

    def by_picture(self, picture: bytes) -> Finding:
        """Ask for a picture, a JPEG."""

    def found(self, answer: Mapping[str, Any]) -> Finding:
        """Return what an answer that was kept says."""

    def adopted(self, answer: Mapping[str, Any]) -> Finding:
        """Return what an answer says that another program kept as the service sent it."""

    def close(self) -> None:
        """Let go of the connection."""


class PictureComparer(Protocol):
    """Compares pictures, by the keys under which their thumbnails are kept."""

    def fingerprint(self, key: bytes) -> Fingerprint | None:
        """Tell by what a picture finds others, and they find it; None where nothing can be told."""

    def compare(self, one: bytes, other: bytes) -> Comparison | None:
        """Tell what one is of the other; None where it is nothing, or where nothing can be told."""


class TraitReader(Protocol):
    """Reads of a file what tells how it was made."""

    def read(self, file: BinaryIO) -> FileTraits:
        """Return what the head of a file tells; never raises for what is in it."""


class Previews(Protocol):
    """Makes the small pictures that others may see."""

    def preview(self, sha256: bytes) -> bytes | None:
        """Return a JPEG of a post as it is displayed, with nothing of the original's metadata.

        None where it has no thumbnail.
        """


class TagLists(Protocol):
    """A site that says what its tags mean; it fails as a booru does."""

    def page(self, kind: ListKind, before: int | None) -> Sequence[Mapping[str, Any]]:
        """Return the next entries, `before` one by its number; none where there are no more."""


class Source(Protocol):
    """Somebody in the chain who may know posts; `at_once` is how many are asked about together."""

    @property
    def name(self) -> str: ...

    @property
    def at_once(self) -> int: ...

    def ask(self, wanted: Sequence[Wanted]) -> Mapping[int, Found]:
        """Return what is known of posts, by their ids.

        One that is missing there could not be asked about, and stays due. Raises a RemoteError
        with `until` where nothing can be told of any.
        """

    def reread(self, answer: Mapping[str, Any]) -> Found:
        """Return what an answer that was kept says; nobody is asked."""

    def adopt(self, answer: Mapping[str, Any]) -> Found:
        """Return what an answer says that another program kept; nobody is asked."""
