"""What a full backup of blombooru's tells, and what that is in our words.

It is a ZIP with `backup.json` (media by MD5, albums, implications), `tags.csv` (name, number of the
category, count, other names) and the files below `media/`. Versions before 1.40 tell less.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from homebooru.domain.said import Said
from homebooru.domain.spelling import addresses, clean_text, plain_tag, rating_word
from homebooru.domain.tags import Category
from homebooru.domain.takeover.known import (
    Heard,
    KnownPicture,
    Membership,
    OldLink,
    OldPool,
    digest_of,
    moment,
    named_by,
)
from homebooru.errors import Unreadable
from homebooru.phrases import phrase

NAME = "blombooru"
NEWEST = 12
"""The newest version of its tables whose backups are known here."""
FULL = "full_backup"
CATEGORIES = {
    "0": Category.GENERAL,
    "1": Category.ARTIST,
    "3": Category.COPYRIGHT,
    "4": Category.CHARACTER,
    "5": Category.META,
}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What `backup.json` holds."""

    media: tuple[Row, ...]
    albums: tuple[Row, ...] = ()
    implications: tuple[Row, ...] = ()


@dataclass(slots=True)
class Tags:
    """What `tags.csv`, which may be another site's whole list, tells of the tags that media have."""

    kinds: dict[str, Category] = field(default_factory=dict)
    aliases: list[OldLink] = field(default_factory=list)


def check_backup(found: object) -> Told:
    """Return what a backup holds; raises Unreadable where it is none, or of a newer version."""
    if not isinstance(found, dict) or not isinstance(found.get("media"), list):
        raise Unreadable(phrase("It is no backup of blombooru's: it does not tell of any media."))
    version = found.get("schema_version") or 0
    if found.get("type", FULL) != FULL or not isinstance(version, int):
        raise Unreadable(phrase("It is no full backup of blombooru's."))
    if version > NEWEST:
        raise Unreadable(
            phrase(
                "It was made by a blombooru newer than is known here ({version}): what it means by "
                "all of it cannot be told. Update HomeBooru first.",
                version=found.get("version"),
            )
        )
    return Told(
        media=_objects(found, "media"),
        albums=_objects(found, "albums"),
        implications=_objects(found, "tag_implications"),
    )


def pools_in(told: Told) -> tuple[list[OldPool], dict[str, list[Membership]]]:
    """Return the albums as pools, and the places in them of media, by MD5.

    Two that are called alike are told apart by a number. What stands in no order stays as told.
    """
    pools: dict[str, OldPool] = {}
    places: defaultdict[str, list[Membership]] = defaultdict(list)
    for album in told.albums:
        name = called = str(album.get("name") or "")
        number = 1
        while name in pools:
            number += 1
            name = f"{called} {number}"
        pools[name] = OldPool(name=name)
        for position, digest in enumerate(_members(album)):
            places[digest].append(Membership(pool=name, position=position))
    return list(pools.values()), dict(places)


def picture_of(
    row: Row, kinds: Mapping[str, Category], places: Mapping[str, list[Membership]]
) -> KnownPicture:
    """Return one of its media as every program's picture is told. Raises Unreadable."""
    name = str(row.get("filename") or "?")
    digest = digest_of(row.get("hash"))
    names = row.get("tags") or []
    if digest is None or not isinstance(names, list):
        raise Unreadable(phrase("{name}: its entry makes no sense.", name=name))
    tags = (plain_tag(one, kinds.get(one)) for one in names if isinstance(one, str))
    parent = digest_of(row.get("parent_hash"))
    said = Said(
        tags=tuple(tag for tag in tags if tag is not None),
        rating=rating_word(str(row.get("rating") or "")),
        sources=addresses(str(row.get("source") or "")),
        description=clean_text(str(row.get("description") or "")),
        parent=named_by(parent) if parent and parent != digest else None,
    )
    return KnownPicture(
        name=name,
        written_at=moment(row.get("uploaded_at")),
        digest=digest,
        heard=(Heard(source=NAME, said=said),),
        pools=tuple(places.get(digest, ())),
    )


def implications_in(told: Told) -> Iterator[OldLink]:
    """Yield what its tags imply; rules for patterns of tags are none that we have."""
    for rule in told.implications:
        for tag in rule.get("target_tags") or ():
            for implied in rule.get("implied_tags") or ():
                yield OldLink(tag=str(tag), other=str(implied))


def tags_in(rows: Iterable[list[str]], told: Told) -> Tags:
    """Return what a list of tags tells of those that media have."""
    used = {name for row in told.media for name in row.get("tags") or () if isinstance(name, str)}
    tags = Tags()
    for row in rows:
        name, kind, *_ = [*row, "", ""]
        if name not in used:
            continue
        if kind in CATEGORIES:
            tags.kinds[name] = CATEGORIES[kind]
        others = ",".join(row[3:]).split(",")
        tags.aliases += [OldLink(tag=one, other=name) for one in others if one.strip()]
    return tags


def _members(album: Row) -> Iterator[str]:
    """Yield the MD5s of an album in its order."""
    told = album.get("media")
    rows = told if isinstance(told, list) else album.get("media_hashes")
    ordered = [row if isinstance(row, dict) else {"hash": row} for row in rows or ()]
    ordered.sort(key=lambda row: _rank(row.get("sort_position")))
    for row in ordered:
        if digest := digest_of(row.get("hash")):
            yield digest


def _rank(position: object) -> float:
    return position if isinstance(position, int | float) else float("inf")


def _objects(found: Row, name: str) -> tuple[Row, ...]:
    rows = found.get(name) or ()
    if not isinstance(rows, list | tuple) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(phrase("Its {name} make no sense.", name=name))
    return tuple(rows)
