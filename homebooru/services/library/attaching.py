"""Gives files that were read to the posts that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from homebooru.db.queries import intake, locations, posts, roots
from homebooru.db.queries.intake import Waiting
from homebooru.db.queries.locations import Place
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.intake import Decision, Resident, Verb, decide, looks_of
from homebooru.domain.media import Digests, Facts, Stamp
from homebooru.domain.policy import HISTORY
from homebooru.domain.said import Said
from homebooru.ports import Arrival
from homebooru.services.library.settling import settle, unite
from homebooru.services.library.words import keep_all_statements
from homebooru.services.tags.claiming import keep_claims

SOON = timedelta(seconds=2)
UNREAD = b"unread"
PATIENCE = 5  # looks at a file that waits for others to be read, before it is decided anyway


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read. Where it had to be looked at too, `facts` or why there are none."""

    file: Waiting
    arrival: Arrival
    facts: Facts | None = None
    unreadable: str | None = None

    @property
    def digests(self) -> Digests:
        assert self.arrival.digests is not None
        return self.arrival.digests

    @property
    def was_looked_at(self) -> bool:
        return self.facts is not None or self.unreadable is not None

    @property
    def place(self) -> Place:
        file = self.file
        return Place(file.root_id, file.path, self.arrival.stamp, self.sidecars, self.digests)

    @property
    def sidecars(self) -> bytes:
        """Return the fingerprint to be kept: one that never fits, if the next scan shall retry."""
        return UNREAD if self.arrival.words.incomplete else self.file.sidecars


@dataclass(slots=True)
class Attached:
    """What became of files: how much waits to be prepared, and files to be looked at first."""

    to_look_at: list[Read] = field(default_factory=list)
    unused: list[bytes] = field(default_factory=list)  # digests that no post shows any more
    finished: int = 0  # files that need nothing more
    unprepared_size: int = 0  # bytes of the posts that came to wait for their facts


@dataclass(slots=True)
class _Books:
    """What one batch has done so far."""

    session: Session
    owners: dict[bytes, int] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    spoken: dict[int, Read] = field(default_factory=dict)  # by location
    fresh: set[int] = field(default_factory=set)  # locations that nobody spoke at before
    done: list[tuple[int, bytes, Stamp]] = field(default_factory=list)
    created: dict[int, Read] = field(default_factory=dict)  # posts without facts
    parents: dict[int, int] = field(default_factory=dict)
    to_look_at: list[Read] = field(default_factory=list)
    shown_before: set[bytes] = field(default_factory=set)

    def finish(self, read: Read, location_id: int) -> None:
        self.spoken[location_id] = read
        self.drop(read.file)
        self.done.append((read.file.root_id, read.file.path, read.arrival.stamp))

    def drop(self, file: Waiting) -> None:
        self.done.append((file.root_id, file.path, file.stamp))

    def rename(self, lost: int, kept: int) -> None:
        self.owners = {sha: kept if post == lost else post for sha, post in self.owners.items()}
        self.touched = {kept if post == lost else post for post in self.touched}
        self.parents = {
            child: kept if parent == lost else parent
            for child, parent in self.parents.items()
            if child != lost
        }
        self.created.pop(lost, None)


def attach(session: Session, reads: Sequence[Read]) -> Attached:
    """Give files to their posts, making those that are missing; all of it or nothing.

    What the end is does not depend on the order in which files come.
    """
    posts.lock_intake(session)
    books = _Books(session)
    there = roots.root_paths(session, {read.file.root_id for read in reads})
    _take_words(books, [r for r in reads if r.file.root_id in there and r.file.words_only])
    whole = [r for r in reads if r.file.root_id in there and not r.file.words_only]
    books.owners = posts.find_by_digests(session, {read.digests.sha256 for read in whole})
    known = locations.at_places(session, {read.file.place for read in whole})
    for read in whole:
        if read.file.place in known:
            _take_known_place(books, read)
    _take_new_places(books, [read for read in whole if read.file.place not in known])
    for read in reads:
        if read.file.root_id not in there:
            books.drop(read.file)
    return _close(books)


def give_up(session: Session, files: Iterable[Waiting], *, gone: Iterable[Waiting]) -> None:
    """Leave files that could not be read; what is known of them stays. The gone wait no longer."""
    posts.lock_intake(session)
    intake.finish_files(session, [(f.root_id, f.path, f.stamp) for f in gone])
    settle(session, locations.posts_at(session, {f.place for f in files}))


def _take_words(books: _Books, reads: Sequence[Read]) -> None:
    """Keep what lies beside files that are as they were."""
    rows = locations.at_places(books.session, {read.file.place for read in reads})
    for read in reads:
        row = next((r for r in rows.get(read.file.place, ()) if r.missing_since is None), None)
        if row is None or Stamp(row.size, row.mtime_ns) != read.arrival.stamp:
            intake.postpone_file(books.session, read.file, timedelta())
            continue
        row.sidecars = read.sidecars
        books.touched.add(row.post_id)
        books.finish(read, row.id)


def _take_new_places(books: _Books, reads: Sequence[Read]) -> None:
    """Take files where nothing ever lay: whoever has the bytes gets them, else a new post."""
    unknown: dict[bytes, Read] = {}
    for read in reads:
        if read.digests.sha256 not in books.owners:
            unknown.setdefault(read.digests.sha256, read)
    made = posts.create_posts(books.session, [read.digests for read in unknown.values()])
    for post_id, (sha256, read) in zip(made, unknown.items(), strict=True):
        books.owners[sha256] = post_id
        books.created[post_id] = read
    owned = [(books.owners[read.digests.sha256], read.place) for read in reads]
    for read, (post_id, _), location_id in zip(
        reads, owned, locations.add_locations(books.session, owned), strict=True
    ):
        books.touched.add(post_id)
        books.fresh.add(location_id)
        books.finish(read, location_id)


def _take_known_place(books: _Books, read: Read) -> None:
    """Take a file that lies where something is known to lie, or to have lain."""
    rows = locations.at_places(books.session, [read.file.place])[read.file.place]
    books.shown_before |= posts.digests_of(books.session, {row.post_id for row in rows})
    owner_id = books.owners.get(read.digests.sha256)
    if owner_id is not None and owner_id in {row.post_id for row in rows}:
        posts.try_again(books.session, owner_id)
        _put(books, read, owner_id, rows)
        return
    owner, residents = _who_is_who(books.session, read, owner_id, rows)
    looks = owner.looks if owner else None
    if looks is None and not read.was_looked_at:
        books.to_look_at.append(read)
        return
    if looks is None and read.facts is not None:
        looks = looks_of(read.facts)
    decision = decide(owner, residents, looks)
    if decision.hasty and _should_wait(books.session, read, rows):
        intake.postpone_file(books.session, read.file, SOON)
        return
    _carry_out(books, read, decision, rows)


def _who_is_who(
    session: Session, read: Read, owner_id: int | None, rows: Sequence[LocationRow]
) -> tuple[Resident | None, list[Resident]]:
    ids = [row.post_id for row in rows]
    info = posts.as_residents(
        session, ids if owner_id is None else [*ids, owner_id], [read.file.place]
    )
    residents = [replace(info[row.post_id], present=row.missing_since is None) for row in rows]
    return None if owner_id is None else info[owner_id], residents


def _should_wait(session: Session, read: Read, rows: Sequence[LocationRow]) -> bool:
    """Tell whether files that are yet to be read may have the same bytes, old or new."""
    sizes = {row.size for row in rows} | {read.digests.size}
    return read.file.attempts < PATIENCE and (
        roots.is_being_scanned(session, read.file.root_id)
        or intake.is_another_waiting(session, read.file, sizes)
    )


def _carry_out(books: _Books, read: Read, decision: Decision, rows: Sequence[LocationRow]) -> None:
    session, post_id = books.session, decision.post_id
    match decision.verb:
        case Verb.CREATE:
            parent, (post_id,) = post_id, posts.create_posts(session, [read.digests])
            books.created[post_id] = read
            if parent is not None:
                books.parents[post_id] = parent
        case Verb.TAKE | Verb.REPLACE:
            assert post_id is not None
            posts.take_digests(session, post_id, read.digests, forget=decision.verb is Verb.REPLACE)
        case Verb.UNITE:
            assert post_id is not None
            assert decision.other is not None
            unite(session, post_id, decision.other)
            books.rename(decision.other, post_id)
            rows = locations.at_places(session, [read.file.place])[read.file.place]
    assert post_id is not None
    books.owners[read.digests.sha256] = post_id
    _put(books, read, post_id, rows)


def _put(books: _Books, read: Read, post_id: int, rows: Sequence[LocationRow]) -> None:
    """Let a post lie where a file was read, and keep what is known of its looks."""
    books.touched |= {post_id, *(row.post_id for row in rows)}
    books.finish(read, locations.put_at(books.session, post_id, read.place, rows))
    post = books.session.get_one(PostRow, post_id, populate_existing=True)
    if post.sha256 == read.digests.sha256 and post.state != "ready" and read.was_looked_at:
        if read.facts is not None:
            posts.keep_facts(books.session, {post_id: read.facts})
        elif read.unreadable is not None:
            posts.keep_unreadable(books.session, {post_id: read.unreadable})
        intake.drop_preparations(books.session, [post_id])
        books.created.pop(post_id, None)


def _close(books: _Books) -> Attached:
    """Write down what was said, and bring all posts that were touched into order."""
    session = books.session
    session.flush()
    intake.finish_files(session, books.done)
    said = {location: read.arrival.words.said for location, read in books.spoken.items()}
    unclear = [
        (location, source)
        for location, read in books.spoken.items()
        for source in read.arrival.words.unclear
    ]
    keep_all_statements(
        session,
        {one: words for one, words in said.items() if words or one not in books.fresh},
        unclear,
    )
    roots.drop_problems(session, [read.file.place for read in books.spoken.values()])
    for read in books.spoken.values():
        file, problems = read.file, read.arrival.words.problems
        roots.keep_problems(session, file.root_id, roots.WORDS, file.path, problems)
    settle(session, books.touched)
    if books.parents:
        claims = {(post, HISTORY): Said(parent=f"post:{of}") for post, of in books.parents.items()}
        keep_claims(session, claims)
    unused = books.shown_before - posts.find_current(session, books.shown_before)
    return Attached(
        books.to_look_at,
        sorted(unused),
        finished=len(books.spoken) - len(books.created),
        unprepared_size=sum(read.digests.size for read in books.created.values()),
    )
