"""Decides what of a list is taken up: what is new, and goes against nobody who is trusted more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from homebooru.domain.policy import Policy
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import Categorised, Link, Matter, State, Thing, holds
from homebooru.domain.vocabulary.lists import ListKind, Mistake
from homebooru.domain.vocabulary.ways import Ways

MOST_TOLD = 20


@dataclass(slots=True)
class Tally:
    """What a list brought.

    `known` was so already, `passed_over` does not hold on the site any more or yet, `outranked`
    goes against a person or a more trusted source, `circles` would go round with what holds here.
    Of `bad` lines the first few are told in `mistakes`.
    """

    read: int = 0
    new_tags: int = 0
    categories: int = 0
    aliases: int = 0
    implications: int = 0
    known: int = 0
    passed_over: int = 0
    outranked: int = 0
    circles: int = 0
    bad: int = 0
    mistakes: list[Mistake] = field(default_factory=list)

    def refuse(self, mistake: Mistake) -> None:
        """Count a line that cannot be read."""
        self.bad += 1
        if len(self.mistakes) < MOST_TOLD:
            self.mistakes.append(mistake)

    def add(self, other: Tally) -> None:
        """Count what another part of the list brought."""
        for counter in COUNTERS:
            setattr(self, counter, getattr(self, counter) + getattr(other, counter))


@dataclass(frozen=True, slots=True)
class BroughtList:
    """A list that somebody brought, and how far it is.

    It is `at_work` while it is looked through, or taken up (`writes`), and then `done` so many of
    its lines. `foretold` is what it would bring, `brought` what it brought.
    """

    id: int
    name: str
    kind: ListKind
    site: str
    by: str | None
    lines: int
    at_work: bool
    writes: bool
    done: int
    foretold: Tally | None
    brought: Tally | None
    mistake: str | None
    made_at: datetime

    @property
    def may_be_taken(self) -> bool:
        return not self.at_work and self.foretold is not None and self.brought is None


COUNTERS = tuple(each.name for each in fields(Tally) if each.name != "mistakes")


@dataclass(slots=True)
class Arrivals:
    """What a source's list says of tags, taken up one after another.

    `held` is what is said so far, `said` what the list makes of it; `ways` are all links, kept up
    to date with what is taken up.
    """

    source: str
    policy: Policy
    ways: Ways
    held: Mapping[Thing, State]
    tally: Tally
    said: dict[Thing, State] = field(default_factory=dict)

    def categorise(self, tag: int, category: Category) -> None:
        """Put a tag into a category, unless a more trusted voice has."""
        thing = Thing(Matter.CATEGORY, tag)
        now = self._state(thing)
        by = now.by if isinstance(now, Categorised) else None
        if isinstance(now, Categorised) and now.category == category and by is not None:
            self.tally.known += 1
        elif not self._outranks(by):
            self.tally.outranked += 1
        else:
            self.said[thing] = Categorised(category, self.source)
            self.tally.categories += 1

    def link(self, link: Thing) -> None:
        """Let a tag mean or imply another one, unless somebody refused that, or it is a circle."""
        state = self._state(link)
        if holds(state):
            self.tally.known += 1
        elif state is not None or not self._may_displace(link):
            self.tally.outranked += 1
        elif self._laid(link):
            self.said[link] = Link(True, self.source)
            if link.matter is Matter.ALIAS:
                self.tally.aliases += 1
            else:
                self.tally.implications += 1
        else:
            self.tally.circles += 1

    def _laid(self, link: Thing) -> bool:
        old = self._displaced(link)
        if old is not None:
            self.ways.lift(old)
        if self.ways.against(link):
            if old is not None:
                self.ways.lay(old)
            return False
        if old is not None:
            self.said[old] = None
        self.ways.lay(link)
        return True

    def _may_displace(self, link: Thing) -> bool:
        old = self._displaced(link)
        state = None if old is None else self._state(old)
        return not isinstance(state, Link) or self._outranks(state.by)

    def _displaced(self, link: Thing) -> Thing | None:
        """Return the alias that a new one takes the place of: a tag means one thing."""
        if link.matter is not Matter.ALIAS or link.tag not in self.ways.aliases:
            return None
        return Thing(Matter.ALIAS, link.tag, self.ways.aliases[link.tag])

    def _outranks(self, by: str | None) -> bool:
        return by == self.source or self.policy.trust(self.source) > self.policy.trust(by)

    def _state(self, thing: Thing) -> State:
        return self.said[thing] if thing in self.said else self.held.get(thing)
