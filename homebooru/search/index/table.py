"""All that the index knows: one place a post in a number of columns and sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.db.tables.feed import Part
from homebooru.domain.query.tree import Detail, Holder, Measure, Moment, Status
from homebooru.search.index.bitmaps import Ids, ids_of, of_ids, packed, united, unpacked
from homebooru.search.index.places import Places
from homebooru.search.index.postings import Postings, grown
from homebooru.search.index.reading import BITS, Batch, Numbers
from homebooru.search.index.statements import MEASURES, NOTHING
from homebooru.search.index.texts import Texts

K = TypeVar("K")
Selected = Ids | slice
"""Some posts, or a run of all."""

COUNTED = {Part.LIKES: Measure.FAVOURITES, Part.POOLS: Measure.POOLS}
"""Parts of posts of which searches know the number too."""
WIDTHS = (np.int8, np.int16, np.int32, np.int64)


class Column:
    """One number of each post, kept as narrow as they allow; NOTHING where it lacks it.

    A number that is too large for the others' width makes all wider.
    """

    def __init__(self) -> None:
        self._numbers: NDArray[np.signedinteger] = np.zeros(1 << 10, WIDTHS[0])

    def put(self, posts: Ids, values: Numbers) -> None:
        lacks = values == NOTHING
        self._hold(np.where(lacks, 0, values))
        self._numbers = grown(self._numbers, int(posts.max(initial=0)) + 1)
        self._numbers[posts] = np.where(lacks, self._nothing, values)

    def _hold(self, values: Numbers) -> None:
        """Be as wide as some numbers need."""
        least, most = int(values.min(initial=0)), int(values.max(initial=0))
        width = next(
            one for one in WIDTHS if np.iinfo(one).min < least and most <= np.iinfo(one).max
        )
        if np.iinfo(width).bits > np.iinfo(self._numbers.dtype).bits:
            lacks = ~self.known(self._numbers)
            self._numbers = self._numbers.astype(width)
            self._numbers[lacks] = self._nothing

    def of(self, selected: Selected) -> NDArray[np.signedinteger]:
        return self._numbers[selected]

    def packed(self) -> NDArray[np.signedinteger]:
        return self._numbers

    def unpack(self, numbers: NDArray[np.signedinteger]) -> None:
        self._numbers = numbers

    @property
    def _nothing(self) -> int:
        return int(np.iinfo(self._numbers.dtype).min)

    def known(self, numbers: NDArray[np.signedinteger]) -> NDArray[np.bool_]:
        """Tell which of `numbers`, taken from here, are there at all."""
        known: NDArray[np.bool_] = numbers != self._nothing
        return known


class Groups(Generic[K]):
    """Sets of posts by name, of which a post may be in several."""

    def __init__(self) -> None:
        self._posts: dict[K, BitMap] = {}
        self._all = BitMap()

    @property
    def all(self) -> BitMap:
        """The posts that are in any set; not to be changed."""
        return self._all

    def of(self, name: K) -> BitMap:
        return self._posts.get(name, BitMap())

    def put(self, posts: Ids, members: Mapping[K, Ids]) -> None:
        """Let posts be just in these sets."""
        self.take_away(posts)
        for name, ids in members.items():
            held = of_ids(ids)
            self._posts.setdefault(name, BitMap()).update(held)
            self._all |= held

    def take_away(self, posts: Ids) -> None:
        gone = of_ids(posts) & self._all
        if gone:  # most posts are in no pool at all, of which there may be many
            self._all -= gone
            for held in self._posts.values():
                held.difference_update(gone)

    def names(self) -> Iterable[K]:
        return self._posts.keys()

    def packed(self) -> dict[str, NDArray[Any]]:
        sizes, sets = packed(self._posts.values())
        return {"names": np.array(list(self._posts)), "sizes": sizes, "sets": sets}

    def unpack(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        sets = unpacked(arrays["sizes"], arrays["sets"])
        self._posts = dict(zip(arrays["names"].tolist(), sets, strict=True))
        self._all = united(self._posts.values())


class PostTable:
    """The posts of the library as searches see them; `version` rises with every change.

    Of `all` posts those in `hidden` are missing or trashed; neither set is to be changed.
    """

    def __init__(self) -> None:
        self.all = BitMap()
        self.hidden = BitMap()
        self.tags = Postings()
        self.suggestions = Postings()
        self.places = Places()
        self.addresses = Texts()
        self.ratings: Groups[str] = Groups()
        self.mimes: Groups[str] = Groups()
        self.roots: Groups[int] = Groups()
        self.sources: Groups[str] = Groups()
        self.telling: Groups[str] = Groups()
        self.liked: Groups[int] = Groups()
        self.mirrored: Groups[str] = Groups()
        self.held: Mapping[Holder, Groups[int]] = {holder: Groups() for holder in Holder}
        self.measures: Mapping[Measure, Column] = {one: Column() for one in MEASURES}
        self.moments: Mapping[Moment, Column] = {one: Column() for one in Moment}
        self.digests = Column()
        self._flags: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self._parents: NDArray[np.uint32] = np.zeros(1 << 10, np.uint32)
        self.size = 0
        self.version = 0

    def put(self, batch: Batch) -> None:
        """Take up posts that are new or have changed."""
        posts = batch.ids
        self.version += 1
        self.all |= of_ids(posts)
        self.size = max(self.size, int(posts.max(initial=0)) + 1)
        self.tags.put(posts, batch.tags, batch.lengths)
        self.suggestions.put(posts, batch.suggestions, batch.suggested)
        self._flags = grown(self._flags, self.size)
        self._parents = grown(self._parents, self.size)
        self._flags[posts], self._parents[posts] = batch.flags, batch.parents
        self._hide(posts)
        self.ratings.put(posts, batch.ratings)
        self.mimes.put(posts, batch.mimes)
        self.roots.put(posts, batch.located.roots())
        self.places.put(posts, batch.located)
        self.addresses.put(posts, *batch.addresses)
        self.sources.put(posts, batch.sources)
        self.telling.put(posts, batch.telling)
        self.liked.put(posts, batch.liked)
        self.mirrored.put(posts, batch.mirrored)
        for holder, groups in self.held.items():
            groups.put(posts, batch.held[holder])
        for measure, column in self.measures.items():
            column.put(posts, batch.measures[measure])
        for moment, column in self.moments.items():
            column.put(posts, batch.moments[moment])
        self.digests.put(posts, batch.digests)

    def put_part(self, part: Part, posts: Ids, members: Mapping[Any, Ids]) -> None:
        """Take up a part of posts of which nothing else changed."""
        self.version += 1
        groups: Mapping[Part, Groups[Any]] = {
            Part.LIKES: self.liked,
            Part.POOLS: self.held[Holder.POOL],
            Part.ALBUMS: self.held[Holder.ALBUM],
            Part.PEOPLE: self.held[Holder.PERSON],
            Part.MIRRORED: self.mirrored,
        }
        groups[part].put(posts, members)
        if part in COUNTED:
            each = np.concatenate([posts, *members.values()])
            counts = np.unique(each, return_counts=True)[1] - 1
            self.measures[COUNTED[part]].put(posts, counts)

    def drop(self, posts: Ids) -> None:
        """Forget posts that are no more."""
        self.version += 1
        self.all -= of_ids(posts)
        self.hidden -= of_ids(posts)
        self.tags.take_away(posts)
        self.suggestions.take_away(posts)
        self.places.take_away(posts)
        self.addresses.take_away(posts)
        for groups in self._groups().values():
            groups.take_away(posts)

    def _hide(self, posts: Ids) -> None:
        """Keep those of some posts out of sight that are missing or trashed."""
        away = self.flagged(Status.MISSING, posts) | self.flagged(Status.TRASHED, posts)
        self.hidden -= of_ids(posts)
        self.hidden |= of_ids(posts[away])

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays by name."""
        parts = {name: part.packed() for name, part in self._parts().items()}
        return {
            "all": np.frombuffer(self.all.serialize(), np.uint8),
            "flags": self._flags,
            "parents": self._parents,
            **{f"{part}.{name}": one for part, mine in parts.items() for name, one in mine.items()},
            **{f"number.{name}": column.packed() for name, column in self._columns().items()},
        }

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> PostTable:
        """Return what was packed. Raises KeyError or ValueError where it is not that."""
        table = cls()
        table.all = BitMap.deserialize(arrays["all"].tobytes())
        table.size = int(table.all.max()) + 1 if table.all else 0
        table._flags, table._parents = arrays["flags"], arrays["parents"]
        table._hide(ids_of(table.all))
        for part, mine in table._parts().items():
            mine.unpack({key: arrays[f"{part}.{key}"] for key in mine.packed()})
        for name, column in table._columns().items():
            column.unpack(arrays[f"number.{name}"])
        return table

    def _parts(self) -> Mapping[str, Groups[Any] | Postings | Places | Texts]:
        return {
            "tags": self.tags,
            "suggestions": self.suggestions,
            "places": self.places,
            "addresses": self.addresses,
            **self._groups(),
        }

    def _groups(self) -> dict[str, Groups[Any]]:
        return {
            "ratings": self.ratings,
            "mimes": self.mimes,
            "roots": self.roots,
            "sources": self.sources,
            "telling": self.telling,
            "liked": self.liked,
            "mirrored": self.mirrored,
            **{holder.value: groups for holder, groups in self.held.items()},
        }

    def _columns(self) -> dict[str, Column]:
        by_name = [*self.measures.items(), *self.moments.items()]
        return {name.name: column for name, column in by_name} | {"digests": self.digests}

    def has_twin_digests(self) -> bool:
        """Tell whether posts' MD5s begin alike, so that what is held does not put them in order."""
        held = self.digests.of(ids_of(self.all))
        known = np.sort(held[self.digests.known(held)])
        return bool(np.any(known[1:] == known[:-1]))

    def flagged(self, flag: Status | Detail, selected: Selected) -> NDArray[np.bool_]:
        flagged: NDArray[np.bool_] = (self._flags[selected] & BITS[flag]) != 0
        return flagged

    def parents(self, selected: Selected) -> NDArray[np.uint32]:
        """Return each post's parent, 0 for none."""
        return self._parents[selected]
