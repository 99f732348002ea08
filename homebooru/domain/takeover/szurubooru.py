"""What szurubooru knows of a post, and what that is in our words.

Its tags have several names, the first of which is the one in use; what a category is called is up
to its people. Relations lead both ways, and nothing tells the first of several pictures but its
number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from homebooru.domain.said import Said
from homebooru.domain.spelling import (
    CATEGORIES,
    addresses,
    clean_text,
    plain_tag,
    rating_word,
)
from homebooru.domain.takeover.known import (
    Heard,
    KnownPicture,
    Membership,
    OldLink,
    digest_of,
    named_by,
)
from homebooru.errors import InvalidInput, Unreadable
from homebooru.phrases import phrase

NAME = "szurubooru"
BEHIND = re.compile("/(api|posts|post|tags|pools)(/.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SzuruPost:
    """A post there; `tags` are names with what their categories are called."""

    number: int
    digest: str
    written_at: datetime
    safety: str
    tags: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    description: str | None = None
    notes: tuple[str, ...] = ()
    related: frozenset[int] = frozenset()
    score: int | None = None
    favourite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SzuruTag:
    """A tag there: all its names, the one in use first, and what it implies."""

    names: tuple[str, ...]
    implied: tuple[str, ...] = ()


def as_known(
    post: SzuruPost, digests: Mapping[int, str], places: Iterable[Membership]
) -> KnownPicture:
    """Return a post as every program's is told; `digests` are those of posts with lower numbers.

    Of posts that are related the one with the lowest number is taken for the parent.
    """
    first = min(post.related, default=post.number)
    parent = digests.get(first) if first < post.number else None
    tags = (plain_tag(name, CATEGORIES.get(kind.lower())) for name, kind in post.tags)
    texts = [text for text in (post.description, *post.notes) if text]
    said = Said(
        tags=tuple(tag for tag in tags if tag is not None),
        rating=rating_word(post.safety),
        sources=addresses(post.source or ""),
        description=clean_text("\n".join(texts)),
        score=post.score,
        parent=parent and named_by(parent),
    )
    return KnownPicture(
        name=phrase("post {number}", number=post.number),
        written_at=post.written_at,
        digest=post.digest,
        heard=(Heard(source=NAME, said=said),),
        pools=tuple(places),
        favourite=post.favourite,
    )


def aliases_in(tags: Iterable[SzuruTag]) -> Iterable[OldLink]:
    """Return which names mean others."""
    return (OldLink(tag=other, other=tag.names[0]) for tag in tags for other in tag.names[1:])


def implications_in(tags: Iterable[SzuruTag]) -> Iterable[OldLink]:
    """Return which tags others follow from."""
    return (OldLink(tag=tag.names[0], other=one) for tag in tags for one in tag.implied)


def checked_digest(number: int, *told: object) -> str:
    """Return the first of these that is a digest; raises Unreadable where none is."""
    for text in told:
        if digest := digest_of(text):
            return digest
    raise Unreadable(phrase("post {number}: no digest of its file is told.", number=number))


def read_address(text: str) -> str:
    """Return the address of a server without `/api` or what else stands behind it.

    Raises InvalidInput.
    """
    try:
        parts = urlsplit(text.strip())
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        known = None
    if not known:
        raise InvalidInput(
            phrase("{text} is no address. Say one such as http://192.168.1.20:8080.", text=text)
        )
    if parts.username is not None:
        raise InvalidInput(phrase("Say the address without a name or a password in it."))
    path = BEHIND.sub("", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}"
