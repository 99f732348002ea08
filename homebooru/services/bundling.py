"""Many pictures in one download: which they are, what they weigh, and what goes into the ZIP."""

from __future__ import annotations

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
from homebooru.phrases import phrase
from homebooru.search.asking import ask
from homebooru.search.ordering import arranged
from homebooru.search.plain import found
from homebooru.services.media import Original, open_original
from homebooru.services.searching import LARGEST_ID
from homebooru.services.zipping import ZipStream

MOST_POSTS = 10_000
MOST_BYTES = 64 * 1024**3
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
    with one_moment(sessions) as session:
        query, asked = ask(session, parse(text), scope, datetime.now(UTC), None)
        wanted = found(query, asked)
        bundle = _weigh(session, wanted)
        if not bundle.fits:
            return bundle
        order = arranged(query.order, asked).order_by
        posts = session.scalars(sa.select(PostRow.id).where(wanted).order_by(*order)).all()
    return replace(bundle, posts=tuple(posts))


def check(bundle: Bundle) -> None:
    """Raise InvalidInput for what is too much for one download, or nothing at all."""
    if not bundle.count:
        raise InvalidInput(phrase("There is nothing to download: none of these posts is there."))
    if not bundle.fits:
        raise InvalidInput(
            phrase(
                "That is too much for one download: {count:,} pictures of {size:,.1f} GB. It may "
                "be {most_posts:,} pictures and {most_bytes:,.0f} GB. Narrow the search, or "
                "select fewer.",
                count=bundle.count,
                size=bundle.size / 1024**3,
                most_posts=MOST_POSTS,
                most_bytes=MOST_BYTES / 1024**3,
            )
        )


def zipped(sessions: Sessions, posts: Sequence[int], scope: Scope) -> Iterator[bytes]:
    """Yield a ZIP of the posts' files, stored as they are, with no more than a piece in memory.

    Each is looked for and checked anew when its turn comes. What cannot be read is left out, and
    a text inside says so.
    """
    stream, names = ZipStream(), FreshNames()
    left_out: list[str] = []
    for post_id in posts:
        try:
            original = open_original(sessions, post_id, scope)
        except HomeBooruError as error:
            left_out.append(f"Post {post_id}: {error}")
            continue
        yield from _sent(stream, names.fresh(original.name), original, left_out)
    if left_out:
        text = "\n".join(["These pictures are not in here as they should be.", "", *left_out])
        stream.add_text(names.fresh(LEFT_OUT), f"{text}\n")
    yield stream.end()


def _sent(stream: ZipStream, name: str, original: Original, left_out: list[str]) -> Iterator[bytes]:
    with original.file:
        try:
            yield from stream.add(name, original.mtime, original.size, original.file)
        except EOFError:
            left_out.append(f"{name}: it is cut short, because its file changed meanwhile.")
        except OSError as error:
            left_out.append(f"{name}: it could not be read to its end ({error.strerror}).")


def _weigh(session: Session, *wanted: sa.ColumnElement[bool]) -> Bundle:
    size = sa.cast(sa.func.coalesce(sa.func.sum(PostRow.size), 0), sa.BigInteger)
    row = session.execute(sa.select(sa.func.count(), size).select_from(PostRow).where(*wanted))
    count, weight = row.one()
    return Bundle(count, weight)
