"""The census: whom polling overlooked, and who is gone; believed only where it all adds up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from homebooru.db.queries.immich import assets, groups, mirrors
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.assets import Visibility
from homebooru.domain.immich.census import Counted, weigh
from homebooru.domain.immich.windows import Strip, Window
from homebooru.services.immich.belonging import ANY
from homebooru.services.immich.reading import BY_SEARCH, strips

if TYPE_CHECKING:
    from homebooru.services.immich.mirroring import Sync


def take_census(sync: Sync, *, believed: bool) -> bool:
    """Compare all that is known with all that there is; tell whether to go on.

    Who is not known is read; who is not there is asked about alone, and only a clear no counts.
    """
    with sync.sessions() as session:
        known = assets.known_times(session, sync.owner_id, None)
    counted = list(_count(sync))
    verdict = weigh(known, counted, believed=believed)
    in_transaction(
        sync.sessions, partial(mirrors.doubt, owner_id=sync.owner_id, absent=verdict.absent)
    )
    sync.synced.brake, sync.synced.counted = verdict.brake, True
    again = _moved_people(sync)
    return sync.read(sorted({*verdict.unknown, *verdict.absent, *again}))


def _count(sync: Sync) -> Iterator[Counted]:
    for visibility in sync.visibilities:
        if visibility in BY_SEARCH:
            yield _counted_by_search(sync, visibility)
        else:
            for strip in strips(visibility):
                yield _counted(sync, strip)


def _counted(sync: Sync, strip: Strip) -> Counted:
    listed = [
        one.id
        for month in sync.server.months(strip)
        for one in sync.server.month(strip, month)
        if one.owner_id == sync.owner_id
    ]
    total = sync.server.count(strip.visibility, trashed=strip.trashed).total
    return Counted(frozenset(listed), total)


def _counted_by_search(sync: Sync, visibility: Visibility) -> Counted:
    window = Window(visibility=visibility, with_people=False)
    found = {asset.id for page in sync.reader.read(window) for asset in page if sync.is_ours(asset)}
    total = sum(sync.server.count(visibility, trashed=one).total for one in (False, True))
    return Counted(frozenset(found), total)


def _moved_people(sync: Sync) -> set[UUID]:
    """Return the assets on which faces of named people are others than is known.

    Nothing in an asset tells that a face of it came to be somebody else's.
    """
    again: set[UUID] = set()
    with sync.sessions() as session:
        people = groups.named_people(session, sync.owner_id)
    for person_id in people:
        window = Window(visibility=ANY, person_id=person_id, with_people=False)
        there = {
            one.id for one in sync.reader.members(window, sync.visibilities) if sync.is_ours(one)
        }
        with sync.sessions() as session:
            again |= there ^ groups.showing(session, sync.owner_id, person_id)
        if not sync.progress.goes_on():
            break
    return again
