"""Where posts lie: names and folders as texts to be searched, all names in one run of bytes.

Patterns fit as LIKE in SQL has it, `*` standing for anything. Texts and patterns come folded by
PostgreSQL and end with a zero byte, which no text of its holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import Ids, of_ids
from homebooru.search.index.patterns import (
    Bytes,
    Rows,
    as_expression,
    fitting,
    gathered,
    starts_of,
)
from homebooru.search.index.postings import grown

FEW = 1 << 16  # rows whose gaps are not worth closing


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Places of posts, by rising post: the texts of their names, each with its end.

    `stems` tells how long a name is without its ending; `places` which of `folders` it lies in,
    and these are pairs of a root, 0 for none, and the folder in it.
    """

    posts: Ids
    places: NDArray[np.int32]
    folders: Sequence[tuple[int, bytes]]
    texts: Bytes
    stems: NDArray[np.int32]

    @classmethod
    def sorted(
        cls,
        *,
        posts: Ids,
        places: NDArray[np.int32],
        folders: Sequence[tuple[int, bytes]],
        texts: Bytes,
        stems: NDArray[np.int32],
    ) -> Located:
        """Return what comes in any order."""
        order = np.argsort(posts, kind="stable")
        return cls(
            posts=posts[order],
            places=places[order],
            folders=folders,
            texts=gathered(texts, starts_of(texts), order),
            stems=stems[order],
        )

    def roots(self) -> dict[int, Ids]:
        """Return the posts that lie in each root."""
        roots = np.array([root for root, _ in self.folders], np.int64)[self.places]
        return {int(root): self.posts[roots == root] for root in np.unique(roots) if root}


class Places:
    """The places of all posts; a row that is given up belongs to post 0, which there is not."""

    def __init__(self) -> None:
        self._texts: Bytes = np.zeros(1 << 16, np.uint8)
        self._starts: Rows = np.zeros(1 << 10, np.int64)
        self._posts: Ids = np.zeros(1 << 10, np.uint32)
        self._places: NDArray[np.int32] = np.zeros(1 << 10, np.int32)
        self._stems: NDArray[np.int32] = np.zeros(1 << 10, np.int32)
        self._firsts: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self._counts: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self._folders: dict[tuple[int, bytes], int] = {}
        self._rows = 0
        self._held = 0

    def put(self, posts: Ids, located: Located) -> None:
        """Let posts lie just there."""
        self.take_away(posts)
        starts = starts_of(located.texts)
        rows, end = len(starts) - 1, int(self._starts[self._rows])
        self._make_room(int(posts.max(initial=0)), rows, end + len(located.texts))
        here = slice(self._rows, self._rows + rows)
        known = self._folders
        numbers = [known.setdefault(folder, len(known)) for folder in located.folders]
        self._texts[end : end + len(located.texts)] = located.texts
        self._starts[self._rows + 1 : self._rows + rows + 1] = end + starts[1:]
        self._posts[here], self._stems[here] = located.posts, located.stems
        self._places[here] = np.array(numbers, np.int32)[located.places]
        held, firsts, counts = np.unique(located.posts, return_index=True, return_counts=True)
        self._firsts[held], self._counts[held] = self._rows + firsts, counts
        self._rows += rows
        self._held += rows
        self.tidy()

    def take_away(self, posts: Ids) -> None:
        """Let posts lie nowhere."""
        known = posts[posts < len(self._counts)]
        known = known[self._counts[known] > 0]
        for first, count in zip(
            self._firsts[known].tolist(), self._counts[known].tolist(), strict=True
        ):
            self._posts[first : first + count] = 0
        self._held -= int(self._counts[known].sum())
        self._counts[known] = 0

    def named(self, pattern: bytes, roots: frozenset[int] | None) -> BitMap:
        """Return the posts whose name fits, with its ending or without it."""
        rows = self._fitting(pattern)
        if roots is not None:
            allowed = np.array([root in roots for root, _ in self._folders], np.bool_)
            rows = rows[allowed[self._places[rows]]]
        return self._owners(rows)

    def in_folder(
        self, pattern: bytes, names: Mapping[int, bytes], roots: frozenset[int] | None
    ) -> BitMap:
        """Return the posts in a folder or below it, whose path may begin with its root's name."""
        fits = as_expression(pattern).fullmatch
        wanted = np.zeros(len(self._folders), np.bool_)
        for number, (root, folder) in enumerate(self._folders):
            if roots is None or root in roots:
                path = b"/".join(
                    part for part in (names.get(root), folder or None) if part is not None
                )
                wanted[number] = bool(fits(folder) or fits(path))
        return self._owners(np.flatnonzero(wanted[self._places[: self._rows]]))

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
        self._starts = starts_of(self._texts)
        self._posts, self._places = self._posts[kept], self._places[kept]
        self._stems, self._rows = self._stems[kept], len(kept)

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays."""
        self.tidy()
        rows = slice(0, self._rows)
        paths = [path for _, path in self._folders]
        return {
            "texts": self._texts[: int(self._starts[self._rows])],
            "posts": self._posts[rows],
            "places": self._places[rows],
            "stems": self._stems[rows],
            "firsts": self._firsts,
            "counts": self._counts,
            "roots": np.array([root for root, _ in self._folders], np.int64),
            "folders": np.frombuffer(b"".join(path + b"\0" for path in paths), np.uint8),
        }

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> Places:
        """Return what was packed."""
        places = cls()
        places._texts, places._starts = arrays["texts"], starts_of(arrays["texts"])
        places._posts, places._places = arrays["posts"], arrays["places"]
        places._stems, places._rows = arrays["stems"], len(arrays["posts"])
        places._firsts, places._counts = arrays["firsts"], arrays["counts"]
        places._held = int(np.count_nonzero(places._posts))
        folders = arrays["folders"].tobytes().split(b"\0")[:-1]
        pairs = zip(arrays["roots"].tolist(), folders, strict=True)
        places._folders = {pair: number for number, pair in enumerate(pairs)}
        return places

    def _fitting(self, pattern: bytes) -> Rows:
        starts = self._starts[: self._rows + 1]
        return fitting(self._texts[: int(starts[-1])], starts, self._stems[: self._rows], pattern)

    def _make_room(self, post: int, rows: int, end: int) -> None:
        self._texts = grown(self._texts, end)
        self._starts = grown(self._starts, self._rows + rows + 1)
        self._posts = grown(self._posts, self._rows + rows)
        self._places = grown(self._places, self._rows + rows)
        self._stems = grown(self._stems, self._rows + rows)
        self._firsts = grown(self._firsts, post + 1)
        self._counts = grown(self._counts, post + 1)

    def _owners(self, rows: Rows) -> BitMap:
        posts = of_ids(self._posts[rows])
        posts.discard(0)
        return posts


def _below(root: bytes | None, folder: bytes) -> bytes:
    if root is None:
        return folder
    return b"%b/%b" % (root, folder) if folder else root
