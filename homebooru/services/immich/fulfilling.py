"""Does at Immich what is wished of assets there, and believes it once it is read back.

What is about to be sent is committed before; whoever is killed after that reads first what came of
it. Nothing is ever deleted: what is thrown away goes into Immich's own trash.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.immich import wishes
from homebooru.db.queue import wake_to_follow
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.assets import AssetDetail
from homebooru.domain.immich.changes import AssetChange
from homebooru.domain.immich.mapping import Place
from homebooru.domain.immich.windows import Window
from homebooru.domain.immich.wishes import (
    FAVOURITE,
    KEYLESS,
    LOST,
    TRASH,
    AssetWish,
    Step,
    WishState,
    album_of,
    is_so,
)
from homebooru.errors import RemoteError, RemoteRefused
from homebooru.ports import Progress
from homebooru.ports.immich import ImmichUser
from homebooru.services.immich.household import JOB
from homebooru.services.immich.reading import WindowReader

BATCH = 200
LOOKS = 6
PAUSE = 0.5  # seconds between looks at what was sent
LATER = timedelta(minutes=1)
Places = Callable[[str], Place | None]
Pause = Callable[[float], object]


@dataclass(slots=True)
class Fulfilled:
    """How many wishes are as wanted for certain, and how many are not."""

    verified: int = 0
    failed: int = 0


@dataclass(slots=True)
class Wisher:
    """Whoever fulfils wishes, as it goes on."""

    sessions: Sessions
    progress: Progress
    places: Places
    pause: Pause
    done: Fulfilled = field(default_factory=Fulfilled)


def fulfil_due(
    sessions: Sessions,
    users: Mapping[UUID, ImmichUser],
    progress: Progress,
    *,
    places: Places,
    pause: Pause = time.sleep,
    worker_id: int | None = None,
) -> Fulfilled:
    """Fulfil the wishes that are due; the mirror then looks at what became of it."""
    wisher = Wisher(sessions, progress, places, pause)
    take = partial(wishes.take, limit=BATCH, worker_id=worker_id)
    while progress.goes_on() and (taken := in_transaction(sessions, take)):
        by_owner: dict[UUID, list[AssetWish]] = defaultdict(list)
        for one in taken:
            by_owner[one.owner_id].append(one)
        try:
            for owner, mine in by_owner.items():
                _fulfil_for(wisher, users.get(owner), mine)
        finally:
            ids = [one.id for one in taken]
            in_transaction(sessions, partial(wishes.release, ids=ids, after=LATER))
        progress.advance(len(taken))
    if wisher.done.verified:
        in_transaction(sessions, partial(wake_to_follow, name=JOB))
    return wisher.done


def _fulfil_for(wisher: Wisher, user: ImmichUser | None, mine: Sequence[AssetWish]) -> None:
    if user is None:
        _fail(wisher, mine, KEYLESS)
        return
    left = {one.id: one for one in _without_ours(wisher, mine)}
    try:
        _fulfil(wisher, user, left)
    except RemoteRefused as error:
        wisher.progress.report_error("Immich", str(error))
        _fail(wisher, left.values(), str(error))
    except RemoteError as error:
        wisher.progress.report_error("Immich", str(error))


def _without_ours(wisher: Wisher, mine: Iterable[AssetWish]) -> list[AssetWish]:
    """Leave out what lies in a folder here: that folder says what becomes of the file itself.

    Immich finds out at its next look into its library.
    """
    lies_here = [
        one
        for one in mine
        if one.thing == TRASH
        and not one.ours
        and one.library_id is not None
        and wisher.places(one.path) is not None
    ]
    in_transaction(wisher.sessions, partial(_drop, some=lies_here))
    return [one for one in mine if one not in lies_here]


def _fulfil(wisher: Wisher, user: ImmichUser, left: dict[int, AssetWish]) -> None:
    """Send what is to be sent, once; take out of `left` what has ended. The rest is for later."""
    sent: set[int] = set()
    for look in range(LOOKS):
        if look:
            wisher.pause(PAUSE)
        steps = _steps(wisher, user, left)
        sending = [one for one, step in steps if step is Step.SEND and one.id not in sent]
        if sending:
            in_transaction(wisher.sessions, partial(wishes.note_sending, wishes=sending))
            _send(user, sending)
            sent |= {one.id for one in sending}
        if not left:
            return


def _steps(
    wisher: Wisher, user: ImmichUser, left: dict[int, AssetWish]
) -> list[tuple[AssetWish, Step]]:
    """Tell what is still to be done, and note what has ended."""
    details = dict(user.details({one.remote_id for one in left.values()}))
    albums = _albums(user, left.values(), details)
    gone, steps = [], []
    for one in left.values():
        detail = details[one.remote_id]
        if detail is None:
            gone.append(one)
        else:
            so = is_so(one.thing, detail.asset, albums.get(one.remote_id, ()))
            steps.append((one, one.step(is_so=so)))
    in_transaction(wisher.sessions, partial(_note, gone=gone, steps=steps))
    ended = [one for one, step in steps if step is not Step.SEND]
    wisher.done.verified += sum(step is Step.VERIFIED for _, step in steps)
    wisher.done.failed += sum(step is Step.FAILED for _, step in steps)
    for one in (*gone, *ended):
        del left[one.id]
    return steps


def _albums(
    user: ImmichUser,
    mine: Iterable[AssetWish],
    details: Mapping[UUID, AssetDetail | None],
) -> dict[UUID, set[UUID]]:
    """Return in which of the albums that matter assets are."""
    wanted = {album for one in mine if (album := album_of(one.thing)) is not None}
    there = sorted({detail.asset.visibility for detail in details.values() if detail is not None})
    found: dict[UUID, set[UUID]] = defaultdict(set)
    reader = WindowReader(user)
    for album in wanted:
        for visibility in there:
            window = Window(visibility=visibility, album_id=album, with_people=False)
            for asset in reader.members(window, [visibility]):
                found[asset.id].add(album)
    return found


def _send(user: ImmichUser, some: Iterable[AssetWish]) -> None:
    """Say what is wanted, of many assets at once; that it answered is no proof."""
    alike: dict[tuple[str, bool], list[UUID]] = defaultdict(list)
    for one in some:
        alike[one.thing, one.wanted].append(one.remote_id)
    for (thing, wanted), assets in alike.items():
        if thing == TRASH:
            (user.trash if wanted else user.restore)(assets)
        elif thing == FAVOURITE:
            user.update(assets, AssetChange(favourite=wanted))
        elif (album := album_of(thing)) is not None:
            (user.add_to_album if wanted else user.remove_from_album)(album, assets)


def _note(
    session: Session, *, gone: Iterable[AssetWish], steps: Iterable[tuple[AssetWish, Step]]
) -> None:
    for one in gone:
        wishes.note_end(session, one, WishState.GONE)
    for one, step in steps:
        if step is Step.VERIFIED:
            wishes.note_end(session, one, WishState.VERIFIED)
        elif step is Step.FAILED:
            wishes.note_end(session, one, WishState.FAILED, LOST)
        elif step is Step.LEAVE:
            wishes.drop(session, one)


def _fail(wisher: Wisher, some: Iterable[AssetWish], reason: str) -> None:
    """Let wishes wait until somebody tries again: it is no use before something was mended."""
    failed = list(some)

    def note(session: Session) -> None:
        for one in failed:
            wishes.note_end(session, one, WishState.FAILED, reason)

    in_transaction(wisher.sessions, note)
    wisher.done.failed += len(failed)


def _drop(session: Session, *, some: Iterable[AssetWish]) -> None:
    for one in some:
        wishes.drop(session, one)
