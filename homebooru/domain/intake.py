"""What a scan decides: which files are new, changed, back or gone, and whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from homebooru.domain.media import Facts, Stamp
from homebooru.domain.similarity import says_something
from homebooru.phrases import phrase

FEW = 4  # below this, more than half of a root is a handful that a person may well have deleted


class Change(Enum):
    """What became of a path since it was last looked at."""

    NEW = auto()
    CHANGED = auto()
    WORDS = auto()  # the file is as it was, what lies beside it is not
    BACK = auto()
    SAME = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class Known:
    """A file as the library knows it; `sidecars` is the fingerprint of what lay beside it."""

    location_id: int
    path: bytes
    stamp: Stamp
    sidecars: bytes = b""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A picture file as a walk found it; `touched_ns` also changes with who may read it."""

    path: bytes
    stamp: Stamp
    sidecars: bytes = b""
    touched_ns: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One path of a comparison, with what was known and what was found of it."""

    change: Change
    known: Known | None
    found: Found | None


def compare(known: Iterable[Known], found: Iterable[Found]) -> Iterator[Step]:
    """Merge what is known with what is found, both in the byte order of their paths.

    Of several known at one path the first counts. Nothing is held but the current two.
    """
    left, right = iter(known), iter(found)
    old, new = next(left, None), next(right, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.path < new.path):
            assert old is not None
            if not old.missing:
                yield Step(Change.GONE, old, None)
            old = _after(left, old.path)
        elif old is None or new.path < old.path:
            yield Step(Change.NEW, None, new)
            new = next(right, None)
        else:
            yield Step(_change(old, new), old, new)
            old, new = _after(left, old.path), next(right, None)


def _after(known: Iterator[Known], path: bytes) -> Known | None:
    return next((one for one in known if one.path != path), None)


def _change(old: Known, new: Found) -> Change:
    if old.stamp != new.stamp:
        return Change.NEW if old.missing else Change.CHANGED
    if old.missing:
        return Change.BACK
    return Change.SAME if old.sidecars == new.sidecars else Change.WORDS


@dataclass(slots=True)
class Tally:
    """What a scan counted: enough to tell a tidy-up from a disk that is not there."""

    known: int = 0  # present ones, as the library knew them
    found: int = 0
    gone: int = 0
    moved: int = 0  # of the gone ones, those whose stamp turned up among the new ones


def count_moved(gone: Iterable[Stamp], new: Iterable[Stamp]) -> int:
    """Return how many of the gone files are probably just somewhere else."""
    return (Counter(gone) & Counter(new)).total()


def judge(tally: Tally, *, confirmed: bool) -> str | None:
    """Return why a root must be taken for offline, or None where what was seen is believed.

    A root without any picture is offline, however few were known: an empty mount point looks
    like that. So is one that lost more than half at once, unless it is a handful.
    """
    if confirmed or not tally.gone:
        return None
    if not tally.found:
        return phrase(
            "No picture is left in this folder. If it should be on a disk that is not mounted, "
            "mount it; if you deleted them all, confirm that."
        )
    lost = tally.gone - tally.moved
    if tally.known >= FEW and lost * 2 > tally.known:
        return phrase(
            "{lost} of {known} files are gone at once. If a disk is not mounted, mount it; if you "
            "deleted them, confirm that.",
            lost=lost,
            known=tally.known,
        )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What tells whether two files show the same picture."""

    width: int
    height: int
    frames: int
    duration: float | None
    pixel_digest: bytes | None
    phash: int | None
    thumbhash: bytes | None


def looks_of(facts: Facts) -> Looks:
    return Looks(
        width=facts.width,
        height=facts.height,
        frames=facts.frames,
        duration=facts.duration,
        pixel_digest=facts.pixel_digest,
        phash=facts.phash,
        thumbhash=facts.thumbhash,
    )


def same_pixels(one: Looks | None, other: Looks | None) -> bool:
    return (
        one is not None
        and other is not None
        and one.pixel_digest is not None
        and one.pixel_digest == other.pixel_digest
    )


def look_alike(one: Looks | None, other: Looks | None) -> bool:
    """Tell whether two pictures are one, saved anew: size, perceptual hash and colours agree.

    Flat pictures all have much the same perceptual hash, so that it counts only where it says
    something; it knows no colours, so that their averages must be near.
    """
    if one is None or other is None or one.phash is None or one.phash != other.phash:
        return False
    if not says_something(one.phash):
        return False
    return (
        (one.width, one.height, one.frames) == (other.width, other.height, other.frames)
        and abs((one.duration or 0) - (other.duration or 0)) < 0.1
        and _near_colours(one.thumbhash, other.thumbhash)
    )


def _near_colours(one: bytes | None, other: bytes | None) -> bool:
    """Compare the averages at the head of two ThumbHashes: lightness and two of colour."""
    if not one or not other:
        return False
    pairs = zip(_averages(one), _averages(other), strict=True)
    return all(abs(a - b) <= 2 for a, b in pairs)


def _averages(thumbhash: bytes) -> tuple[int, int, int]:
    head = int.from_bytes(thumbhash[:3], "little")
    return head & 63, head >> 6 & 63, head >> 12 & 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A post that lies, or lay, at a path.

    `elsewhere`: its present bytes lie in another place too. `spoken_of`: a person said
    something about it. `is_litter`: nothing but a file that never became a whole picture.
    """

    post_id: int
    looks: Looks | None = None
    present: bool = False
    elsewhere: bool = False
    spoken_of: bool = False
    is_litter: bool = False


class Verb(Enum):
    """What is done with the bytes of a file."""

    ATTACH = auto()  # they are that post's already
    CREATE = auto()  # they are a post of their own; the post, if any, becomes its parent
    TAKE = auto()  # the post takes them, and keeps its old digests as former ones
    REPLACE = auto()  # the post takes them, and its old ones are forgotten
    UNITE = auto()  # they are `other`'s, which is the same picture as the post: one remains


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose the bytes of a file are."""

    verb: Verb
    post_id: int | None = None
    other: int | None = None
    hasty: bool = False  # depends on the old bytes lying nowhere else


def decide(owner: Resident | None, residents: Sequence[Resident], looks: Looks | None) -> Decision:
    """Decide whose the bytes at a path are.

    `owner` is the post that has these bytes; `residents` are the other posts of the path, the
    present one first, then the latest.
    """
    same = next((r for r in residents if same_pixels(r.looks, looks)), None)
    if owner is not None:
        return _known(owner, same)
    if same is not None:
        return Decision(Verb.TAKE, same.post_id)
    alike = next((r for r in residents if look_alike(r.looks, looks) and not r.elsewhere), None)
    if alike is not None:
        return Decision(Verb.TAKE, alike.post_id, hasty=True)
    present = next((r for r in residents if r.present), None)
    if present is not None and present.is_litter and not present.elsewhere:
        return Decision(Verb.REPLACE, present.post_id)
    return Decision(Verb.CREATE, present.post_id if present and not present.is_litter else None)


def _known(owner: Resident, same: Resident | None) -> Decision:
    """Two posts that came to have the same pixels at one path are one picture.

    The older stays, unless only the younger was spoken of; two that people spoke of stay two.
    """
    if same is None or (same.spoken_of and owner.spoken_of):
        return Decision(Verb.ATTACH, owner.post_id)
    kept, lost = sorted((owner, same), key=lambda post: (not post.spoken_of, post.post_id))
    return Decision(Verb.UNITE, kept.post_id, lost.post_id)


def shown(path: bytes) -> tuple[str, str]:
    """Return the folder and the name of a path as people read them."""
    folder, _, name = path.rpartition(b"/")
    return _readable(folder), _readable(name)


def spelled(path: bytes) -> str:
    """Return a path as people read it."""
    folder, name = shown(path)
    return f"{folder}/{name}" if b"/" in path else name


def _readable(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class RootView:
    """A watched folder as pages and commands show it."""

    id: int
    path: str
    name: str
    state: str
    reason: str | None
    watch: str
    watch_reason: str | None
    last_scan_at: datetime | None
    last_scan_found: int | None
    last_scan_seconds: float | None
    trash: str
    sidecars: str
    read_only: bool
    files: int
    missing: int
    waiting: int
