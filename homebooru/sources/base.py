"""What all boorus have in common: how posts are looked for, and what is made of the answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from homebooru.domain.lookups.outcomes import MISS, Found, Outcome, RemoteFile
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.spelling import addresses, plain_tag
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import RemoteChanged, RemoteError, RemoteMissing
from homebooru.http.client import JsonClient
from homebooru.phrases import phrase

Row = Mapping[str, Any]
Categories = Callable[[Collection[str]], Mapping[str, Category]]
T = TypeVar("T")

MISREAD = (AttributeError, LookupError, TypeError, ValueError)
ENOUGH = 3  # posts that make no sense until it is the site that changed, and not one odd post

SAFE_RATINGS = {"s": Rating.GENERAL, "q": Rating.QUESTIONABLE, "e": Rating.EXPLICIT}
"""What ratings mean everywhere but at Danbooru, where `s` is *sensitive*."""


class HttpBooru(ABC):
    """A booru that is asked over HTTP.

    A kind of site says how it lists posts and what a post of it says. It never waits, tries again
    or catches: manners are in JsonClient, patience is in the job. `categories` knows kinds of
    tags from our own table.
    """

    at_once: ClassVar[int]

    def __init__(self, http: JsonClient, categories: Categories) -> None:
        self.http = http
        self.categories = categories

    @property
    def name(self) -> str:
        return self.http.service.name

    def close(self) -> None:
        self.http.close()

    @abstractmethod
    def by_md5(self, md5s: Sequence[str]) -> Mapping[str, Found]: ...

    @abstractmethod
    def by_id(self, remote_id: str) -> Found: ...

    @abstractmethod
    def read(self, row: Row) -> Found:
        """Return what a post says; any error of a look at its fields means that they changed."""

    def found(self, row: object) -> Found:
        """Return what a post says, or that it makes no sense."""
        try:
            return replace(self.read(_object(row)), answer=_object(row))
        except MISREAD:
            return Found(outcome=Outcome.CHANGED, answer={"post": row})

    def adopted(self, row: Row) -> Found:
        """Return what a post says that another program kept; what it left out is not asked for."""
        return self.found(row)

    def told_md5(self, row: object) -> str | None:
        """Return the digest that a post tells, however little sense the rest of it makes."""
        md5 = row.get("md5") if isinstance(row, dict) else None
        return md5.lower() if isinstance(md5, str) else None

    def one(self, ask: Callable[[], T]) -> T | None:
        """Return what is asked for, None where the site says that there is no such thing."""
        try:
            return ask()
        except RemoteMissing:
            return None

    def changed(self) -> RemoteChanged:
        """Return an error for an answer that is JSON, but not the JSON that we know."""
        return self.http.misread(
            phrase("{service}: its answers have changed.", service=self.http.service.label)
        )

    def own(self, number: object) -> str | None:
        """Return how a post of this site is named, None for no post."""
        return f"{self.name}:{number}" if number and int(str(number)) > 0 else None


class ListingBooru(HttpBooru):
    """A booru that can be asked for many pictures at once.

    Some sites leave the digest out of posts that are not for us. Whose they are is found by
    asking for half of the pictures, then half of those, and at the end for one.
    """

    at_once = 100

    @abstractmethod
    def listed(self, md5s: Sequence[str]) -> list[Any]:
        """Return the posts that show any of these pictures."""

    @abstractmethod
    def single(self, md5: str) -> object | None:
        """Return the post that shows a picture."""

    def by_md5(self, md5s: Sequence[str]) -> Mapping[str, Found]:
        wanted = list(dict.fromkeys(md5.lower() for md5 in md5s))
        found: dict[str, Found] = {}
        try:
            for start in range(0, len(wanted), self.at_once):
                self._batch(wanted[start : start + self.at_once], found)
        except RemoteError:
            if not found:
                raise
        return found

    def _batch(self, md5s: Sequence[str], found: dict[str, Found]) -> None:
        named, nameless = self._sorted(self.listed(md5s), md5s)
        found |= named
        self._among([md5 for md5 in md5s if md5 not in named], nameless, found)

    def _among(self, md5s: Sequence[str], nameless: int, found: dict[str, Found]) -> None:
        """Find so many posts that do not tell their digest, by pictures that they may show.

        Whatever is known by then is found, should an error come in between.
        """
        if nameless <= 0:
            found |= dict.fromkeys(md5s, MISS)
        elif len(md5s) == 1:
            found[md5s[0]] = self._alone(md5s[0])
        elif md5s:
            half = (len(md5s) + 1) // 2
            named, in_half = self._sorted(self.listed(md5s[:half]), md5s[:half])
            found |= named
            left = [md5 for md5 in md5s[:half] if md5 not in named]
            in_rest = nameless - in_half - len(named)
            # where there is none is known at once, and stays known should the rest go wrong
            parts = sorted([(in_half, left), (in_rest, list(md5s[half:]))])
            for hidden, some in parts:
                self._among(some, hidden, found)

    def _alone(self, md5: str) -> Found:
        row = self.single(md5)
        return MISS if row is None else self._of(self.found(row), md5)

    def _sorted(self, rows: list[Any], md5s: Sequence[str]) -> tuple[dict[str, Found], int]:
        """Return posts by the picture that they show, and how many do not tell that."""
        found = [self.found(row) for row in rows]
        if len(found) >= ENOUGH and all(one.outcome is Outcome.CHANGED for one in found):
            raise self.changed()
        told = [self.told_md5(row) for row in rows]
        if any(md5 is not None and md5 not in md5s for md5 in told):
            raise self.changed()
        named = {
            md5: self._of(one, md5) for one, md5 in zip(found, told, strict=True) if md5 is not None
        }
        return named, told.count(None)

    def _of(self, found: Found, md5: str) -> Found:
        return replace(found, said=replace(found.said, md5=md5)) if found.said else found


def said_post(
    *,
    tags: Iterable[SaidTag | None],
    rating: Rating | None,
    source: str,
    md5: str | None,
    score: int,
    parent: str | None,
    remote_id: str | None,
) -> Said:
    """Return what a booru says of a picture."""
    known = {tag.name: tag for tag in tags if tag is not None}
    return Said(
        tags=tuple(known.values()),
        rating=rating,
        sources=tuple(dict.fromkeys(addresses(source))),
        md5=md5.lower() if md5 else None,
        score=score,
        parent=parent,
        remote_ids=(remote_id,) if remote_id else (),
    )


def of_kinds(
    names: Iterable[str], kinds: Mapping[str, Category | None]
) -> Iterable[SaidTag | None]:
    """Return tags with their categories, where those are known."""
    return (plain_tag(name, kinds.get(name)) for name in names)


def kept_kinds(row: Row) -> Mapping[str, Any]:
    """Return the kinds of tags that whoever kept a post kept with it."""
    kinds = row.get("kinds")
    return kinds if isinstance(kinds, dict) else {}


def remote_file(
    width: object = None, height: object = None, size: object = None, extension: object = None
) -> RemoteFile:
    """Return what a site tells of a file; what is no number or name is left out."""
    return RemoteFile(
        width=_number(width),
        height=_number(height),
        size=_number(size),
        extension=extension if isinstance(extension, str) and extension else None,
    )


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None


def _object(row: object) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise TypeError("a post is an object")
    return row
