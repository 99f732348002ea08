"""Where posts lie: names and folders as texts to be searched.

Patterns fit as LIKE in SQL has it, `*` standing for anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.search.index.bitmaps import Ids
from homebooru.search.index.patterns import Bytes, as_expression, gathered, starts_of
from homebooru.search.index.texts import Texts

NO_STEM = -1
NO_NAME = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Places of posts, by rising post: the texts of their names, each with its end.

    `stems` tells how long a name is without its ending, or NO_STEM where the text is just that
    and stands for itself; `places` which of `folders` it lies in, and these are pairs of a root
    (below 0 a user of Immich, 0 for none) and the folder in it.
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
    """The places of all posts."""

    def __init__(self) -> None:
        self._names = Texts("places", "stems")
        self._folders: dict[tuple[int, bytes], int] = {}

    def put(self, posts: Ids, located: Located) -> None:
        """Let posts lie just there."""
        known = self._folders
        numbers = [known.setdefault(folder, len(known)) for folder in located.folders]
        places = np.array(numbers, np.int32)[located.places]
        names = self._names
        names.put(posts, located.posts, located.texts, places=places, stems=located.stems)

    def take_away(self, posts: Ids) -> None:
        """Let posts lie nowhere."""
        self._names.take_away(posts)

    def named(self, pattern: bytes, roots: frozenset[int] | None) -> BitMap:
        """Return the posts whose name fits, with its ending or without it."""
        rows = self._names.fitting(pattern, self._names.beside("stems"))
        if roots is not None:
            rows = rows[self._allowed(roots)[rows]]
        return self._names.owners(rows)

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
        return self._names.owners(np.flatnonzero(wanted[self._names.beside("places")]))

    def first_names(self, size: int, roots: frozenset[int] | None) -> NDArray[np.int32]:
        """Return for each post below `size` a number by which first names rise, NO_NAME for none."""
        is_name = self._names.beside("stems") != NO_STEM
        rows = np.flatnonzero((self._names.posts > 0) & is_name)
        if roots is not None:
            rows = rows[self._allowed(roots)[rows]]
        firsts = np.full(size, NO_NAME, np.int32)
        np.minimum.at(firsts, self._names.posts[rows], self._names.ranks()[rows])
        return firsts

    def _allowed(self, roots: frozenset[int]) -> NDArray[np.bool_]:
        allowed = np.array([root in roots for root, _ in self._folders], np.bool_)
        return allowed[self._names.beside("places")]

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays."""
        paths = [path for _, path in self._folders]
        return self._names.packed() | {
            "roots": np.array([root for root, _ in self._folders], np.int64),
            "folders": np.frombuffer(b"".join(path + b"\0" for path in paths), np.uint8),
            "ranks": self._names.ranks(),  # else the first to ask for this order would wait
        }

    def unpack(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take what was packed."""
        self._names.unpack(arrays)
        self._names.know_ranks(arrays["ranks"])
        folders = arrays["folders"].tobytes().split(b"\0")[:-1]
        pairs = zip(arrays["roots"].tolist(), folders, strict=True)
        self._folders = {pair: number for number, pair in enumerate(pairs)}
