"""Pushes to Immich as it is due: planned, sent, settled, read back, and repaired.

What is about to be sent is committed before, what came of it afterwards. Whoever is killed between
the two leaves an order that is due again; what the asset shows then tells whether it was sent.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.outgoing import pushed, pushes
from homebooru.db.queries.outgoing.pushes import Target
from homebooru.db.retrying import in_transaction
from homebooru.domain.outgoing.pushing import (
    KEYLESS,
    UNWRITABLE,
    Channel,
    Place,
    State,
)
from homebooru.errors import RemoteError, RemoteRefused
from homebooru.ports import Progress
from homebooru.ports.immich import ImmichUser
from homebooru.services.outgoing.aiming import Aim, Places, aim
from homebooru.services.outgoing.rounds import (
    LATER,
    Pushed,
    Pusher,
    Rounds,
    entry_of,
    note_ends,
    postpone,
)
from homebooru.services.outgoing.settling import Pause

BATCH = 200
WAITS = timedelta(seconds=20)


def push_due(
    sessions: Sessions,
    users: Mapping[UUID, ImmichUser],
    progress: Progress,
    *,
    places: Places,
    pause: Pause = time.sleep,
    worker_id: int | None = None,
) -> Pushed:
    """Bring assets up to date that are due, each for the user whose it is; return what came of it."""
    pusher = Pusher(sessions, users, progress, places, pause, worker_id)
    with sessions() as session:
        progress.expect(pushes.count_orders(session))
    take = partial(pushes.take, limit=BATCH, worker_id=worker_id)
    while progress.goes_on():
        if not (taken := in_transaction(sessions, take)):
            _end(pusher, pusher.reason, goes_on=pusher.waits)
            break
        ids = [order.asset_id for order in taken]
        try:
            _push(pusher, in_transaction(sessions, partial(pushes.targets, orders=taken)), ids)
        except Exception as error:
            in_transaction(sessions, partial(pushes.release, asset_ids=ids))
            _end(pusher, str(error) or type(error).__name__)
            raise
    return pusher.pushed


def _end(pusher: Pusher, reason: str | None, *, goes_on: bool = False) -> None:
    """Let what goes on end, or say why it `goes_on` only later; so does what was only stopped."""
    in_transaction(pusher.sessions, partial(pushed.end, reason=reason, goes_on=goes_on))


def _push(pusher: Pusher, targets: Sequence[Target], taken: Iterable[int]) -> None:
    """Push what was taken, one user's after the other's."""
    unowned = set(taken) - {target.asset_id for target in targets}
    in_transaction(pusher.sessions, partial(pushes.finish, asset_ids=unowned))
    for owner in sorted({target.owner_id for target in targets}):
        mine = [target for target in targets if target.owner_id == owner]
        user = pusher.users.get(owner)
        if user is None:
            _fail(pusher, mine, KEYLESS)
            continue
        try:
            _push_for(pusher, user, mine)
        except RemoteRefused as error:
            pusher.reason = str(error)
            pusher.progress.report_error(mine[0].path, str(error))
            _fail(pusher, mine, str(error))
        except RemoteError as error:
            pusher.reason, pusher.waits = str(error), True
            wait = (error.until or datetime.now(UTC) + LATER) - datetime.now(UTC)
            pusher.progress.report_error(mine[0].path, str(error))
            postpone(pusher, mine, max(wait, timedelta(seconds=1)))


def _fail(pusher: Pusher, targets: Sequence[Target], reason: str) -> None:
    """Let assets wait until somebody tries again: it is no use before something was mended.

    What was sent to them meanwhile stays known, and those that have ended stay as they are.
    """
    ids = [target.asset_id for target in targets]
    fail = partial(pushes.fail, asset_ids=ids, reason=reason)
    pusher.pushed.failed += in_transaction(pusher.sessions, fail)


def _push_for(pusher: Pusher, user: ImmichUser, targets: Sequence[Target]) -> None:
    aims = in_transaction(pusher.sessions, partial(aim, targets=targets, places=pusher.places))
    ready = [one for one in aims if not one.waits]
    in_transaction(pusher.sessions, partial(_note_waiting, aims=[a for a in aims if a.waits]))
    pusher.waits |= any(one.waits and one.reason is None for one in aims)
    first, held, unproven = _probe(pusher.sessions, ready)
    postpone(pusher, [one.target for one in ready if one not in first], timedelta())
    postpone(pusher, held, LATER)
    tags = pusher.tags_of(user, targets[0].owner_id)
    aims = [replace(one, wanted=tags.usable(one.wanted)) for one in first]
    rounds = Rounds(pusher, user, tags, {one.target.remote_id: one for one in aims})
    rounds.go()
    for place in {target.place for target in rounds.lost} & unproven:
        in_transaction(pusher.sessions, partial(pushes.give_up, place=place, reason=UNWRITABLE))
    pusher.progress.advance(len(first), current=first[-1].target.path if first else None)


def _note_waiting(session: Session, *, aims: Sequence[Aim]) -> None:
    """Let those whose sidecar cannot be written fail with its reason; others are looked at later."""
    failed = [one for one in aims if one.reason is not None]
    ends = [entry_of(one, State.FAILED, one.target.ledger, one.reason) for one in failed]
    note_ends(session, ends=ends)
    waiting = [one.target.asset_id for one in aims if one.reason is None]
    pushes.release(session, waiting, after=WAITS)


def _probe(sessions: Sessions, aims: Sequence[Aim]) -> tuple[list[Aim], list[Target], set[Place]]:
    """Return what may go now, and what is to wait until a place has shown that it keeps tags.

    Until then one asset goes, the one that is under way already if there is; where it is not
    here, the others wait for longer.
    """
    places = {one.target.place for one in aims if one.channel is Channel.API}
    with sessions() as session:
        unproven = places - pushes.proven(session, places)
        chosen = pushes.under_way(session, unproven)
    asking = [
        one
        for one in aims
        if one.channel is Channel.API and one.wanted and one.target.place in unproven
    ]
    here = {one.target.asset_id for one in aims}
    held = [
        one.target
        for one in asking
        if chosen.get(one.target.place, one.target.asset_id) not in here
    ]
    for one in asking:
        chosen.setdefault(one.target.place, one.target.asset_id)
    first = [
        one for one in aims if one not in asking or chosen[one.target.place] == one.target.asset_id
    ]
    return first, held, unproven
