"""Many pictures in one download: which they are, what they weigh, and the ZIP as it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PostRow
from homebooru.domain.filenames import FreshNames
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import HomeBooruError, InvalidInput
from homebooru.search.ordering import arranged
from homebooru.search.plain import found
from homebooru.services.media import Original, open_original
from homebooru.services.searching import LARGEST_ID, asked_by

MOST_POSTS = 10_000
MOST_BYTES = 64 * 1024**3
CHUNK = 256 * 1024
FIRST_YEAR, LAST_YEAR = 1980, 2107  # what a ZIP can say
READABLE = 0o644 << 16
LEFT_OUT = "left out.txt"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Pictures to be taken along: how many, and how many bytes. `posts` are they, if it fits."""

    count: int
    size: int
    posts: tuple[int, ...] = ()

    @property
    def fits(self) -> bool:
        return 0 < self.count <= MOST_POSTS and self.size <= MOST_BYTES


def bundle_posts(sessions: Sessions, post_ids: Sequence[int], scope: Scope) -> Bundle:
    """Return the bundle of those of these posts that may be seen, in this order."""
    numbers = list(dict.fromkeys(number for number in post_ids if 0 < number <= LARGEST_ID))
    place = {number: at for at, number in enumerate(numbers)}
    wanted = (any_of(PostRow.id, numbers), visible(scope), shown())
    with one_moment(sessions) as session:
        bundle = _weigh(session, *wanted)
        if not bundle.fits:
            return bundle
        posts = session.scalars(sa.select(PostRow.id).where(*wanted)).all()
    return replace(bundle, posts=tuple(sorted(posts, key=place.__getitem__)))


def bundle_search(sessions: Sessions, text: str, scope: Scope) -> Bundle:
    """Return the bundle of all that a search finds, in its order. Raises QuerySyntaxError."""
    query, now = parse(text), datetime.now(UTC)
    with one_moment(sessions) as session:
        wanted = found(query, asked_by(session, query, scope, now, None))
        bundle = _weigh(session, wanted)
        if not bundle.fits:
            return bundle
        order = arranged(query.order, scope, now=now, zone=None).order_by
        posts = session.scalars(sa.select(PostRow.id).where(wanted).order_by(*order)).all()
    return replace(bundle, posts=tuple(posts))


def check(bundle: Bundle) -> None:
    """Raise InvalidInput for what is too much for one download, or nothing at all."""
    if not bundle.count:
        raise InvalidInput("There is nothing to download: none of these posts is there.")
    if not bundle.fits:
        raise InvalidInput(
            f"That is too much for one download: {bundle.count:,} pictures of "
            f"{bundle.size / 1024**3:,.1f} GB. It may be {MOST_POSTS:,} pictures and "
            f"{MOST_BYTES / 1024**3:,.0f} GB. Narrow the search, or select fewer."
        )


def zipped(sessions: Sessions, posts: Sequence[int], scope: Scope) -> Iterator[bytes]:
    """Yield a ZIP of the posts' files, stored as they are, with no more than a piece in memory.

    Each is looked for and checked anew when its turn comes. What cannot be read is left out, and
    a text inside says so.
    """
    sink, names = Sink(), FreshNames()
    left_out: list[str] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for post_id in posts:
            try:
                original = open_original(sessions, post_id, scope)
            except HomeBooruError as error:
                left_out.append(f"Post {post_id}: {error}")
                continue
            name = names.fresh(original.name)
            with original.file:
                yield from _written(archive, sink, name, original, left_out)
        if left_out:
            text = "\n".join(["These pictures are not in here as they should be.", "", *left_out])
            archive.writestr(names.fresh(LEFT_OUT), f"{text}\n")
    yield sink.take()


class Sink(io.RawIOBase):
    """Where a ZIP is written to and taken from at once; one cannot go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(memoryview(data))  # type: ignore[arg-type]  # anything that has bytes
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _written(
    archive: zipfile.ZipFile, sink: Sink, name: str, original: Original, left_out: list[str]
) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(name, _date(original.mtime))
    entry.external_attr = READABLE
    entry.file_size = left = original.size
    with archive.open(entry, "w") as target:
        while left:
            try:
                part = original.file.read(min(CHUNK, left))
            except OSError as error:
                left_out.append(f"{name}: it could not be read to its end ({error.strerror}).")
                return
            if not part:
                left_out.append(f"{name}: it is cut short, because its file changed meanwhile.")
                return
            target.write(part)
            left -= len(part)
            yield sink.take()


def _date(mtime: float) -> tuple[int, int, int, int, int, int]:
    """Return a time as a ZIP tells it, on this machine's clock; far times as near as it can."""
    try:
        when = datetime.fromtimestamp(mtime).astimezone()
    except (OverflowError, OSError, ValueError):
        return FIRST_YEAR, 1, 1, 0, 0, 0
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        return (FIRST_YEAR if when.year < FIRST_YEAR else LAST_YEAR), 1, 1, 0, 0, 0
    return when.year, when.month, when.day, when.hour, when.minute, when.second


def _weigh(session: Session, *wanted: sa.ColumnElement[bool]) -> Bundle:
    size = sa.cast(sa.func.coalesce(sa.func.sum(PostRow.size), 0), sa.BigInteger)
    row = session.execute(sa.select(sa.func.count(), size).select_from(PostRow).where(*wanted))
    count, weight = row.one()
    return Bundle(count, weight)
