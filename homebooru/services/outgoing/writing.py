"""Writes sidecars as they are due, and takes back what was written: each step may be done twice.

What is about to be written, and what was there before, is committed before a file is touched; that
it is there, afterwards. Whoever is killed between the two leaves an order that is due again, and
the marks in the file tell what of it is ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from hashlib import sha256

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.outgoing import beside, ledger, orders
from homebooru.db.queries.outgoing.orders import Key
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RootRow, SidecarOrderRow
from homebooru.domain.intake import spelled
from homebooru.domain.outgoing.pushing import Held
from homebooru.domain.outgoing.sidecars import (
    NOTHING,
    Kept,
    Owned,
    Plan,
    Wish,
    as_it_is,
    heeding,
)
from homebooru.errors import NotWritten
from homebooru.phrases import phrase
from homebooru.ports import Progress, SidecarKeeper
from homebooru.services.outgoing.choosing import choose, load_profile
from homebooru.services.outgoing.following import follow_sidecars

BATCH = 100
AGAIN, LONGEST = timedelta(minutes=1), timedelta(days=1)
OFFLINE = phrase("The folder is offline. If it is on a disk that is not mounted, mount it.")
REMOVED = phrase("Its folder is not in the library any more. Add it again.")
READ_ONLY = phrase("The folder is marked read-only.")


@dataclass(frozen=True, slots=True)
class Task:
    """An order as it was taken, with what it takes to carry it out."""

    key: Key
    root: bytes
    attempts: int
    wish: Wish | None
    kept: Sequence[Kept] = ()


@dataclass(slots=True)
class Outcome:
    """What became of orders: files that are written now, those without us, and reasons."""

    written: dict[Key, Plan] = field(default_factory=dict)
    rid: list[Key] = field(default_factory=list)
    failed: dict[Key, tuple[NotWritten, int]] = field(default_factory=dict)
    done: list[Key] = field(default_factory=list)


def write_due(
    sessions: Sessions,
    keeper: SidecarKeeper,
    progress: Progress,
    *,
    worker_id: int | None = None,
    root_id: int | None = None,
) -> int:
    """Carry out the orders that are due; return how many files were written."""
    written = 0
    with sessions() as session:
        progress.expect(orders.count_orders(session, root_id))
    take = partial(_take, worker_id=worker_id, root_id=root_id)
    while progress.goes_on():
        taken = in_transaction(sessions, take)
        if not taken:
            break
        keys = [(order.root_id, order.picture) for order in taken]
        try:
            written += _carry_out(sessions, keeper, progress, taken)
        except Exception:
            in_transaction(sessions, partial(orders.release, keys=keys))
            raise
        progress.advance(len(taken), current=spelled(keys[-1][1]))
    return written


def _take(
    session: Session, *, worker_id: int | None, root_id: int | None
) -> Sequence[SidecarOrderRow]:
    taken = orders.take(session, limit=BATCH, worker_id=worker_id, root_id=root_id)
    session.expunge_all()
    return taken


def _carry_out(
    sessions: Sessions,
    keeper: SidecarKeeper,
    progress: Progress,
    taken: Sequence[SidecarOrderRow],
) -> int:
    outcome = Outcome()
    tasks = in_transaction(sessions, partial(_ready, taken=taken, outcome=outcome))
    plans = _plan(keeper, tasks, outcome)
    kept = {task.key: plan for task, plan in plans if _is_news(task, plan)}
    in_transaction(sessions, partial(ledger.keep_plans, plans=kept))
    for root in {task.root for task in tasks}:
        _write(keeper, root, [one for one in plans if one[0].root == root], outcome)
    in_transaction(sessions, partial(_note, outcome=outcome))
    for (_, picture), (error, _) in outcome.failed.items():
        progress.report_error(spelled(picture), str(error))
    return sum(plan.changes for plan in outcome.written.values()) + len(outcome.rid)


def _ready(session: Session, *, taken: Sequence[SidecarOrderRow], outcome: Outcome) -> list[Task]:
    """Return what can be done now; the rest is done with, or fails with a reason."""
    outcome.done.clear()
    outcome.failed.clear()
    roots = orders.roots_of(session, {order.root_id for order in taken})
    keys = [(order.root_id, order.picture) for order in taken]
    places = orders.posts_at(session, keys)
    wishes = choose(session, sorted(set(places.values())), load_profile(session))
    undone = [key for key, order in zip(keys, taken, strict=True) if order.wish == "undo"]
    kept = ledger.kept_of(session, keys) | ledger.kept_of(session, undone, whole=True)
    held = beside.held_at(session, keys)
    tasks = []
    for key, order in zip(keys, taken, strict=True):
        root = roots[order.root_id]
        ours = kept.get(key, [])
        chosen = wishes.get(places.get(key, 0)) if root.sidecars == "on" else None
        wish = None if order.wish == "undo" else _wish(order, chosen, ours, held.get(key))
        is_off = order.wish != "undo" and wish is None
        if is_off or not (ours or wish):
            outcome.done.append(key)
        elif reason := _hindrance(root):
            outcome.failed[key] = NotWritten(reason), order.attempts
        else:
            tasks.append(Task(key, root.path, order.attempts, wish, ours))
    return tasks


def _wish(
    order: SidecarOrderRow, chosen: Wish | None, ours: Sequence[Kept], held: Held | None
) -> Wish | None:
    """Want what is chosen, as it was ordered; where nothing is written, only what was undone goes.

    None lets all be as it is.
    """
    if chosen is None:
        chosen = as_it_is(ours) if held and ours else None
    if chosen is None:
        return None
    return replace(heeding(chosen, held), again=order.wish == "again")


def _hindrance(root: RootRow) -> str | None:
    if root.read_only:
        return READ_ONLY
    return {"offline": OFFLINE, "removed": REMOVED}.get(root.state)


def _plan(
    keeper: SidecarKeeper, tasks: Sequence[Task], outcome: Outcome
) -> list[tuple[Task, Plan]]:
    plans: list[tuple[Task, Plan]] = []
    for root in {task.root for task in tasks}:
        here = {task.key[1]: task for task in tasks if task.root == root}
        wishes = {p: (task.wish, task.kept) for p, task in here.items() if task.wish is not None}
        for picture, plan in keeper.plan(root, wishes).items():
            if isinstance(plan, NotWritten):
                outcome.failed[here[picture].key] = plan, here[picture].attempts
            else:
                plans.append((here[picture], plan))
    for task in tasks:
        if task.wish is None:
            for kept in task.kept:
                try:
                    plans.append((task, keeper.plan_undo(task.root, kept)))
                except NotWritten as error:
                    outcome.failed[task.key] = error, task.attempts
    return plans


def _is_news(task: Task, plan: Plan) -> bool:
    """Tell whether a plan is to be written down: what came with a moved sidecar is, too."""
    is_known = any(kept.path == plan.path for kept in task.kept)
    return task.wish is not None and (plan.changes or (bool(plan.owned) and not is_known))


def _write(
    keeper: SidecarKeeper, root: bytes, plans: Sequence[tuple[Task, Plan]], outcome: Outcome
) -> None:
    failed = keeper.write(root, [plan for _, plan in plans])
    for task, plan in plans:
        sidecar = task.key[0], plan.path
        if error := failed.get(plan.path):
            outcome.failed[task.key] = error, task.attempts
            continue
        if task.wish is None:
            outcome.rid.append(sidecar)
        elif _is_news(task, plan) or any(kept.path == plan.path for kept in task.kept):
            outcome.written[sidecar] = plan
        outcome.done.append(task.key)


def _note(session: Session, *, outcome: Outcome) -> None:
    digests = {key: sha256(plan.then or b"").digest() for key, plan in outcome.written.items()}
    owned: Mapping[Key, Owned] = {key: plan.owned for key, plan in outcome.written.items()}
    ledger.note_written(session, digests, owned)
    follow_sidecars(session, outcome.done)
    idle = [key for key, plan in outcome.written.items() if plan.owned == NOTHING]
    ledger.forget(session, [*outcome.rid, *idle])
    orders.finish(session, [key for key in outcome.done if key not in outcome.failed])
    for key, (error, attempts) in outcome.failed.items():
        delay = LONGEST if error.permanent else min(LONGEST, AGAIN * (1 << min(attempts, 12)))
        orders.try_later(session, key, str(error), delay)
