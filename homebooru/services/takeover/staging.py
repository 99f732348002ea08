"""Keeps what another program knew until its pictures are in the library."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from itertools import chain, count, islice

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked
from homebooru.db.queries.takeover import staged
from homebooru.db.queries.takeover.staged import NewPool
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.keeping.pools import pool_name
from homebooru.domain.spelling import clean_text
from homebooru.domain.tags import tag_name
from homebooru.domain.takeover.known import Acts, KnownLibrary, KnownPicture, OldLink, OldPool
from homebooru.domain.takeover.remembered import Remembered, to_json
from homebooru.domain.vocabulary.arriving import Tally
from homebooru.domain.vocabulary.lists import Entry, LinkEntry, ListKind, Mistake
from homebooru.errors import InvalidInput, InvalidTagName, Unreadable
from homebooru.phrases import phrase
from homebooru.ports import Progress, Silent
from homebooru.services.tags.importing import Origin, import_list
from homebooru.services.takeover.keeping import OWNER

BATCH = 200
MOST_TOLD = 20

IMPORTING = Hand(account_id=OWNER, via=Via.IMPORT)

Named = Mapping[str, tuple[str, str]]
"""The name and the description that each pool is to have, by its name over there."""


@dataclass(slots=True)
class Seen:
    """What there was to take over, or what was: counts, and what could not be read.

    `here` are pictures that are in the library, `same` those of which the very same was taken
    over before, `lost` those of which there is no file, `kept` rules that go against one here.
    """

    pictures: int = 0
    here: int = 0
    same: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    nowhere: int = 0
    edited: int = 0
    added: int = 0
    removed: int = 0
    favourites: int = 0
    pools: int = 0
    aliases: int = 0
    implications: int = 0
    kept: int = 0
    lost: int = 0
    mistakes: list[str] = field(default_factory=list)
    wrong: int = 0

    def tell(self, mistake: object) -> None:
        """Note what could not be taken over, of many the first."""
        self.wrong += 1
        if len(self.mistakes) < MOST_TOLD:
            self.mistakes.append(str(mistake))

    def count(self, one: KnownPicture) -> None:
        """Count a picture."""
        self.pictures += 1
        known = [heard.source for heard in one.heard if heard.said is not None]
        self.answers.update(known)
        self.nowhere += not known
        self.edited += one.acts != Acts()
        self.added += len(one.acts.added)
        self.removed += len(one.acts.removed)
        self.favourites += one.favourite
        if one.mistake:
            self.tell(one.mistake)

    def count_rules(self, tally: Tally) -> None:
        """Count what a program said of its tags."""
        self.aliases += tally.aliases
        self.implications += tally.implications
        self.kept += tally.outranked + tally.circles
        for mistake in tally.mistakes:
            self.tell(mistake.reason)


def look(sessions: Sessions, library: KnownLibrary, progress: Progress) -> Seen:
    """Return what there is to take over; nothing is written."""
    seen = Seen()
    known = in_transaction(sessions, partial(staged.pools_of, origin=library.origin))
    seen.pools = len(_named(library.pools, seen).keys() - known)
    for some in _batches(library, progress, seen):
        rows = [_row(one, {}) for one in some]
        _tally(seen, in_transaction(sessions, partial(_compare, rows=rows, origin=library.origin)))
    _take_rules(sessions, library, seen, rehearse=True)
    return seen


def stage(sessions: Sessions, library: KnownLibrary, progress: Progress) -> Seen:
    """Keep all that there is to take over, and return what that was.

    Once everything could be read, posts that are there get it from a job, others once they come.
    What a person decided since a first time stays, and pools of their own are not touched.
    """
    seen, origin = Seen(), library.origin
    batch_id = in_transaction(sessions, partial(staged.begin, origin=origin, account_id=OWNER))
    try:
        prepare = partial(_prepare, origin=origin, named=_named(library.pools, seen))
        pools, new = in_transaction(sessions, prepare)
        for some in _batches(library, progress, seen):
            rows = [_row(one, pools) for one in some]
            keep = partial(_keep, rows=rows, origin=origin, batch_id=batch_id)
            _tally(seen, in_transaction(sessions, keep))
        finish = partial(_finish, origin=origin, batch_id=batch_id, pools=new)
        seen.pools = in_transaction(sessions, finish)
    except BaseException:
        in_transaction(sessions, partial(staged.forget, batch_id=batch_id))
        raise
    _take_rules(sessions, library, seen, rehearse=False)
    return seen


def here(sessions: Sessions, digests: Collection[str]) -> set[str]:
    """Return of which pictures, by digests in hexadecimal, there is a post."""
    with sessions() as session:
        found = staged.find_here(session, [bytes.fromhex(digest) for digest in digests])
    return {digest.hex() for digest in found}


def _batches(
    library: KnownLibrary, progress: Progress, seen: Seen
) -> Iterator[Sequence[KnownPicture]]:
    """Yield the pictures that can be known again, counting all of them."""
    progress.expect(library.number)
    pictures = iter(library.pictures)
    while some := list(islice(pictures, BATCH)):
        known = []
        for one in some:
            if isinstance(one, Unreadable):
                seen.tell(one)
            elif one.digest is None:
                seen.lost += 1
            else:
                seen.count(one)
                known.append(one)
        yield known
        progress.advance(len(some))


@dataclass(frozen=True, slots=True)
class _Row:
    """What is kept of a picture, and what tells it from what was another time."""

    digest: bytes
    document: Mapping[str, object]
    written_at: datetime
    mark: bytes

    def values(self, origin: str, batch_id: int) -> dict[str, object]:
        return {
            "batch_id": batch_id,
            "digest": self.digest,
            "origin": origin,
            "document": self.document,
            "written_at": self.written_at,
            "mark": self.mark,
        }


def _row(picture: KnownPicture, pools: Mapping[str, int]) -> _Row:
    digest = picture.digest or ""
    one = Remembered(
        digest=digest,
        written_at=picture.written_at,
        heard=picture.heard,
        acts=picture.acts,
        pools=tuple((pools[m.pool], m.position) for m in picture.pools if m.pool in pools),
        favourite=picture.favourite,
    )
    document = asked.storable(to_json(one))
    return _Row(bytes.fromhex(digest), document, one.written_at, _mark(picture, document))


def _mark(picture: KnownPicture, document: Mapping[str, object]) -> bytes:
    """Return what tells this from what was known another time: pools have other ids then."""
    places = [(one.pool, one.position) for one in picture.pools]
    told = json.dumps({**document, "pools": places}, sort_keys=True)
    return sha256(told.encode()).digest()


def _compare(session: Session, *, rows: Sequence[_Row], origin: str) -> tuple[int, set[bytes]]:
    """Return how many of these pictures are here, and of which nothing is new."""
    marks = {row.digest: row.mark for row in rows}
    return len(staged.find_here(session, marks)), staged.unchanged(session, origin, marks)


def _tally(seen: Seen, compared: tuple[int, set[bytes]]) -> None:
    here, same = compared
    seen.here += here
    seen.same += len(same)


def _keep(
    session: Session, *, rows: Sequence[_Row], origin: str, batch_id: int
) -> tuple[int, set[bytes]]:
    here, same = _compare(session, rows=rows, origin=origin)
    new = [row.values(origin, batch_id) for row in rows if row.digest not in same]
    staged.stage(session, batch_id, new)
    return here, same


def _prepare(
    session: Session, *, origin: str, named: Named
) -> tuple[dict[str, int], list[NewPool]]:
    """Return the ids of pools, by their names over there, and those that are to be made.

    One that was made by an earlier import and is gone since has none.
    """
    known = staged.pools_of(session, origin)
    missing = [theirs for theirs in named if theirs not in known]
    ids = staged.reserve_pools(session, len(missing))
    new = [NewPool(one, *named[theirs], theirs) for one, theirs in zip(ids, missing, strict=True)]
    old = {theirs: number for theirs, number in known.items() if number is not None}
    return old | {one.theirs: one.id for one in new}, new


def _finish(session: Session, *, origin: str, batch_id: int, pools: Sequence[NewPool]) -> int:
    """Let posts be given what was read, and make the pools; return how many of these are new."""
    staged.finish(session, batch_id)
    wake(session, Work.TAKEOVER)
    return staged.new_pools(session, origin, pools)


def _named(pools: Iterable[OldPool], seen: Seen) -> dict[str, tuple[str, str]]:
    """Return the name and the description that each pool is to have, by its name over there."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for pool in pools:
        try:
            name = _free(pool_name(pool.name), taken)
        except InvalidInput as error:
            seen.tell(phrase("The pool “{pool}”: {error}", pool=pool.name, error=error))
        else:
            taken.add(name)
            found[pool.name] = name, clean_text(pool.description) or ""
    return found


def _free(name: str, taken: set[str]) -> str:
    """Return a name like this one that no other pool of the program has."""
    more = (f"{name}_{number}" for number in count(2))
    return next(one for one in chain([name], more) if one not in taken)


def _take_rules(sessions: Sessions, library: KnownLibrary, seen: Seen, *, rehearse: bool) -> None:
    """Take up what the program said of tags, as a list of its own; nobody here is overruled."""
    for kind, links in (
        (ListKind.ALIASES, library.aliases),
        (ListKind.IMPLICATIONS, library.implications),
    ):
        origin = Origin(kind, library.origin, IMPORTING)
        seen.count_rules(
            import_list(sessions, _entries(links), origin, Silent(), rehearse=rehearse)
        )


def _entries(links: Iterable[OldLink]) -> Iterator[Entry]:
    for number, link in enumerate(links, 1):
        try:
            yield LinkEntry(number, tag_name(link.tag), tag_name(link.other))
        except InvalidTagName as error:
            yield Mistake(number, str(error))
