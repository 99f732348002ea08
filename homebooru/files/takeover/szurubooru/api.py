"""Asks a szurubooru for all that it knows, page by page; nothing there is changed."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from homebooru.domain.takeover.known import (
    KnownLibrary,
    KnownPicture,
    Membership,
    OldPool,
    moment,
)
from homebooru.domain.takeover.szurubooru import (
    NAME,
    SzuruPost,
    SzuruTag,
    aliases_in,
    as_known,
    checked_digest,
    implications_in,
)
from homebooru.errors import RemoteChanged, RemoteMissing, Unreadable
from homebooru.files.takeover.copies import Copies
from homebooru.http.fetching import Service
from homebooru.http.patient import Params, PatientClient
from homebooru.phrases import phrase

LABEL = "szurubooru"
PAGE = 100  # the most that it gives at once
T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Login:
    """Whose eyes are lent: a name there, and one of their tokens."""

    user: str
    token: str = field(repr=False)

    @property
    def header(self) -> str:
        return "Token " + base64.b64encode(f"{self.user}:{self.token}".encode()).decode()


def service_at(root: str, login: Login | None) -> Service:
    """Return how the server at an address is asked."""
    headers = {"Authorization": login.header} if login else {}
    return Service(name=NAME, label=LABEL, url=root, headers=headers)


@contextmanager
def open_api(client: PatientClient, root: str, copies: Copies | None) -> Iterator[KnownLibrary]:
    """Let what a szurubooru knows be read; where `copies` are wanted, pictures are fetched too.

    Raises RemoteErrors, RemoteChanged where it is none.
    """
    with closing(client):
        asking = _Asking(client, root, copies)
        yield KnownLibrary(
            origin=NAME,
            number=asking.count(),
            folder=copies.folder if copies else None,
            pools=asking.pools(),
            pictures=asking.pictures(),
            aliases=aliases_in(asking.tags()),
            implications=implications_in(asking.tags()),
        )


@dataclass(slots=True)
class _Asking:
    """One reading of it: pools first, since posts do not tell their places in them."""

    client: PatientClient
    root: str
    copies: Copies | None
    places: defaultdict[int, list[Membership]] = field(default_factory=lambda: defaultdict(list))
    digests: dict[int, str] = field(default_factory=dict)
    known_tags: list[SzuruTag] | None = None

    def count(self) -> int:
        return _number(self._page("posts", limit=1), "total")

    def pools(self) -> Iterator[OldPool]:
        """Yield the pools; those of versions before there were any are none."""
        try:
            for row in self._all("pools"):
                name = str(_understood(row, lambda it: it["names"][0]))
                for position, post in enumerate(row.get("posts") or ()):
                    number = _understood(post, lambda it: int(it["id"]))
                    self.places[number].append(Membership(pool=name, position=position))
                yield OldPool(name=name, description=str(row.get("description") or ""))
        except RemoteMissing:
            return

    def pictures(self) -> Iterator[KnownPicture | Unreadable]:
        """Yield the posts by their numbers, going on behind the last one that came."""
        last = 0
        while rows := _rows(self._page("posts", query=f"id:{last + 1}.. sort:id,asc")):
            numbers = [_understood(row, lambda it: int(it["id"])) for row in rows]
            if min(numbers) <= last:
                raise _changed()
            last = max(numbers)
            yield from self._read(rows)

    def tags(self) -> Iterator[SzuruTag]:
        if self.known_tags is None:
            self.known_tags = [_understood(row, _tag) for row in self._all("tags")]
        yield from self.known_tags

    def _read(self, rows: list[Row]) -> Iterator[KnownPicture | Unreadable]:
        posts: list[tuple[SzuruPost, Row]] = []
        for row in rows:
            try:
                post = _post(row)
            except Unreadable as error:
                yield error
            except (LookupError, TypeError, ValueError, AttributeError):
                yield Unreadable(phrase("post {number}: it makes no sense.", number=row["id"]))
            else:
                self.digests[post.number] = post.digest
                posts.append((post, row))
        if self.copies:
            yield from self._fetch(self.copies, posts)
        for post, _ in posts:
            yield as_known(post, self.digests, self.places.get(post.number, ()))

    def _fetch(self, copies: Copies, posts: list[tuple[SzuruPost, Row]]) -> Iterator[Unreadable]:
        """Fetch the pictures that are not in the library; yield why one could not be."""
        here = copies.here([post.digest for post, _ in posts])
        for post, row in posts:
            if post.digest not in here:
                try:
                    self.client.patiently(partial(self._keep, copies, post, row))
                except (Unreadable, RemoteMissing) as error:
                    yield Unreadable(
                        phrase("post {number}: {error}", number=post.number, error=error)
                    )

    def _keep(self, copies: Copies, post: SzuruPost, row: Row) -> None:
        path = self._path(str(row.get("contentUrl") or ""))
        name = f"{post.number}.{path.rpartition('.')[2]}"
        if not copies.has(name, post.digest):
            with self.client.file(path) as pieces:
                copies.keep(name, post.digest, pieces, moment(row.get("creationTime")))

    def _path(self, address: str) -> str:
        """Return where a file lies on this server; no other one is asked for anything."""
        found = urljoin(f"{self.root}/", address)
        if not address or urlsplit(found)[:2] != urlsplit(self.root)[:2]:
            raise Unreadable(
                phrase(
                    "its picture lies at another server ({host}), which is not asked.",
                    host=urlsplit(found).hostname or "?",
                )
            )
        return found.removeprefix(self.root)

    def _all(self, path: str) -> Iterator[Row]:
        offset = 0
        while rows := _rows(self._page(path, offset=offset)):
            yield from rows
            offset += len(rows)

    def _page(self, path: str, *, query: str = "", offset: int = 0, limit: int = PAGE) -> Row:
        asked: Params = {"query": query, "offset": offset, "limit": limit}
        page = self.client.get(f"/api/{path}/", asked)
        if not isinstance(page, dict):
            raise _changed()
        return page


def _post(row: Row) -> SzuruPost:
    number = int(row["id"])
    return SzuruPost(
        number=number,
        digest=checked_digest(number, row.get("checksum"), row.get("checksumMD5")),
        written_at=moment(row.get("lastEditTime"), row.get("creationTime")),
        safety=str(row["safety"]),
        tags=tuple((str(tag["names"][0]), str(tag["category"])) for tag in row["tags"]),
        source=str(row.get("source") or ""),
        description=str(row.get("description") or ""),
        notes=tuple(str(note["text"]) for note in row.get("notes") or ()),
        related=frozenset(int(one["id"]) for one in row.get("relations") or ()),
        score=int(row.get("score") or 0),
        favourite=bool(row.get("ownFavorite")),
    )


def _tag(row: Row) -> SzuruTag:
    return SzuruTag(
        names=tuple(str(name) for name in row["names"]),
        implied=tuple(str(one["names"][0]) for one in row.get("implications") or ()),
    )


def _rows(page: Row) -> list[Row]:
    rows = page.get("results")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _changed()
    return rows


def _number(page: Row, name: str) -> int:
    return _understood(page, lambda it: int(it[name]))


def _understood(row: Any, read: Callable[[Any], T]) -> T:
    try:
        return read(row)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _changed() from None


def _changed() -> RemoteChanged:
    return RemoteChanged(
        phrase("What answers there is no szurubooru, or one that we do not understand.")
    )
