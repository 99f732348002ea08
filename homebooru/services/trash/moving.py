"""Moves files into the trash and back, and removes them: each step may be done twice.

Where a file goes is committed before it is moved, that it is there afterwards. Whoever is killed
between the two leaves an order that is due again, and the disk tells how far it was carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import posts
from homebooru.db.queries.trash import orders, places
from homebooru.db.queries.trash.orders import Ordered
from homebooru.db.retrying import in_transaction
from homebooru.domain.editing.trash import Wish, renamed, told_aside
from homebooru.domain.intake import spelled
from homebooru.errors import FileGone, NotMoved
from homebooru.phrases import phrase
from homebooru.ports import Progress, ThumbnailKeeper, TrashKeeper, TrashMove, TrashPlan
from homebooru.services.library.settling import settle

BATCH = 100
TRIES = 20  # at names that somebody else takes in the very moment
AGAIN, LONGEST = timedelta(minutes=1), timedelta(days=1)
OFFLINE = phrase("The folder is offline. If it is on a disk that is not mounted, mount it.")
READ_ONLY = phrase(
    "Its folder is marked read-only, so it stays in the trash there. Under Sidecars, say that the "
    "folder is no longer read-only."
)
REMOVED = phrase("Its folder is not in the library any more. Add it again.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order: done, perhaps at another `path`, or why not.

    Where it failed, `in_place` tells whether the file surely is where it always was.
    """

    one: Ordered
    move: TrashMove | None = None
    path: bytes | None = None
    error: FileGone | NotMoved | None = None
    in_place: bool = True


def move_due(
    sessions: Sessions,
    keeper: TrashKeeper,
    thumbs: ThumbnailKeeper,
    progress: Progress,
    *,
    worker_id: int | None = None,
) -> int:
    """Carry out the orders that are due; return how many files were looked at."""
    done = 0
    with sessions() as session:
        progress.expect(orders.count_orders(session))
    while progress.goes_on():
        taken = in_transaction(sessions, partial(_take, worker_id=worker_id))
        if not taken:
            break
        try:
            _carry_out(sessions, keeper, thumbs, progress, taken)
        except Exception:
            in_transaction(sessions, partial(orders.release, file_ids=[o.file_id for o in taken]))
            raise
        done += len(taken)
        progress.advance(len(taken), current=spelled(taken[-1].path))
    return done


def _take(session: Session, *, worker_id: int | None) -> list[Ordered]:
    return orders.take(session, limit=BATCH, worker_id=worker_id)


def _carry_out(
    sessions: Sessions,
    keeper: TrashKeeper,
    thumbs: ThumbnailKeeper,
    progress: Progress,
    taken: Sequence[Ordered],
) -> None:
    ready, outcomes = _ready(sessions, keeper, taken)
    for one in ready:
        outcomes.append(_move(sessions, keeper, one))
    keeper.sync(outcome.move for outcome in outcomes if outcome.move and not outcome.error)
    unseen = in_transaction(sessions, partial(_note, outcomes=outcomes))
    thumbs.drop(unseen)
    for outcome in outcomes:
        _tell(progress, outcome)


def _ready(
    sessions: Sessions, keeper: TrashKeeper, taken: Sequence[Ordered]
) -> tuple[list[Ordered], list[Outcome]]:
    """Return the orders that can be carried out, and what became of the others."""
    ready, fresh, outcomes = [], [], []
    for one in taken:
        if one.root_state in ("offline", "removed") and _needs_disk(one):
            reason = OFFLINE if one.root_state == "offline" else REMOVED
            outcomes.append(Outcome(one, error=NotMoved(reason), in_place=not one.planned))
        elif one.wish is Wish.TRASH and not one.planned:
            fresh.append(one)
        else:
            ready.append(one)
    planned, failed = _plan(sessions, keeper, fresh)
    return [*ready, *planned], [*outcomes, *failed]


def _needs_disk(one: Ordered) -> bool:
    return one.planned or (one.wish is Wish.TRASH and one.lies)


def _plan(
    sessions: Sessions, keeper: TrashKeeper, fresh: Iterable[Ordered]
) -> tuple[list[Ordered], list[Outcome]]:
    """Choose where files go and write that down; a file that is not believed there is left."""
    by_root: dict[bytes, list[Ordered]] = {}
    outcomes = []
    for one in fresh:
        if one.lies and one.root_trash == "move":
            by_root.setdefault(one.root, []).append(one)
        else:
            outcomes.append(Outcome(one))
    plans: list[tuple[Ordered, TrashPlan]] = []
    for root, ones in by_root.items():
        chosen = keeper.plan(root, {one.file_id: (one.path, one.stamp) for one in ones})
        for one in ones:
            plan = chosen[one.file_id]
            if isinstance(plan, TrashPlan):
                plans.append((one, plan))
            else:
                outcomes.append(Outcome(one, error=plan))
    return in_transaction(sessions, partial(_keep_plans, plans=plans)), outcomes


def _keep_plans(session: Session, *, plans: Sequence[tuple[Ordered, TrashPlan]]) -> list[Ordered]:
    posts.lock_intake(session)
    kept = []
    for one, plan in plans:
        sidecars = _own(session, one, plan.sidecars)
        kept.append(
            replace(places.keep_plan(session, one, plan.trash_path, sidecars), planned=True)
        )
    return kept


def _own(session: Session, one: Ordered, sidecars: Sequence[bytes]) -> tuple[bytes, ...]:
    """Leave out what a picture shares with another that is in the trash already."""
    name = one.path.rpartition(b"/")[2]
    is_shared = any(not sidecar.startswith(name) for sidecar in sidecars) and bool(
        places.others_from(session, one)
    )
    return tuple(one for one in sidecars if not is_shared or one.startswith(name))


def _move(sessions: Sessions, keeper: TrashKeeper, one: Ordered) -> Outcome:
    """Do to a file what is wanted; nothing is to be done to one that never left its place."""
    if not one.planned:
        return Outcome(one)
    move = _move_of(one, one.path)
    try:
        if one.read_only:
            raise NotMoved(READ_ONLY)
        match one.wish:
            case Wish.TRASH:
                keeper.put(move)
            case Wish.REMOVE:
                keeper.remove(move)
            case Wish.RESTORE:
                move = _take_back(sessions, keeper, one)
    except (FileGone, NotMoved) as error:
        return Outcome(one, move, error=error, in_place=keeper.is_in_place(move))
    return Outcome(one, move, move.path)


def _take_back(sessions: Sessions, keeper: TrashKeeper, one: Ordered) -> TrashMove:
    """Put a file back where it was, or beside it where something else is by now."""
    path = one.back_path or one.path
    for _ in range(TRIES):
        move = _move_of(one, path)
        try:
            keeper.take_back(move)
        except FileExistsError:
            path = keeper.free_path(one.root, one.path, one.sidecars)
            keep = partial(places.keep_back_path, file_id=one.file_id, path=path)
            in_transaction(sessions, keep)
        else:
            return move
    raise NotMoved(phrase("Others take every free name beside its old place."))


def _move_of(one: Ordered, path: bytes) -> TrashMove:
    assert one.trash_path is not None
    name, new = one.path.rpartition(b"/")[2], path.rpartition(b"/")[2]
    pairs = tuple((renamed(sidecar, name, new), sidecar) for sidecar in one.sidecars)
    return TrashMove(one.root, path, one.trash_path, one.stamp, pairs)


def _note(session: Session, *, outcomes: Sequence[Outcome]) -> list[bytes]:
    """Write down what became of orders; return digests of pictures that are no more."""
    posts.lock_intake(session)
    touched: set[int] = set()
    removed: set[int] = set()
    for outcome in outcomes:
        one = outcome.one
        if outcome.error is not None:
            _note_failure(session, outcome, touched)
        elif outcome.move is None:
            places.stay(session, one, None)
        elif one.wish is Wish.TRASH:
            if places.finish_in(session, one):
                touched.add(one.post_id)
        elif one.wish is Wish.RESTORE:
            assert outcome.path is not None
            touched |= places.finish_back(session, one, outcome.path)
        else:
            places.finish_removed(session, one)
            removed.add(one.post_id)
    settle(session, touched | removed)
    return posts.forget_looks(session, removed)


def _note_failure(session: Session, outcome: Outcome, touched: set[int]) -> None:
    one, error = outcome.one, outcome.error
    if isinstance(error, FileGone) and one.wish is not Wish.TRASH:
        places.finish_removed(session, one)
        touched.add(one.post_id)
        return
    stays = one.wish is Wish.TRASH and outcome.in_place
    if stays and isinstance(error, NotMoved) and error.permanent:
        places.stay(session, one, str(error))
    else:
        delay = min(LONGEST, AGAIN * (1 << min(one.attempts - 1, 12)))
        places.try_later(session, one, str(error), delay, in_folder=stays)


def _tell(progress: Progress, outcome: Outcome) -> None:
    one = outcome.one
    if outcome.error is not None:
        progress.report_error(spelled(one.path), str(outcome.error))
    elif one.wish is Wish.RESTORE and outcome.path not in (None, one.path):
        progress.report_error(spelled(one.path), told_aside(spelled(outcome.path or b"")))
