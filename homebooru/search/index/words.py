"""The words of the library in the memory of a process: what tags are called, and what they mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import TagAliasRow, TagRow
from homebooru.domain.posts import RANKS, TagView
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary
from homebooru.search.index.patterns import Bytes, Rows, fitting, starts_of
from homebooru.search.words import Words

END = "\0"
STALE = 500  # tags that changed, after which all names are joined anew

TagIds = NDArray[np.int32]
Word = tuple[int, str, int, int]
"""A tag: its id, name and category, and the tag that it is an alias of, or 0."""


class WordTable(Words):
    """All tags; what is put in replaces what was known of the same tags.

    `version` rises with every change.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._views: dict[int, TagView] = {}
        self._places: dict[int, str] = {}
        self._aliases: dict[int, int] = {}
        self._vocabulary = Vocabulary(aliases=self._aliases)
        self._texts = _Texts({})
        self._changed: set[int] = set()
        self.version = 0

    def put(self, words: Iterable[Word]) -> None:
        words = list(words)
        self.version += 1
        self.drop(tag for tag, *_ in words)
        for tag, name, category, means in words:
            self._ids[name] = tag
            self._views[tag] = TagView(name, Category(category))
            self._places[tag] = f"{RANKS[Category(category)]}{name}"
            if means:
                self._aliases[tag] = means

    def drop(self, tags: Iterable[int]) -> None:
        """Forget tags that are no more."""
        self.version += 1
        for tag in tags:
            self._changed.add(tag)
            if view := self._views.pop(tag, None):
                del self._ids[view.name], self._places[tag]
            self._aliases.pop(tag, None)

    def meanings(self, names: Iterable[str]) -> dict[str, int]:
        ids = self._ids
        return {name: self._vocabulary.resolve(ids[name]) for name in names if name in ids}

    def fitting(self, patterns: Iterable[str]) -> dict[str, list[int]]:
        wanted = (pattern for pattern in dict.fromkeys(patterns) if pattern != "*")
        return {pattern: self._fitting(pattern).tolist() for pattern in wanted}

    def views(self, tags: Iterable[int]) -> dict[int, TagView]:
        views = self._views
        return {tag: views[tag] for tag in tags}

    def in_order(self, tags: Iterable[int]) -> tuple[TagView, ...]:
        """Return a post's tags in the order in which they are listed."""
        views = self._views
        return tuple([views[tag] for tag in sorted(tags, key=self._places.__getitem__)])

    def beginning(self, prefix: str) -> TagIds:
        """Return the tags whose names begin so."""
        fits = self._fitting(prefix + "*")
        if "*" not in prefix:
            return fits
        begins = (self._views[tag].name.startswith(prefix) for tag in fits.tolist())
        return fits[np.fromiter(begins, np.bool_, len(fits))]

    def other_names(self, prefix: str, limit: int) -> dict[str, int]:
        tags = (tag for tag in self.beginning(prefix).tolist() if tag in self._aliases)
        names = sorted(self._views[tag].name for tag in tags)[:limit]
        return self.meanings(names)

    def packed(self) -> dict[str, NDArray[Any]]:
        """Return all of it as arrays."""
        texts = _Texts(self._ids)
        aliases = np.array(list(self._aliases.items()), np.int32).reshape(-1, 2)
        categories = (self._views[tag].category for tag in texts.tags.tolist())
        return {
            "texts": texts.texts,
            "tags": texts.tags,
            "categories": np.fromiter(categories, np.int8, len(texts.tags)),
            "aliases": aliases,
        }

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[Any]]) -> WordTable:
        """Return what was packed."""
        table = cls()
        names = arrays["texts"].tobytes().decode().split(END)[:-1]
        aliases = dict(arrays["aliases"].tolist())
        tags, categories = arrays["tags"].tolist(), arrays["categories"].tolist()
        table.put(
            (tag, name, category, aliases.get(tag, 0))
            for tag, name, category in zip(tags, names, categories, strict=True)
        )
        return table

    def _fitting(self, pattern: str) -> TagIds:
        """Look in the names as they were joined last, and in those that changed since."""
        if len(self._changed) > STALE:
            self._texts, self._changed = _Texts(self._ids), set()
        fits = self._texts.fitting(pattern)
        if not self._changed:
            return fits
        known = (tag for tag in self._changed if tag in self._views)
        since = _Texts({self._views[tag].name: tag for tag in known})
        kept = fits[~np.isin(fits, list(self._changed))]
        return np.concatenate((kept, since.fitting(pattern)))


class _Texts:
    """All names one behind another, to be searched at once."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        spelled = "".join(name + END for name in ids).encode()
        self.texts: Bytes = np.frombuffer(spelled, np.uint8)
        self.tags: TagIds = np.fromiter(ids.values(), np.int32, len(ids))
        self._starts: Rows = starts_of(self.texts)
        self._lengths = (np.diff(self._starts) - 1).astype(np.int32)

    def fitting(self, pattern: str) -> TagIds:
        if pattern.strip("*") == "":
            return self.tags
        return self.tags[fitting(self.texts, self._starts, self._lengths, pattern.encode())]


def read_words(session: Session, tags: Collection[int] | None = None) -> list[Word]:
    """Return some tags as they are now, or all; those that do not exist are left out."""
    means = sa.func.coalesce(TagAliasRow.consequent_id, 0)
    wanted = sa.select(TagRow.id, TagRow.name, TagRow.category, means).outerjoin(
        TagAliasRow, TagAliasRow.antecedent_id == TagRow.id
    )
    if tags is not None:
        wanted = wanted.where(any_of(TagRow.id, tags))
    return [(tag, name, category, to) for tag, name, category, to in session.execute(wanted)]
