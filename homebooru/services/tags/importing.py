"""Takes up lists of tags, aliases and implications, a thousand entries at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TypeGuard

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks, tags
from homebooru.db.queries.deriving import orders
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.vocabulary import acts
from homebooru.db.queries.vocabulary.states import read_states, read_ways
from homebooru.db.retrying import in_transaction
from homebooru.domain.editing.words import Hand
from homebooru.domain.vocabulary.acts import (
    Categorised,
    Change,
    Kind,
    Matter,
    State,
    Thing,
    changes_to,
)
from homebooru.domain.vocabulary.arriving import Arrivals, Tally
from homebooru.domain.vocabulary.lists import (
    Entry,
    LinkEntry,
    ListKind,
    Mistake,
    PassedOver,
    TagEntry,
)
from homebooru.domain.vocabulary.ways import Ways
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.tags.vocabulary import keep_part, moved_by

BATCH = 1000
REASON = phrase("a list changed the vocabulary")

Wanted = Mapping[str, Categorised | None]
Lines = Sequence[TagEntry | LinkEntry]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a list is of, whose it is, and who brings it."""

    kind: ListKind
    source: str
    by: Hand

    @property
    def matter(self) -> Matter:
        is_implication = self.kind is ListKind.IMPLICATIONS
        return Matter.IMPLICATION if is_implication else Matter.ALIAS


def import_list(
    sessions: Sessions,
    entries: Iterable[Entry],
    origin: Origin,
    progress: Progress,
    *,
    rehearse: bool = False,
) -> Tally:
    """Take up a list as one act of the history, and return what it brought.

    Each batch is a transaction of its own, and the site goes on between them. What an interrupted
    import took up stays; the next one of the same list does the rest, since what holds already
    changes nothing. To `rehearse` is to write nothing, and count what would be taken up.
    """
    ground = _Rehearsal(origin) if rehearse else _Ground(origin)
    total, waiting = Tally(), iter(entries)
    while progress.goes_on() and (batch := list(islice(waiting, BATCH))):
        lines = [entry for entry in batch if _is_good(entry, total)]
        total.add(in_transaction(sessions, partial(_take, ground=ground, lines=lines)))
        total.read += len(batch)
        progress.advance(len(batch))
    return total


def _is_good(entry: Entry, total: Tally) -> TypeGuard[TagEntry | LinkEntry]:
    """Count a line that brings nothing."""
    if isinstance(entry, Mistake):
        total.refuse(entry)
    elif isinstance(entry, PassedOver):
        total.passed_over += 1
    return isinstance(entry, TagEntry | LinkEntry)


class _Ground:
    """The vocabulary as a list comes into it."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self._act_id: int | None = None

    def ids(self, session: Session, wanted: Wanted) -> tuple[dict[str, int], frozenset[int]]:
        """Return the ids of tags, and those that are new."""
        locks.own_vocabulary(session)
        known = tags.find_tags(session, wanted)
        ids = tags.make_tags(session, wanted)
        return ids, frozenset(tag for name, tag in ids.items() if name not in known)

    def ways(self, session: Session, tag_ids: Iterable[int]) -> Ways:
        """Return all links that some tags lead to; of the others there is nothing to be known."""
        return Ways.of(tags.load_vocabulary(session, tag_ids))

    def held(self, session: Session, things: Iterable[Thing]) -> dict[Thing, State]:
        return read_states(session, set(things))

    def keep(self, session: Session, changes: Sequence[Change], silent: frozenset[int]) -> None:
        """Make changes; in a batch that is tried again the act is begun again."""
        act_id = self._act_id
        if act_id is None or acts.find_act(session, act_id) is None:
            act_id = acts.begin_act(session, Kind.IMPORT, self.origin.by)
        self._act_id = act_id
        keep_part(session, act_id, changes, REASON, silent)


class _Rehearsal(_Ground):
    """The vocabulary as it would be: what is new is only remembered."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin)
        self._ids: dict[str, int] = {}
        self._said: dict[Thing, State] = {}
        self._ways: Ways | None = None

    def ids(self, session: Session, wanted: Wanted) -> tuple[dict[str, int], frozenset[int]]:
        ids = self._ids | tags.find_tags(session, wanted)
        new = {name: -number for number, name in enumerate(wanted.keys() - ids, len(self._ids) + 1)}
        self._ids |= new
        made = {Thing(Matter.CATEGORY, tag): wanted[name] for name, tag in new.items()}
        self._said |= {thing: category for thing, category in made.items() if category}
        return ids | new, frozenset(new.values())

    def ways(self, session: Session, tag_ids: Iterable[int]) -> Ways:  # noqa: ARG002
        self._ways = self._ways or read_ways(session)
        return self._ways

    def held(self, session: Session, things: Iterable[Thing]) -> dict[Thing, State]:
        return super().held(session, things) | self._said

    def keep(self, session: Session, changes: Sequence[Change], silent: frozenset[int]) -> None:  # noqa: ARG002
        self._said |= {change.thing: change.after for change in changes}


def _take(session: Session, *, ground: _Ground, lines: Lines) -> Tally:
    """Take up some lines, and return what they brought."""
    origin = ground.origin
    ids, new = ground.ids(session, _tags_in(lines, origin.source))
    ways = ground.ways(session, ids.values())
    names = {tag: ways.same(tag) for tag in ids.values()}
    tally = Tally(new_tags=len(new))
    held = ground.held(session, _things(lines, ids, origin.matter, ways))
    arrivals = Arrivals(origin.source, load_policy(session), ways, held, tally)
    for line in lines:
        _arrive(line, ids, new, origin.matter, arrivals)
    if changes := changes_to(arrivals.said, held):
        ground.keep(session, changes, _silent(session, changes, names, ways))
    return tally


def _tags_in(lines: Lines, source: str) -> dict[str, Categorised | None]:
    """Return the tags that lines speak of, with the categories in which new ones are made."""
    found: dict[str, Categorised | None] = {}
    for line in lines:
        if isinstance(line, TagEntry):
            found[line.name] = Categorised(line.category, source)
            found = dict.fromkeys(line.other_names) | found
        else:
            found = dict.fromkeys((line.name, line.other)) | found
    return found


def _links(line: TagEntry | LinkEntry, ids: Mapping[str, int], matter: Matter) -> list[Thing]:
    if isinstance(line, LinkEntry):
        return [Thing(matter, ids[line.name], ids[line.other])]
    return [Thing(Matter.ALIAS, ids[other], ids[line.name]) for other in line.other_names]


def _things(lines: Lines, ids: Mapping[str, int], matter: Matter, ways: Ways) -> set[Thing]:
    """Return all on which a word may change; an alias may take the place of another."""
    links = {link for line in lines for link in _links(line, ids, matter)}
    meant = {
        Thing(Matter.ALIAS, link.tag, ways.aliases[link.tag])
        for link in links
        if link.tag in ways.aliases
    }
    sorted_ = {Thing(Matter.CATEGORY, ids[e.name]) for e in lines if isinstance(e, TagEntry)}
    return links | meant | sorted_


def _arrive(
    line: TagEntry | LinkEntry,
    ids: Mapping[str, int],
    new: frozenset[int],
    matter: Matter,
    arrivals: Arrivals,
) -> None:
    if isinstance(line, TagEntry) and ids[line.name] not in new:
        arrivals.categorise(ids[line.name], line.category)
    for link in _links(line, ids, matter):
        arrivals.link(link)


def _silent(
    session: Session, changes: Sequence[Change], names: Mapping[int, frozenset[int]], ways: Ways
) -> frozenset[int]:
    """Return those tags whose change no post hears of, given all their names before it.

    Nobody speaks of any of them, and where they mean something else now, nothing followed.
    """
    moved = moved_by(changes)
    spoken = orders.spoken_of(session, frozenset().union(*(names[tag] for tag in moved)))
    aliases = {c.thing.tag for c in changes if c.thing.matter is Matter.ALIAS}
    leading = {tag for tag in aliases if any(ways.implications.get(n) for n in names[tag])}
    return frozenset(tag for tag in moved if names[tag].isdisjoint(spoken) and tag not in leading)
