"""Brings the mirror of a user's assets up to date.

What changed is asked for since the mark of the last time, and only of that the details. The mark
moves when all of them are kept; whoever is killed before begins where it stands, finds most of it
done, and ends the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.deriving.verdicts import clock
from homebooru.db.queries.immich import assets, groups, mirrors, wishes
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.assets import Asset, AssetDetail, Visibility
from homebooru.domain.immich.census import too_many
from homebooru.domain.immich.marks import Mark, changed
from homebooru.domain.immich.windows import Window
from homebooru.errors import RemoteRefused
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.ports.immich import ImmichReader
from homebooru.services.immich import acting, belonging
from homebooru.services.immich.counting import take_census
from homebooru.services.immich.pictures import read_permitted
from homebooru.services.immich.reading import WindowReader
from homebooru.services.immich.storing import Household, keep_details, settle_assets

BATCH = 64  # assets in one transaction


@dataclass(slots=True)
class Synced:
    """What came of a sync."""

    changed: int = 0
    gone: int = 0
    counted: bool = False
    brake: str | None = None
    finished: bool = False


@dataclass(slots=True)
class Sync:
    """A sync of one user: what it works with, and what it found so far."""

    sessions: Sessions
    server: ImmichReader
    home: Household
    progress: Progress
    visibilities: list[Visibility]
    mark: Mark
    began: datetime
    reader: WindowReader
    newest: datetime | None = None
    missing: set[UUID] = field(default_factory=set)
    synced: Synced = field(default_factory=Synced)

    @property
    def owner_id(self) -> UUID:
        return self.home.owner_id

    def is_ours(self, asset: Asset) -> bool:
        """Tell whether an asset is the user's own, where it may be seen."""
        return asset.owner_id == self.owner_id and asset.visibility in self.visibilities

    def read(self, asset_ids: Iterable[UUID]) -> bool:
        """Read the details of assets and keep them; tell whether to go on.

        While some are stored the next are asked for.
        """
        wanted = list(asset_ids)
        self.progress.expect(self.synced.changed + len(wanted))
        stored: Future[None] | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="mirror") as pool:
            answers = self._details(wanted)
            while some := tuple(islice(answers, BATCH)):
                if stored is not None:
                    stored.result()
                stored = pool.submit(self._keep, some)
            if stored is not None:
                stored.result()
        return self.progress.goes_on()

    def _details(self, wanted: Iterable[UUID]) -> Iterator[tuple[UUID, AssetDetail | None]]:
        for answer in self.server.details(wanted):
            yield answer
            if not self.progress.goes_on():
                return

    def _keep(self, answers: tuple[tuple[UUID, AssetDetail | None], ...]) -> None:
        there = [detail for _, detail in answers if detail is not None]
        ours = [detail for detail in there if self.is_ours(detail.asset)]
        in_transaction(self.sessions, partial(keep_details, home=self.home, details=ours))
        self.missing |= {one for one, _ in answers} - {detail.asset.id for detail in ours}
        self.synced.changed += len(ours)
        name = ours[-1].asset.file_name if ours else None
        self.progress.advance(len(answers), current=name)


def mirror(
    sessions: Sessions,
    server: ImmichReader,
    home: Household,
    progress: Progress,
    *,
    census: bool = False,
    believed: bool = False,
) -> Synced:
    """Mirror what is a user's; `believed` where a person confirmed what a census finds gone.

    Raises a RemoteError where Immich cannot tell; what is kept by then stays, and nothing is
    taken for gone.
    """
    _check_key(server, home.owner_id)
    sync = _begin(sessions, server, home, progress)
    belonging.follow_tags(sync.sessions, sync.server, sync.owner_id)
    belonging.follow_people(sync.sessions, sync.server, sync.owner_id)
    if not sync.read(_changed(sync)):
        return sync.synced
    belonging.follow_stacks(sync.sessions, sync.server, sync.owner_id)
    belonging.follow_albums(sync, anew=census)
    with sessions() as session:
        is_due = census or mirrors.is_census_due(session, sync.owner_id)
    if (is_due or sync.reader.stuck) and not take_census(sync, believed=believed):
        return sync.synced
    _let_go(sync, believed=believed)
    in_transaction(sessions, partial(acting.unite_placed, home=home))
    in_transaction(sessions, partial(acting.follow_acts, owner_id=home.owner_id, before=sync.began))
    notice = partial(wishes.notice, owner_id=home.owner_id, before=sync.began)
    in_transaction(sessions, notice)
    in_transaction(sessions, partial(_end, sync=sync))
    sync.synced.finished = True
    return sync.synced


def foretell(sessions: Sessions, server: ImmichReader, home: Household, progress: Progress) -> int:
    """Return how many assets would be read; nothing is changed."""
    _check_key(server, home.owner_id)
    return len(_changed(_begin(sessions, server, home, progress)))


def _check_key(server: ImmichReader, owner_id: UUID) -> None:
    if server.account().user_id != owner_id:
        raise RemoteRefused(
            phrase("The API key belongs to another user of Immich now. Enter it again.")
        )


def _begin(sessions: Sessions, server: ImmichReader, home: Household, progress: Progress) -> Sync:
    with sessions.begin() as session:
        row = mirrors.mirror_of(session, home.owner_id)
        allowed = [Visibility(one) for one in row.visibilities]
        mark, began = mirrors.mark_of(row), clock(session)
    return Sync(sessions, server, home, progress, allowed, mark, began, reader=WindowReader(server))


def _changed(sync: Sync) -> list[UUID]:
    """Return the assets that Immich changed since the mark, and those that are wanted anyway."""
    wanted: dict[UUID, None] = {}
    for visibility in sync.visibilities:
        window = Window(visibility=visibility, updated_after=sync.mark.reads_from)
        for page in sync.reader.read(window):
            ours = [asset for asset in page if sync.is_ours(asset)]
            with sync.sessions() as session:
                known = assets.times_of(session, [asset.id for asset in ours])
            wanted |= dict.fromkeys(changed(ours, known))
            seen = [asset.updated_at for asset in page]
            sync.newest = max([*seen, *([sync.newest] if sync.newest else [])], default=None)
    with sync.sessions() as session:
        wanted |= dict.fromkeys(assets.to_read_again(session, sync.owner_id))
    return list(wanted)


def _let_go(sync: Sync, *, believed: bool) -> None:
    """Forget what Immich said is not there, or not to be seen, asset by asset."""
    with sync.sessions() as session:
        known = len(assets.known_times(session, sync.owner_id, None))
        gone = assets.assets_called(session, sync.missing)
        ids = [row.id for row in gone.values()]
    brake = None if believed else too_many(len(ids), known)
    sync.synced.brake = sync.synced.brake or brake
    if brake is None:
        in_transaction(sync.sessions, partial(_forget, ids=ids))
        sync.synced.gone = len(ids)


def _forget(session: Session, ids: list[int]) -> None:
    settle_assets(session, assets.forget_assets(session, ids))


def _end(session: Session, sync: Sync) -> None:
    """Move the mark: everything up to it is kept."""
    groups.drop_nobody(session, sync.owner_id)
    read_permitted(session)
    row = mirrors.mirror_of(session, sync.owner_id, update=True)
    mirrors.keep_mark(row, sync.mark.after(sync.newest, sync.began))
    row.synced_at, row.brake = clock(session), sync.synced.brake
    if sync.synced.counted:
        row.census_at, row.census_due = row.synced_at, sync.synced.brake is not None
        mirrors.end_belief(session, sync.owner_id)
