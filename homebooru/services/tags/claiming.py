"""Keeps what sources say of posts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from sqlalchemy.orm import Session

from homebooru.db.queries import locks
from homebooru.db.queries.deriving.claims import read_claims, remove_claims, write_claims
from homebooru.domain.claims import Claim
from homebooru.domain.said import Said
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidTagName
from homebooru.services.tags.categories import Mention, settle_tags
from homebooru.services.tags.deriving import derive

Key = tuple[int, str]  # post and source
MD5 = re.compile("[0-9a-fA-F]{32}")
MOST = 2**31 - 1  # what a score can be


def keep_claims(session: Session, said: Mapping[Key, Said | None]) -> None:
    """Replace what sources say of posts (None: nothing any more), and derive those posts.

    New tags are made. What cannot be kept (a name that is no tag, six stars) is left out, the
    rest stands; posts that are gone are passed over. Call it once in a transaction: two who
    take posts and tags in several rounds may end up waiting for each other.
    """
    locks.share_vocabulary(session)
    session.flush()  # posts that the caller has only just made
    posts = locks.lock_posts(session, {post_id for post_id, _ in said})
    present = set(posts)
    said = {key: words for key, words in said.items() if key[0] in present}
    ids = _tag_ids(session, said)
    _replace(
        session,
        posts,
        {
            (post_id, source): None if words is None else _claim(source, words, ids)
            for (post_id, source), words in said.items()
        },
    )
    derive(session, posts)


def _replace(session: Session, posts: Sequence[int], wanted: Mapping[Key, Claim | None]) -> None:
    """Write those claims that differ from what is kept; the feed hears of nothing else."""
    kept = {
        (post_id, claim.source): claim
        for post_id, claims in read_claims(session, posts).items()
        for claim in claims
    }
    remove_claims(session, [key for key, claim in wanted.items() if claim is None and key in kept])
    write_claims(
        session,
        {key: new for key, new in wanted.items() if new is not None and new != kept.get(key)},
    )


def _tag_ids(session: Session, said: Mapping[Key, Said | None]) -> dict[str, int]:
    """Return the id for every spelling that can be a tag; new tags are made."""
    spoken = {
        (tag, source)
        for (_, source), words in said.items()
        if words is not None
        for tag in words.tags
    }
    names = _canonical({tag.name for tag, _ in spoken})
    ids = settle_tags(
        session,
        {
            Mention(names[tag.name], tag.category, source)
            for tag, source in spoken
            if tag.name in names
        },
    )
    return {spelling: ids[name] for spelling, name in names.items()}


def _canonical(spellings: Iterable[str]) -> dict[str, str]:
    names = {}
    for spelling in spellings:
        with suppress(InvalidTagName):
            names[spelling] = tag_name(spelling)
    return names


def _claim(source: str, said: Said, ids: Mapping[str, int]) -> Claim:
    certain = (1.0,) * len(said.tags)
    sure: dict[int, float] = {}
    for tag, confidence in zip(said.tags, said.confidences or certain, strict=True):
        if tag.name in ids:
            tag_id = ids[tag.name]
            # four places survive the column's four bytes, so what was kept compares equal
            sure[tag_id] = max(sure.get(tag_id, 0.0), round(confidence, 4))
    tags = tuple(sorted(sure))
    return Claim(
        source=source,
        tag_ids=tags,
        confidences=None if said.confidences is None else tuple(sure[tag] for tag in tags),
        rating=said.rating,
        parent=_storable(said.parent),
        sources=_all_storable(said.sources),
        md5=said.md5.lower() if said.md5 and MD5.fullmatch(said.md5) else None,
        remote_ids=_all_storable(said.remote_ids),
        score=None if said.score is None else max(-MOST, min(said.score, MOST)),
        stars=said.stars if said.stars in range(1, 6) else None,
        description=_storable(said.description),
        place=_storable(said.place),
        taken_at=said.taken_at,
    )


def _all_storable(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_storable, texts))))


def _storable(text: str | None) -> str | None:
    """Leave out what PostgreSQL cannot hold; a text of nothing is none."""
    if text is None:
        return None
    return text.replace("\0", "").encode("utf-8", "replace").decode() or None
