"""Which posts have a tag, and which tags a post has: the same fact, held both ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import Ids, of_ids, packed, unpacked

N = TypeVar("N", bound=np.generic)
TagIds = NDArray[np.int32]

AT_ONCE = 2048  # posts of which the tags are gathered in one go: so many fit the processor's cache

TAG_BITS = 31  # of a tag's number
MOST_TAG = (1 << TAG_BITS) - 1
NO_TAGS: TagIds = np.empty(0, np.int32)
NO_POSTS = BitMap()
EVERY = slice(None)


class Postings:
    """The tags of posts.

    `of(tag)` is the set of its posts, not to be changed by whoever asks. The tags of each post
    stand one post's after another's in a long array, at the end of which new ones are put. A post
    that changes stays in its place if it has room there, else leaves it behind, and `tidy` closes
    the gaps. Only sets of tags that it gains or loses are touched.
    """

    def __init__(self) -> None:
        self._posts: dict[int, BitMap] = {}
        self._totals: NDArray[np.int32] = np.zeros(1 << 10, np.int32)
        self._tags: TagIds = np.empty(1 << 16, np.int32)
        self._end = 0
        self._held = 0
        self._starts: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self._lengths: NDArray[np.int32] = np.zeros(1 << 10, np.int32)

    @property
    def size(self) -> int:
        """Return how many posts there may be."""
        return len(self._lengths)

    def of(self, tag: int) -> BitMap:
        return self._posts.get(tag, NO_POSTS)

    def tags_of(self, post: int) -> TagIds:
        if post >= len(self._lengths):
            return NO_TAGS
        start = self._starts[post]
        return self._tags[start : start + self._lengths[post]]

    def totals(self, tags: TagIds | slice = EVERY) -> NDArray[np.int32]:
        """Return how many posts each of some tags has, or of all by their ids."""
        if not isinstance(tags, slice):
            self._totals = grown(self._totals, int(tags.max(initial=0)) + 1)
        return self._totals[tags]

    def gathered(self, posts: Ids) -> TagIds:
        """Return the tags of some posts, one post's after another's."""
        starts, lengths = self._starts[posts], self._lengths[posts]
        gathered = np.empty(int(lengths.sum()), np.int32)
        end = 0
        for some in (slice(at, at + AT_ONCE) for at in range(0, len(posts), AT_ONCE)):
            ends = np.cumsum(lengths[some], dtype=np.int64)
            places = np.repeat(starts[some] - ends + lengths[some], lengths[some])
            places += np.arange(ends[-1])
            start, end = end, end + len(places)
            np.take(self._tags, places, out=gathered[start:end], mode="clip")
        return gathered

    def weighed(self, posts: Ids, weights: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return what the tags of each of some posts weigh together.

        `weights` are those of the tags by their ids; of later ones they are 0. All posts have tags.
        """
        tags, lengths = self.gathered(posts), self._lengths[posts]
        held = weights[np.minimum(tags, len(weights) - 1)] * (tags < len(weights))
        return np.add.reduceat(held, np.cumsum(lengths) - lengths) if len(posts) else held

    def put(self, posts: Ids, tags: TagIds, lengths: NDArray[np.int64]) -> None:
        """Let posts have these tags, of which each has so many; what they had before is gone."""
        self._make_room(int(posts.max(initial=0)), len(tags))
        tagged = self._lengths[posts] > 0
        changed = tagged & ~self._has(posts, tags, lengths)
        for some, take in ((changed, self._change), (~tagged, self._append)):
            if some.any():
                take(posts[some], tags[np.repeat(some, lengths)], lengths[some])
        self.tidy()

    def _has(self, posts: Ids, tags: TagIds, lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which posts have just these tags already, as after most changes of a post."""
        same: NDArray[np.bool_] = (self._lengths[posts] == lengths) & (lengths > 0)
        if same.any():
            equal = self.gathered(posts[same]) == tags[np.repeat(same, lengths)]
            firsts = np.cumsum(lengths[same]) - lengths[same]
            same[same] = np.logical_and.reduceat(equal, firsts)
        return same

    def _append(self, posts: Ids, tags: TagIds, lengths: NDArray[np.int64]) -> None:
        """Put posts that had no tags behind all others."""
        self._tags[self._end : self._end + len(tags)] = tags
        self._starts[posts] = self._end + np.cumsum(lengths) - lengths
        self._lengths[posts] = lengths
        self._end += len(tags)
        self._held += len(tags)
        self._note(np.repeat(posts, lengths), tags)

    def _change(self, posts: Ids, tags: TagIds, lengths: NDArray[np.int64]) -> None:
        """Let posts that have tags have these."""
        before = self._lengths[posts]
        had = _pairs(np.repeat(posts, before), self.gathered(posts))
        has = _pairs(np.repeat(posts, lengths), tags)
        self._lose(*_apart(np.setdiff1d(had, has, assume_unique=True)))
        self._note(*_apart(np.setdiff1d(has, had, assume_unique=True)))
        longer = lengths > before
        starts = self._end + np.cumsum(lengths[longer]) - lengths[longer]
        self._starts[posts[longer]] = starts
        self._end += int(lengths[longer].sum())
        ends = np.cumsum(lengths)
        steps = np.arange(len(tags)) - np.repeat(ends - lengths, lengths)
        self._tags[np.repeat(self._starts[posts].astype(np.int64), lengths) + steps] = tags
        self._lengths[posts] = lengths
        self._held += len(has) - len(had)

    def _note(self, owners: Ids, tags: TagIds) -> None:
        """Put each owner into the set of its tag."""
        self._totals = grown(self._totals, int(tags.max(initial=0)) + 1)
        for tag, held in _by_tag(owners, tags):
            self._totals[tag] += len(held)
            if tag in self._posts:
                self._posts[tag].update(held)
            else:
                self._posts[tag] = held

    def _lose(self, owners: Ids, tags: TagIds) -> None:
        """Take each owner out of the set of its tag."""
        for tag, gone in _by_tag(owners, tags):
            self._totals[tag] -= len(gone)
            if self._totals[tag]:
                self._posts[tag].difference_update(gone)
            else:
                del self._posts[tag]

    def take_away(self, posts: Ids) -> None:
        """Let posts have no tags."""
        known = posts[posts < len(self._lengths)]
        lengths = self._lengths[known]
        self._lose(np.repeat(known, lengths), self.gathered(known))
        self._held -= int(lengths.sum())
        self._lengths[known] = 0

    def tidy(self) -> None:
        """Close the gaps, where they take more room than what is held."""
        if self._end > 2 * self._held + (1 << 16):
            posts = np.flatnonzero(self._lengths).astype(np.uint32)
            tags, lengths = self.gathered(posts), self._lengths[posts].astype(np.int64)
            self._tags, self._end = tags, len(tags)
            self._starts[posts] = np.cumsum(lengths) - lengths

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays."""
        self.tidy()
        sizes, sets = packed(self._posts.values())
        return {
            "names": np.fromiter(self._posts, np.int32, len(self._posts)),
            "sizes": sizes,
            "sets": sets,
            "tags": self._tags[: self._end],
            "starts": self._starts,
            "lengths": self._lengths,
        }

    def unpack(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take what was packed."""
        sets = unpacked(arrays["sizes"], arrays["sets"])
        self._posts = dict(zip(arrays["names"].tolist(), sets, strict=True))
        self._totals = np.zeros(int(arrays["names"].max(initial=0)) + 1, np.int32)
        self._totals[arrays["names"]] = [len(posts) for posts in self._posts.values()]
        self._end = len(arrays["tags"])
        self._tags = grown(arrays["tags"], self._end + 1)  # no process is to copy it for an edit
        self._starts, self._lengths = arrays["starts"], arrays["lengths"]
        self._held = int(self._lengths.sum())

    def _make_room(self, post: int, tags: int) -> None:
        self._starts = grown(self._starts, post + 1)
        self._lengths = grown(self._lengths, post + 1)
        self._tags = grown(self._tags, self._end + tags)


def _by_tag(owners: Ids, tags: TagIds) -> Iterator[tuple[int, BitMap]]:
    """Yield each tag with the set of its owners, of which each stands before one of its tags."""
    order = np.argsort(tags, kind="stable")
    owners, tags = owners[order], tags[order]
    firsts = np.flatnonzero(np.diff(tags, prepend=-1))
    bounds = pairwise([*firsts.tolist(), len(owners)])
    for tag, (first, last) in zip(tags[firsts].tolist(), bounds, strict=True):
        yield tag, of_ids(owners[first:last])


def _pairs(owners: Ids, tags: TagIds) -> NDArray[np.int64]:
    """Return each owner with the tag beside it as one number."""
    return (owners.astype(np.int64) << TAG_BITS) | tags


def _apart(pairs: NDArray[np.int64]) -> tuple[Ids, TagIds]:
    """Return what was put into pairs."""
    return (pairs >> TAG_BITS).astype(np.uint32), (pairs & MOST_TAG).astype(np.int32)


def grown(numbers: NDArray[N], size: int) -> NDArray[N]:
    """Return the array if it is long enough, else a longer one that begins with it."""
    if len(numbers) >= size:
        return numbers
    longer = np.zeros(max(size, len(numbers) + len(numbers) // 4), numbers.dtype)
    longer[: len(numbers)] = numbers
    return longer
