"""Keeps what another program knew until its pictures are in the library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.takeover import staged
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import EditBatchRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.keeping.pools import pool_name
from homebooru.domain.takeover.older import Acts, Implied, OldLibrary, OldPicture, OldPool
from homebooru.domain.takeover.remembered import IMPORT, Remembered, to_json
from homebooru.errors import Conflict, InvalidInput, Unreadable
from homebooru.ports import Progress, Source
from homebooru.services.tags.vocabulary import add_implication
from homebooru.services.takeover.keeping import OWNER
from homebooru.services.takeover.reading import understood

BATCH = 200
MOST_TOLD = 20

IMPORTING = Hand(account_id=OWNER, via=Via.IMPORT)


@dataclass(slots=True)
class Seen:
    """What there was to take over, or what was: counts, and what could not be read."""

    pictures: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    nowhere: int = 0
    edited: int = 0
    added: int = 0
    removed: int = 0
    favourites: int = 0
    pools: int = 0
    implications: int = 0
    lost: int = 0
    mistakes: list[str] = field(default_factory=list)
    wrong: int = 0

    def tell(self, mistake: object) -> None:
        """Note what could not be taken over, of many the first."""
        self.wrong += 1
        if len(self.mistakes) < MOST_TOLD:
            self.mistakes.append(str(mistake))

    def count(self, one: Remembered) -> None:
        """Count a picture."""
        self.pictures += 1
        known = [heard.source for heard in one.heard if heard.said is not None]
        self.answers.update(known)
        self.nowhere += not known
        self.edited += one.acts != Acts()
        self.added += len(one.acts.added)
        self.removed += len(one.acts.removed)
        self.favourites += one.favourite


def look(library: OldLibrary, sources: Mapping[str, Source], progress: Progress) -> Seen:
    """Return what there is to take over; nothing is written."""
    seen = Seen()
    for _ in _understood(library, sources, progress, seen, {}):
        pass
    seen.pools, seen.implications = len(list(library.pools)), len(list(library.implications))
    return seen


def stage(
    sessions: Sessions, library: OldLibrary, sources: Mapping[str, Source], progress: Progress
) -> Seen:
    """Keep all that there is to take over, and return what that was.

    Posts that are there get it from a job, others once they come; a second time changes nothing
    that a person did since. Pools of which there is one already are not touched.
    """
    seen = Seen()
    pools = _make_pools(sessions, library.pools, seen)
    batch_id = in_transaction(sessions, _begin)
    rows = iter(_understood(library, sources, progress, seen, pools))
    while some := list(islice(rows, BATCH)):
        in_transaction(sessions, partial(_stage, some=some, batch_id=batch_id))
    for one in library.implications:
        _imply(sessions, one, seen)
    return seen


def _understood(
    library: OldLibrary,
    sources: Mapping[str, Source],
    progress: Progress,
    seen: Seen,
    pools: Mapping[str, int],
) -> Iterable[Remembered]:
    """Yield what is taken over of each picture, counting it."""
    progress.expect(library.number)
    for picture in library.pictures:
        if isinstance(picture, Unreadable):
            seen.tell(picture)
        elif (md5 := picture.md5 or library.digest(picture.path)) is None:
            seen.lost += 1
        else:
            one = understood(picture, md5, sources, pools)
            _check(picture, one, seen)
            seen.count(one)
            yield one
        progress.advance()


def _check(picture: OldPicture, one: Remembered, seen: Seen) -> None:
    """Tell of sources whose answers cannot be read; the tags themselves are not lost."""
    if any(heard.source == IMPORT for heard in one.heard) and picture.answers:
        seen.tell(f"{picture.path}: an answer makes no sense; its tags are kept as they stand.")


def _begin(session: Session) -> int:
    batch = EditBatchRow(account_id=OWNER, via=Via.IMPORT)
    session.add(batch)
    session.flush()
    batch.finished_at = batch.made_at
    return batch.id


def _stage(session: Session, *, some: Iterable[Remembered], batch_id: int) -> None:
    rows = [
        {
            "md5": bytes.fromhex(one.md5),
            "document": to_json(one),
            "written_at": one.written_at,
            "batch_id": batch_id,
        }
        for one in {one.md5: one for one in some}.values()
    ]
    staged.stage(session, rows)
    wake(session, Work.TAKEOVER)


def _make_pools(sessions: Sessions, pools: Iterable[OldPool], seen: Seen) -> dict[str, int]:
    """Return the ids of the pools that are new here, by the names that they had."""
    wanted: dict[str, OldPool] = {}
    for pool in pools:
        try:
            wanted[pool_name(pool.name)] = pool
        except InvalidInput as error:
            seen.tell(error)
    with sessions.begin() as session:
        made = staged.new_pools(session, {name: pool.description for name, pool in wanted.items()})
    seen.pools = len(made)
    return {wanted[name].name: number for name, number in made.items()}


def _imply(sessions: Sessions, one: Implied, seen: Seen) -> None:
    try:
        add_implication(sessions, one.tag, one.implied, IMPORTING)
        seen.implications += 1
    except (Conflict, InvalidInput) as error:
        seen.tell(error)
