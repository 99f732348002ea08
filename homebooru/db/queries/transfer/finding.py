"""Finds the posts of an export in this library, and makes those that it does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.posts import find_by_digests, lock_intake
from homebooru.db.queries.records import any_of
from homebooru.db.tables import AssetRow, FormerDigestRow, PostRow
from homebooru.domain.transfer.shapes import Line

FACTS = ("mime", "size", "width", "height", "duration", "frames", "has_sound")
SHA256, SHA1, ASSET = "sha256", "sha1", "asset"


def find_posts(session: Session, references: Iterable[str]) -> dict[str, int]:
    """Return the posts of this library that are named so."""
    named: dict[str, dict[str, str]] = {SHA256: {}, SHA1: {}, ASSET: {}}
    for reference in references:
        kind, _, value = reference.partition(":")
        named[kind][reference] = value
    found = _by_sha256(session, named[SHA256]) | _by_sha1(session, named[SHA1])
    return found | _by_asset(session, named[ASSET])


def make_posts(
    session: Session, references: Collection[str], lines: Mapping[str, Line]
) -> dict[str, int]:
    """Make posts that lie nowhere yet: what is said of them waits for their bytes.

    Those that only an Immich knows are left out: its mirror makes them.
    """
    lock_intake(session)
    found = find_posts(session, references)
    missing = sorted(r for r in set(references) - found.keys() if not r.startswith(ASSET))
    if missing:
        rows = [_columns(reference, lines.get(reference)) for reference in missing]
        new = sa.insert(PostRow).returning(PostRow.id, sort_by_parameter_order=True)
        found |= dict(zip(missing, session.scalars(new, rows), strict=True))
    return found


def fill_posts(session: Session, lines: Mapping[int, Line]) -> None:
    """Complete posts that were made because another one named them."""
    bare = session.scalars(
        sa.select(PostRow).where(
            any_of(PostRow.id, list(lines)),
            PostRow.size.is_(None),
            PostRow.missing_since.is_not(None),
        )
    )
    for post in bare:
        for name, value in _facts(lines[post.id]).items():
            setattr(post, name, value)


def keep_former(session: Session, lines: Mapping[int, Line]) -> None:
    """Keep the digests that posts had before; whoever has them now keeps them."""
    former = {
        bytes.fromhex(one["sha256"]): (post_id, one)
        for post_id, line in lines.items()
        for one in line["former"]
    }
    taken = find_by_digests(session, former)
    rows = [
        {
            "sha256": digest,
            "post_id": post_id,
            "md5": _bytes(one["md5"]),
            "sha1": _bytes(one["sha1"]),
        }
        for digest, (post_id, one) in former.items()
        if digest not in taken
    ]
    if rows:
        session.execute(insert(FormerDigestRow).values(rows).on_conflict_do_nothing())


def _by_sha256(session: Session, named: Mapping[str, str]) -> dict[str, int]:
    found = find_by_digests(session, {bytes.fromhex(value) for value in named.values()})
    return {r: found[b] for r, value in named.items() if (b := bytes.fromhex(value)) in found}


def _by_sha1(session: Session, named: Mapping[str, str]) -> dict[str, int]:
    digests = {bytes.fromhex(value): reference for reference, value in named.items()}
    rows = session.execute(
        sa.select(PostRow.sha1, sa.func.min(PostRow.id).label("id"))
        .where(PostRow.sha1.in_(digests))
        .group_by(PostRow.sha1)
    )
    return {digests[row.sha1]: row.id for row in rows if row.sha1 is not None}


def _by_asset(session: Session, named: Mapping[str, str]) -> dict[str, int]:
    assets = {UUID(value): reference for reference, value in named.items()}
    rows = session.execute(
        sa.select(AssetRow.remote_id, AssetRow.post_id).where(AssetRow.remote_id.in_(assets))
    )
    return {assets[row.remote_id]: row.post_id for row in rows}


def _columns(reference: str, line: Line | None) -> dict[str, Any]:
    kind, _, value = reference.partition(":")
    now = datetime.now(UTC)
    bare: dict[str, Any] = dict.fromkeys((*FACTS, SHA256, SHA1, "md5")) | {"created_at": now}
    facts = bare if line is None else _facts(line)
    return facts | {kind: bytes.fromhex(value), "missing_since": now}


def _facts(line: Line) -> dict[str, Any]:
    facts = {name: line[name] for name in FACTS}
    digests = {name: _bytes(line[name]) for name in ("sha256", "sha1", "md5")}
    return facts | digests | {"created_at": datetime.fromisoformat(line["made_at"])}


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)
