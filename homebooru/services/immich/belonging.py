"""Follows what assets belong to, of which changes leave no trace in them: tags, people, albums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.immich import assets, groups
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.assets import Visibility
from homebooru.domain.immich.groups import Album, Person, RemoteTag
from homebooru.domain.immich.windows import Window
from homebooru.ports.immich import ImmichReader
from homebooru.services.library.settling import let_ask

if TYPE_CHECKING:
    from homebooru.services.immich.mirroring import Sync

BATCH = 500
ANY = Visibility.TIMELINE


def follow_tags(sessions: Sessions, server: ImmichReader, owner_id: UUID) -> None:
    """Keep what tags are called, and take those that are gone from all assets.

    An asset whose tag was renamed or removed is read again: Immich does not say so of it.
    """
    tags = server.tags()
    gone = in_transaction(sessions, partial(_renamed_or_gone, owner_id=owner_id, tags=tags))
    take_off: Callable[[Session], bool] = partial(_take_off, tag_ids=gone)
    more = bool(gone)
    while more:
        more = in_transaction(sessions, take_off)
    in_transaction(sessions, partial(_forget_tags, owner_id=owner_id, gone=gone, tags=tags))


def _renamed_or_gone(session: Session, owner_id: UUID, tags: Sequence[RemoteTag]) -> list[UUID]:
    known = groups.known_tags(session, owner_id)
    there = {tag.id: tag.value for tag in tags}
    return [one for one, value in known.items() if there.get(one, "") != value]


def _forget_tags(
    session: Session, owner_id: UUID, gone: Sequence[UUID], tags: Sequence[RemoteTag]
) -> None:
    """Forget tags that are gone; one that has another name now is kept by that."""
    groups.drop_tags(session, gone)
    groups.keep_tags(session, owner_id, tags)


def _take_off(session: Session, tag_ids: Sequence[UUID]) -> bool:
    rows = groups.having_tags(session, tag_ids, BATCH)
    for row in rows:
        row.tag_ids = [tag for tag in row.tag_ids if tag not in set(tag_ids)]
        row.updated_at = None
    return bool(rows)


def follow_people(sessions: Sessions, server: ImmichReader, owner_id: UUID) -> None:
    """Keep who people are; the pictures of those who are gone show somebody else now."""
    people = server.people()
    in_transaction(sessions, partial(_keep_people, owner_id=owner_id, people=people))


def _keep_people(session: Session, owner_id: UUID, people: Sequence[Person]) -> None:
    gone = groups.vanished_people(session, owner_id, [one.id for one in people])
    groups.keep_people(session, owner_id, people, listed=True)
    if gone:
        groups.read_people_again(session, owner_id, gone)


def follow_stacks(sessions: Sessions, server: ImmichReader, owner_id: UUID) -> None:
    """Keep which assets are shown as one."""
    stacks = {asset: stack.id for stack in server.stacks() for asset in stack.asset_ids}
    in_transaction(sessions, partial(groups.keep_stacks, owner_id=owner_id, stacks=stacks))


def follow_albums(sync: Sync, *, anew: bool) -> None:
    """Keep what is in albums, asking about those that changed; `anew` about all."""
    albums = sync.server.albums()
    known = in_transaction(sync.sessions, partial(_keep_albums, sync=sync, albums=albums))
    for album in albums:
        album_id, stamp = known[album.id]
        if (anew or stamp != stamp_of(album)) and sync.progress.goes_on():
            window = Window(visibility=ANY, album_id=album.id, with_people=False)
            there = [
                asset.id
                for asset in sync.reader.members(window, sync.visibilities)
                if sync.is_ours(asset)
            ]
            fill = partial(_fill, sync=sync, album_id=album_id, there=there, stamp=stamp_of(album))
            in_transaction(sync.sessions, fill)


def stamp_of(album: Album) -> str:
    """Return what tells that other assets are in an album: one came, or there are fewer."""
    return f"{album.count} {album.updated_at.isoformat()}"


def _keep_albums(
    session: Session, sync: Sync, albums: Sequence[Album]
) -> dict[UUID, tuple[int, str]]:
    posts = groups.drop_views(session, sync.owner_id, [album.id for album in albums])
    groups.refresh_links(session, posts)
    return groups.keep_albums(session, sync.owner_id, albums)


def _fill(session: Session, sync: Sync, album_id: int, there: list[UUID], stamp: str) -> None:
    """Keep what is in an album; where an asset is not known yet it is asked about again."""
    known = assets.times_of(session, there)
    kept = stamp if len(known) == len(set(there)) else ""
    posts = groups.put_in_album(session, sync.owner_id, album_id, there, kept)
    groups.refresh_links(session, posts)
    let_ask(session, posts)  # others may hear of what is in some albums
