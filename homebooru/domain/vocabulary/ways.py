"""The ways from tag to tag by aliases and implications: none of them may be a circle."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from homebooru.domain.vocabulary.acts import Categorised, Change, Matter, Thing, holds
from homebooru.domain.vocabulary.meaning import Vocabulary


class Ways:
    """All links between tags, to be changed one after another.

    Every alias is the same tag as what it means, so a way that leads to one leads to both, and
    goes on from both.
    """

    def __init__(
        self, aliases: Mapping[int, int], implications: Mapping[int, Iterable[int]]
    ) -> None:
        self.aliases = dict(aliases)
        self.implications = {tag: set(implied) for tag, implied in implications.items()}
        self._named: dict[int, set[int]] = {}
        for tag, meaning in aliases.items():
            self._named.setdefault(meaning, set()).add(tag)

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Ways:
        return cls(vocabulary.aliases, vocabulary.implications)

    def change(self, change: Change) -> None:
        """Take up a change of a link; of anything else there is nothing to know here."""
        if change.thing.is_link:
            self.lay(change.thing) if holds(change.after) else self.lift(change.thing)

    def lay(self, link: Thing) -> None:
        """Let a link hold."""
        assert link.other is not None
        if link.matter is Matter.ALIAS:
            self.aliases[link.tag] = link.other
            self._named.setdefault(link.other, set()).add(link.tag)
        else:
            self.implications.setdefault(link.tag, set()).add(link.other)

    def lift(self, link: Thing) -> None:
        """Let a link hold no more."""
        assert link.other is not None
        if link.matter is Matter.IMPLICATION:
            self.implications.get(link.tag, set()).discard(link.other)
        elif self.aliases.get(link.tag) == link.other:
            del self.aliases[link.tag]
            self._named[link.other].discard(link.tag)

    def is_free(self, link: Thing) -> bool:
        """Tell whether a link can be laid: no circle, and no second meaning for a tag."""
        has_meaning = link.matter is Matter.ALIAS and link.tag in self.aliases
        return not has_meaning and not self.against(link)

    def against(self, link: Thing) -> tuple[int, ...]:
        """Return the way that keeps a new link from being laid, from tag to tag; none if nothing does.

        What implies something must not follow from it. What means something must not lead there,
        or come from there, in any other way.
        """
        assert link.other is not None
        back = self.way(link.other, link.tag)
        if back or link.matter is Matter.IMPLICATION:
            return back
        return self.way(link.tag, link.other)

    def way(self, tag: int, other: int) -> tuple[int, ...]:
        """Return the shortest way from a tag to another, both included; none if there is none."""
        came: dict[int, int | None] = {tag: None}
        waiting = deque([tag])
        while waiting and other not in came:
            here = waiting.popleft()
            for following in self._next(here):
                if following not in came:
                    came[following] = here
                    waiting.append(following)
        return tuple(_back(came, other))[::-1] if other in came else ()

    def same(self, tag: int) -> frozenset[int]:
        """Return all names of what a tag means, itself included."""
        found, waiting = {tag}, [tag]
        while waiting:
            here = waiting.pop()
            near = {self.aliases.get(here, here), *self._named.get(here, ())} - found
            found |= near
            waiting.extend(near)
        return frozenset(found)

    def _next(self, tag: int) -> Iterator[int]:
        if tag in self.aliases:
            yield self.aliases[tag]
        yield from sorted(self._named.get(tag, ()))
        yield from sorted(self.implications.get(tag, ()))


def _back(came: Mapping[int, int | None], tag: int) -> Iterator[int]:
    here: int | None = tag
    while here is not None:
        yield here
        here = came[here]


def changed(vocabulary: Vocabulary, changes: Iterable[Change]) -> Vocabulary:
    """Return the vocabulary as it is after some changes."""
    ways, categories = Ways.of(vocabulary), dict(vocabulary.categories)
    for change in changes:
        ways.change(change)
        if isinstance(change.after, Categorised):
            categories[change.thing.tag] = change.after.category
    implications = {tag: frozenset(implied) for tag, implied in ways.implications.items()}
    return Vocabulary(ways.aliases, implications, categories)
