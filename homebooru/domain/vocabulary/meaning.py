"""Aliases, implications and categories: what a tag means and what follows from it, by tag id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from homebooru.domain.tags import Category

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Vocabulary:
    """What is known of tags; ids that it does not know stand for themselves, in no category.

    `aliases` and `implications` are as they were entered; chains of aliases are followed, and
    an implication of an alias is one of its meaning.
    """

    aliases: Mapping[int, int] = field(default_factory=dict)
    implications: Mapping[int, frozenset[int]] = field(default_factory=dict)
    categories: Mapping[int, Category] = field(default_factory=dict)

    def resolve(self, tag: int) -> int:
        """Return what `tag` means; in a circle of aliases, the lowest id of the circle."""
        if tag not in self.aliases:
            return tag  # as most are
        path = [tag]
        while (meaning := self.aliases.get(path[-1])) is not None:
            if meaning in path:
                return min(path[path.index(meaning) :])
            path.append(meaning)
        return path[-1]

    def category(self, tag: int) -> Category:
        return self.categories.get(tag, Category.GENERAL)

    @cached_property
    def implied(self) -> Mapping[int, frozenset[int]]:
        """What follows at once from a meaning, as meanings."""
        implied: dict[int, frozenset[int]] = {}
        for tag, following in self.implications.items():
            meaning = self.resolve(tag)
            implied[meaning] = implied.get(meaning, NOTHING) | {self.resolve(t) for t in following}
        return implied

    def close(self, meanings: Iterable[int], rejected: frozenset[int] = NOTHING) -> frozenset[int]:
        """Return `meanings` with all that follows, never through or into a rejected one."""
        closed: set[int] = set()
        waiting = [tag for tag in meanings if tag not in rejected]
        while waiting:
            tag = waiting.pop()
            if tag not in closed:
                closed.add(tag)
                waiting.extend(self.implied.get(tag, NOTHING) - rejected)
        return frozenset(closed)

    def follows(self, tag: int, other: int) -> bool:
        """Tell whether `tag` means `other`, or has it by implication."""
        return self.resolve(other) in self.close([self.resolve(tag)])
