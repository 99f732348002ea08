"""Keeps what Immich says of assets, and lets each be a place of the post whose picture it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries import posts
from homebooru.db.queries.immich import assets, groups, mirrors, wishes
from homebooru.db.queue import Work, wake
from homebooru.db.tables import AssetRow, LocationRow
from homebooru.domain.immich.assets import AssetDetail, Exif
from homebooru.domain.immich.hearing import said_of
from homebooru.domain.immich.mapping import Roots
from homebooru.domain.said import Said
from homebooru.services.library.settling import settle
from homebooru.services.library.words import keep_all_statements

SOURCE = "immich"


@dataclass(frozen=True, slots=True)
class Household:
    """What it takes to understand a user's assets.

    Tags that fit one of the patterns in `foreign` are other tools' machinery.
    """

    owner_id: UUID
    roots: Roots
    foreign: tuple[str, ...] = ()


def keep_details(session: Session, home: Household, details: Sequence[AssetDetail]) -> None:
    """Keep what is told of assets, all of it or nothing; what is older than what is known is not."""
    posts.lock_intake(session)
    known = assets.assets_called(session, {detail.asset.id for detail in details})
    fresh = [detail for detail in details if _is_news(detail, known.get(detail.asset.id))]
    left = {row.post_id for row in known.values()}
    owners = _posts_of(session, home, fresh, known)
    rows = {detail.asset.id: _row(session, home, detail, known) for detail in fresh}
    for detail in fresh:
        _fill(rows[detail.asset.id], detail, owners[detail.asset.id])
    session.flush()
    groups.keep_tags(session, home.owner_id, [tag for detail in fresh for tag in detail.tags])
    people = [person for detail in fresh for person in detail.asset.people]
    groups.keep_people(session, home.owner_id, people)
    said = _place(session, home, fresh, rows)
    keep_all_statements(session, {place: {SOURCE: words} for place, words in said.items()})
    settle_assets(session, left.union(owners.values()))


def settle_assets(session: Session, post_ids: set[int]) -> None:
    """Bring posts into order whose assets changed, or belong elsewhere now."""
    groups.refresh_links(session, post_ids)
    settle(session, post_ids)
    if assets.order_pictures(session, post_ids):
        wake(session, Work.PICTURES)


def _is_news(detail: AssetDetail, known: AssetRow | None) -> bool:
    """Details may come in any order: what is older than what is kept says nothing new."""
    return known is None or known.updated_at is None or known.updated_at <= detail.asset.updated_at


def _posts_of(
    session: Session,
    home: Household,
    details: Sequence[AssetDetail],
    known: Mapping[UUID, AssetRow],
) -> dict[UUID, int]:
    """Return whose picture each asset is: by its bytes, by its place on our disk, else a new post."""
    placed = {one.asset.id: _place_here(home, one) for one in details}
    at = assets.posts_at(session, {place for place in placed.values() if place is not None})
    digests = {one.asset.sha1 for one in details if one.asset.sha1 is not None}
    by_sha1 = assets.posts_with_sha1(session, digests)
    owners: dict[UUID, int] = {}
    strangers: dict[bytes, list[AssetDetail]] = {}
    for one in details:
        place, sha1, row = placed[one.asset.id], one.asset.sha1, known.get(one.asset.id)
        if row is not None and (row.checksum, row.path) == (sha1, one.asset.path):
            owners[one.asset.id] = row.post_id
        elif place in at:
            owners[one.asset.id] = at[place]
        elif sha1 in by_sha1:
            owners[one.asset.id] = by_sha1[sha1]
        else:
            strangers.setdefault(sha1 or one.asset.id.bytes, []).append(one)
    made = assets.make_posts(session, [_facts(some[0]) for some in strangers.values()])
    for post_id, some in zip(made, strangers.values(), strict=True):
        owners |= {one.asset.id: post_id for one in some}
    return owners


def _place_here(home: Household, detail: AssetDetail) -> tuple[int, bytes] | None:
    asset = detail.asset
    return None if asset.library_id is None else home.roots.place(asset.path)


def _facts(detail: AssetDetail) -> dict[str, Any]:
    """Return what is known of a picture that only Immich has."""
    asset, exif = detail.asset, detail.exif or Exif()
    return {
        "sha1": asset.sha1,
        "mime": asset.mime,
        "size": exif.size,
        "width": asset.width,
        "height": asset.height,
        "duration": None if asset.duration_ms is None else asset.duration_ms / 1000,
        "thumbhash": asset.thumbhash,
    }


def _row(
    session: Session, home: Household, detail: AssetDetail, known: Mapping[UUID, AssetRow]
) -> AssetRow:
    row = known.get(detail.asset.id)
    if row is None:
        row = AssetRow(remote_id=detail.asset.id, owner_id=home.owner_id)
        session.add(row)
    return row


def _fill(row: AssetRow, detail: AssetDetail, post_id: int) -> None:
    asset, exif = detail.asset, detail.exif or Exif()
    row.post_id, row.visibility, row.updated_at = post_id, asset.visibility.value, asset.updated_at
    row.is_favourite, row.is_trashed = asset.is_favourite, asset.is_trashed
    row.is_offline, row.library_id = asset.is_offline, asset.library_id
    row.path, row.checksum = asset.path.replace("\0", ""), asset.sha1
    row.taken_at, row.stars = asset.taken_at, exif.stars
    row.description = exif.description.replace("\0", "") or None
    row.exif = {name: value.replace("\0", "") for name, value in exif.facts.items()}
    row.stack_id = detail.stack_id
    row.tag_ids = sorted({tag.id for tag in detail.tags})
    row.person_ids = sorted({person.id for person in asset.people})
    row.doubted_at = None


def _place(
    session: Session,
    home: Household,
    details: Sequence[AssetDetail],
    rows: Mapping[UUID, AssetRow],
) -> dict[int, Said]:
    """Let posts lie where their assets do; return what is said there, by location."""
    there = assets.locations_of(session, {row.id for row in rows.values()})
    number = mirrors.mirror_of(session, home.owner_id).number
    thrown = wishes.thrown(session, {row.id for row in rows.values()})
    ours = assets.written_there(session, {row.id for row in rows.values()})
    places = {}
    for detail in details:
        row = rows[detail.asset.id]
        place = there.get(row.id)
        if place is None:
            place = LocationRow(asset_id=row.id, kind=assets.IN_IMMICH)
            session.add(place)
        _lie(place, row, detail, number)
        _keep_presence(place, gone=row.is_offline or (row.is_trashed and row.id not in thrown))
        places[row.id] = place
    session.flush()
    said = {}
    for detail in details:
        row = rows[detail.asset.id]
        echo = ours.get(row.id)
        written = [] if echo is None else [*echo.agreed, *echo.pending]
        said[places[row.id].id] = said_of(detail, home.foreign, written)
    return said


def _lie(place: LocationRow, row: AssetRow, detail: AssetDetail, number: int) -> None:
    """Let a location be where an asset is."""
    asset, exif = detail.asset, detail.exif or Exif()
    path = row.path.encode("utf-8", "surrogateescape")
    place.post_id, place.path, place.mirror = row.post_id, path, number
    place.folder = row.path.rpartition("/")[0] if row.library_id is not None else ""
    place.name = asset.file_name.replace("\0", "")
    place.size = exif.size or 0
    place.mtime_ns = _nanoseconds(asset.taken_at)
    place.seen_at = sa.func.now()


def _keep_presence(place: LocationRow, *, gone: bool) -> None:
    """Say whether a post lies there; it does in Immich's trash too, where it is because of us."""
    if not gone:
        place.missing_since = None
    elif place.missing_since is None:
        place.missing_since = sa.func.now()


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
