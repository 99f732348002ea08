"""What tags are called and what their names mean, at one moment of the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from homebooru.db.queries.tags import aliases_from, load_vocabulary
from homebooru.db.queries.views import tag_views
from homebooru.domain.posts import TagView
from homebooru.search.naming import fitting_tags, meanings


class Words(Protocol):
    """The words of the library."""

    def meanings(self, names: Iterable[str]) -> Mapping[str, int]:
        """Return which tag each name means, aliases resolved; names of no tag are left out."""

    def fitting(self, patterns: Iterable[str]) -> Mapping[str, list[int]]:
        """Return the tags whose names fit each pattern, but for `*`, which is any tag at all."""

    def views(self, tags: Iterable[int]) -> Mapping[int, TagView]:
        """Return tags by their ids, without numbers of posts."""

    def other_names(self, prefix: str, limit: int) -> Mapping[str, int]:
        """Return the first names that begin so and mean another tag, with what they mean."""


@dataclass(frozen=True, slots=True)
class PlainWords(Words):
    """The tables at the moment of a transaction."""

    session: Session

    def meanings(self, names: Iterable[str]) -> Mapping[str, int]:
        return meanings(self.session, names)

    def fitting(self, patterns: Iterable[str]) -> Mapping[str, list[int]]:
        return fitting_tags(self.session, patterns)

    def views(self, tags: Iterable[int]) -> Mapping[int, TagView]:
        return tag_views(self.session, tags)

    def other_names(self, prefix: str, limit: int) -> Mapping[str, int]:
        aliases = aliases_from(self.session, prefix, limit=limit)
        vocabulary = load_vocabulary(self.session, aliases.values())
        return {name: vocabulary.resolve(tag) for name, tag in aliases.items()}
