"""Immich's JSON as our words; the only place that knows the names of its fields.

Versions differ: lengths of videos are texts or milliseconds, albums have owners or users, moments
come in three spellings.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from homebooru.domain.immich.access import Account, Version
from homebooru.domain.immich.assets import Asset, AssetDetail, Exif, Visibility
from homebooru.domain.immich.changes import Refusal
from homebooru.domain.immich.groups import Album, Library, Person, RemoteTag, Stack
from homebooru.domain.immich.windows import Count, Listed, Month, Page

Row = Mapping[str, Any]
FACTS = (
    "make",
    "model",
    "lensModel",
    "fNumber",
    "focalLength",
    "iso",
    "exposureTime",
    "city",
    "state",
    "country",
)


def moment(text: str) -> datetime:
    """Return a moment; one without a zone is in UTC."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def as_text(moment: datetime) -> str:
    """Return a moment as Immich takes it, down to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_page(body: Row) -> Page:
    found = body["assets"]
    return Page(tuple(map(read_asset, found["items"])), is_whole=found["nextPage"] is None)


def read_asset(row: Row) -> Asset:
    return Asset(
        id=UUID(row["id"]),
        owner_id=UUID(row["ownerId"]),
        library_id=_id(row.get("libraryId")),
        path=row["originalPath"],
        file_name=row["originalFileName"],
        mime=row.get("originalMimeType"),
        is_video=row["type"] == "VIDEO",
        checksum=b64decode(row["checksum"], validate=True),
        taken_at=moment(row["fileCreatedAt"]),
        local_taken_at=moment(row["localDateTime"]).replace(tzinfo=None),
        updated_at=moment(row["updatedAt"]),
        visibility=Visibility(row["visibility"]),
        is_favourite=row["isFavorite"],
        is_trashed=row["isTrashed"],
        is_offline=row["isOffline"],
        duration_ms=_milliseconds(row.get("duration")),
        width=row.get("width"),
        height=row.get("height"),
        thumbhash=b64decode(row["thumbhash"]) if row.get("thumbhash") else None,
        live_video_id=_id(row.get("livePhotoVideoId")),
        people=tuple(map(read_person, row.get("people") or ())),
    )


def read_detail(row: Row) -> AssetDetail:
    stack, exif = row.get("stack"), row.get("exifInfo")
    return AssetDetail(
        asset=read_asset(row),
        tags=read_tags(row["tags"]),
        exif=read_exif(exif) if exif else None,
        stack_id=UUID(stack["id"]) if stack else None,
    )


def read_exif(row: Row) -> Exif:
    """Return what was read of a file; stars below 1 are none."""
    stars, taken = row.get("rating"), row.get("dateTimeOriginal")
    return Exif(
        description=row.get("description") or "",
        stars=int(stars) if stars is not None and stars >= 1 else None,
        size=row.get("fileSizeInByte"),
        taken_at=moment(taken) if taken else None,
        latitude=row.get("latitude"),
        longitude=row.get("longitude"),
        facts={name: str(row[name]) for name in FACTS if row.get(name) not in (None, "")},
    )


def read_tags(rows: list[Row]) -> tuple[RemoteTag, ...]:
    return tuple(RemoteTag(UUID(row["id"]), row["value"]) for row in rows)


def read_person(row: Row) -> Person:
    return Person(UUID(row["id"]), row["name"], is_hidden=row["isHidden"])


def read_albums(rows: list[Row]) -> tuple[Album, ...]:
    return tuple(map(read_album, rows))


def read_album(row: Row) -> Album:
    changed = row.get("lastModifiedAssetTimestamp")
    return Album(
        id=UUID(row["id"]),
        name=row["albumName"],
        owner_id=_owner(row),
        count=row["assetCount"],
        updated_at=moment(row["updatedAt"]),
        assets_changed_at=moment(changed) if changed else None,
    )


def _owner(row: Row) -> UUID | None:
    """Return an album's owner: version 3 has it among the users."""
    if row.get("ownerId"):
        return UUID(row["ownerId"])
    owners = (one["user"]["id"] for one in row["albumUsers"] if one["role"] == "owner")
    return _id(next(owners, None))


def read_stacks(rows: list[Row]) -> tuple[Stack, ...]:
    return tuple(
        Stack(
            UUID(row["id"]),
            UUID(row["primaryAssetId"]),
            tuple(UUID(asset["id"]) for asset in row["assets"]),
        )
        for row in rows
    )


def read_libraries(rows: list[Row]) -> tuple[Library, ...]:
    return tuple(
        Library(UUID(row["id"]), row["name"], UUID(row["ownerId"]), tuple(row["importPaths"]))
        for row in rows
    )


def read_months(rows: list[Row]) -> tuple[Month, ...]:
    return tuple(Month(date.fromisoformat(row["timeBucket"][:10]), row["count"]) for row in rows)


def read_month(columns: Row) -> tuple[Listed, ...]:
    pairs = zip(columns["id"], columns["ownerId"], strict=True)
    return tuple(Listed(UUID(asset), UUID(owner)) for asset, owner in pairs)


def read_count(body: Row) -> Count:
    return Count(body["images"], body["videos"])


def read_version(body: Row) -> Version:
    return Version(int(body["major"]), int(body["minor"]), int(body["patch"]))


def read_account(body: Row) -> Account:
    return Account(UUID(body["id"]), body["name"], body["email"], is_admin=body["isAdmin"])


def read_granted(body: Row) -> frozenset[str]:
    return frozenset(body["permissions"])


def read_refusals(rows: list[Row]) -> dict[UUID, Refusal]:
    """Return what was left out of a change, and why."""
    known = frozenset(Refusal)
    return {
        UUID(row["id"]): Refusal(row["error"]) if row.get("error") in known else Refusal.OTHER
        for row in rows
        if not row["success"]
    }


def _milliseconds(value: int | str | None) -> int | None:
    if isinstance(value, str):
        hours, minutes, seconds = value.split(":")
        length = timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        value = round(length / timedelta(milliseconds=1))
    return value or None


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
