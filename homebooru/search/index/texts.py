"""Texts of posts as rows in one run of bytes, to be searched all at once.

Texts come folded by PostgreSQL and end with a zero byte, which no text of its holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import Ids, of_ids
from homebooru.search.index.patterns import Bytes, Rows, fitting, gathered, starts_of
from homebooru.search.index.postings import grown

FEW = 1 << 16  # rows whose gaps are not worth closing
WORD = 8  # bytes that are compared at once
SINGLE = 2_000  # new rows that find their places among the others one by one

Numbers = NDArray[np.int32]


class Texts:
    """Rows of texts, each of one post, with numbers of other kinds beside each of them.

    A row that is given up belongs to post 0, which there is not. The rows of a post stand
    together, in the order in which they came.
    """

    def __init__(self, *beside: str) -> None:
        self._texts: Bytes = np.zeros(1 << 16, np.uint8)
        self._starts: Numbers = np.zeros(1 << 10, np.int32)
        self._posts: Ids = np.zeros(1 << 10, np.uint32)
        self._beside: dict[str, Numbers] = {name: np.zeros(1 << 10, np.int32) for name in beside}
        self._firsts: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self._counts: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self._rows = 0
        self._held = 0
        self._ranks: Numbers | None = None

    @property
    def posts(self) -> Ids:
        """The post of each row."""
        return self._posts[: self._rows]

    def beside(self, name: str) -> Numbers:
        """Return a number of each row."""
        return self._beside[name][: self._rows]

    def put(self, posts: Ids, owners: Ids, texts: Bytes, **beside: Numbers) -> None:
        """Let posts have just these rows, which come by rising owner."""
        if self._has(posts, owners, texts, beside):
            return
        self.take_away(posts)
        starts = starts_of(texts)
        rows, end = len(owners), int(self._starts[self._rows])
        self._make_room(int(posts.max(initial=0)), rows, end + len(texts))
        here = slice(self._rows, self._rows + rows)
        self._texts[end : end + len(texts)] = texts
        self._starts[self._rows + 1 : self._rows + rows + 1] = end + starts[1:]
        self._posts[here] = owners
        for name, numbers in beside.items():
            self._beside[name][here] = numbers
        held, firsts, counts = np.unique(owners, return_index=True, return_counts=True)
        self._firsts[held], self._counts[held] = self._rows + firsts, counts
        self._rows += rows
        self._held += rows
        self.tidy()

    def _has(self, posts: Ids, owners: Ids, texts: Bytes, beside: Mapping[str, Numbers]) -> bool:
        """Tell whether that is what is here already, as after most changes of a post."""
        known = posts[posts < len(self._counts)]
        rows = self._rows_of(known)
        if len(rows) != len(owners) or not np.array_equal(self._posts[rows], owners):
            return False
        return all(
            np.array_equal(self._beside[name][rows], numbers) for name, numbers in beside.items()
        ) and np.array_equal(gathered(self._texts, self._starts, rows), texts)

    def _rows_of(self, posts: Ids) -> Rows:
        counts = self._counts[posts].astype(np.int64)
        ends = np.cumsum(counts)
        steps = np.arange(int(counts.sum())) - np.repeat(ends - counts, counts)
        return np.repeat(self._firsts[posts].astype(np.int64), counts) + steps

    def take_away(self, posts: Ids) -> None:
        """Let posts have no rows."""
        known = posts[posts < len(self._counts)]
        rows = self._rows_of(known)
        self._posts[rows] = 0
        self._held -= len(rows)
        self._counts[known] = 0

    def fitting(self, pattern: bytes, stems: Numbers | None = None) -> Rows:
        """Return the rows that fit a pattern, or the first `stems` bytes of which do."""
        starts = self._starts[: self._rows + 1]
        lengths = np.diff(starts) - 1 if stems is None else stems
        return fitting(self._texts[: int(starts[-1])], starts, lengths, pattern)

    def owners(self, rows: Rows) -> BitMap:
        """Return the posts of some rows."""
        posts = of_ids(self._posts[rows])
        posts.discard(0)
        return posts

    def ranks(self) -> Numbers:
        """Return a number of each row by which texts rise."""
        known = self._ranks
        if known is None or len(known) + SINGLE < self._rows:
            known = _ranked(self._texts, self._starts[: self._rows + 1])
        elif len(known) < self._rows:
            known = self._placed(known)
        self._ranks = known
        return known

    def _placed(self, ranks: Numbers) -> Numbers:
        """Return the numbers of all rows, of which the first ones have theirs."""
        order = np.argsort(ranks).astype(np.int32)
        begins = np.diff(ranks[order], prepend=-1) > 0  # another text than the one before
        fresh = sorted(range(len(ranks), self._rows), key=self._text)
        texts = [self._text(row) for row in fresh]
        places = [bisect_left(order, text, key=self._text) for text in texts]
        for place, text in zip(places, texts, strict=True):
            if place < len(order) and self._text(order[place]) == text:
                begins[place] = False  # the new one stands before those that are equal
        differs = [text != before for before, text in pairwise([None, *texts])]
        order = np.insert(order, places, fresh)
        placed = np.empty(self._rows, np.int32)
        placed[order] = np.cumsum(np.insert(begins, places, differs))
        return placed

    def _text(self, row: int) -> bytes:
        return self._texts[int(self._starts[row]) : int(self._starts[row + 1])].tobytes()

    def tidy(self) -> None:
        """Close the gaps, where they take more room than what is held."""
        if self._rows <= 2 * self._held + FEW:
            return
        rows = slice(0, self._rows)
        kept = np.flatnonzero(self._posts[rows])
        now = np.cumsum(self._posts[rows] > 0) - 1
        holders = np.flatnonzero(self._counts)
        self._firsts[holders] = now[self._firsts[holders]]
        self._texts = gathered(self._texts, self._starts, kept)
        self._starts = starts_of(self._texts).astype(np.int32)
        self._posts = self._posts[kept]
        self._beside = {name: numbers[kept] for name, numbers in self._beside.items()}
        if self._ranks is not None:
            self._ranks = self._ranks[kept[: np.searchsorted(kept, len(self._ranks))]]
        self._rows = len(kept)

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays."""
        self.tidy()
        rows = slice(0, self._rows)
        return {
            "texts": self._texts[: int(self._starts[self._rows])],
            "posts": self._posts[rows],
            "firsts": self._firsts,
            "counts": self._counts,
            **{name: numbers[rows] for name, numbers in self._beside.items()},
        }

    def unpack(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take what was packed."""
        # some room, so that no process has to copy them for an edit
        self._texts = grown(arrays["texts"], len(arrays["texts"]) + 1)
        starts = starts_of(arrays["texts"]).astype(np.int32)
        self._starts = grown(starts, len(starts) + 1)
        self._rows = len(arrays["posts"])
        self._posts = grown(arrays["posts"], self._rows + 1)
        self._firsts, self._counts = arrays["firsts"], arrays["counts"]
        self._beside = {name: grown(arrays[name], self._rows + 1) for name in self._beside}
        self._held = int(np.count_nonzero(self._posts))

    def know_ranks(self, ranks: Numbers) -> None:
        """Take up what `ranks` told of the same rows."""
        self._ranks = ranks

    def _make_room(self, post: int, rows: int, end: int) -> None:
        self._texts = grown(self._texts, end)
        self._starts = grown(self._starts, self._rows + rows + 1)
        self._posts = grown(self._posts, self._rows + rows)
        for name, numbers in self._beside.items():
            self._beside[name] = grown(numbers, self._rows + rows)
        self._firsts = grown(self._firsts, post + 1)
        self._counts = grown(self._counts, post + 1)


def _ranked(texts: Bytes, starts: Numbers) -> Numbers:
    """Return how many texts come before each one; equal ones have the same place.

    Texts are compared by some bytes at once, and those that are still equal by the next ones.
    """
    ends = starts[1:] - 1
    ranks = np.zeros(len(ends), np.int64)
    tied, at = np.arange(len(ends)), starts[:-1]
    while len(tied):
        words = _words(texts, at, ends[tied])
        order = np.lexsort((words, ranks[tied]))
        tied, at, words = tied[order], at[order], words[order]
        groups = ranks[tied]
        firsts = np.flatnonzero(
            np.append(True, (groups[1:] != groups[:-1]) | (words[1:] != words[:-1]))
        )
        sizes = np.diff(firsts, append=len(tied))
        ranks[tied] = groups + np.repeat(firsts, sizes) - np.searchsorted(groups, groups)
        goes_on = (np.repeat(sizes, sizes) > 1) & (at + WORD <= ends[tied])
        tied, at = tied[goes_on], at[goes_on] + WORD
    return ranks.astype(np.int32)


def _words(texts: Bytes, at: Numbers, ends: Numbers) -> NDArray[np.uint64]:
    """Return the next bytes of each text as one number; behind its end there are zeros."""
    padded = np.append(texts, np.zeros(WORD, np.uint8))
    runs: NDArray[np.uint64] = np.ndarray(len(texts), ">u8", padded, strides=(1,))
    words = runs[at].astype(np.uint64)
    beyond = (8 * np.clip(WORD - (ends - at), 0, WORD)).astype(np.uint64)
    return np.where(ends > at, words >> beyond << beyond, np.uint64(0))
