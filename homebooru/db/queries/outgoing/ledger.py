"""What we wrote into sidecars, what is ours there, and what was there before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.outgoing.orders import ORDER, Key, is_lost
from homebooru.db.tables import SidecarRow
from homebooru.domain.outgoing.sidecars import (
    Kept,
    Owned,
    Plan,
    RootSidecars,
    owned_from_json,
    owned_to_json,
)

ROW = SidecarRow
REASONS = 5


def kept_of(
    session: Session, keys: Collection[Key], *, whole: bool = False
) -> dict[Key, list[Kept]]:
    """Return what is kept of the sidecars of pictures; with `whole` also what they held before us.

    What was planned and perhaps never written is no knowledge of what is there.
    """
    before = ROW.before if whole else sa.null().label("before")
    rows = session.execute(
        sa.select(ROW.root_id, ROW.picture, ROW.path, ROW.owned, ROW.digest, before).where(
            sa.tuple_(ROW.root_id, ROW.picture).in_(keys)
        )
    )
    kept: dict[Key, list[Kept]] = defaultdict(list)
    for row in rows:
        owned = owned_from_json(row.owned) if row.digest or whole else Owned()
        one = Kept(path=row.path, owned=owned, before=row.before, digest=row.digest)
        kept[row.root_id, row.picture].append(one)
    return kept


def keep_plans(session: Session, plans: Mapping[Key, Plan]) -> None:
    """Write down what is about to be written, and what was there before we ever wrote."""
    rows = {
        (root_id, plan.path): {
            "root_id": root_id,
            "path": plan.path,
            "picture": picture,
            "before": plan.before,
            "owned": owned_to_json(plan.owned),
        }
        for (root_id, picture), plan in plans.items()
    }
    if rows:
        new = insert(ROW).values(list(rows.values()))
        session.execute(
            new.on_conflict_do_update(
                index_elements=[ROW.root_id, ROW.path],
                set_={
                    "picture": new.excluded.picture,
                    "owned": new.excluded.owned,
                    "digest": None,
                },
            )
        )


WRITTEN = (
    sa.update(ROW)
    .where(ROW.root_id == sa.bindparam("in_root"), ROW.path == sa.bindparam("at"))
    .values(digest=sa.bindparam("sha256"), owned=sa.bindparam("ours"), written_at=sa.func.now())
)


def note_written(
    session: Session, digests: Mapping[Key, bytes], owned: Mapping[Key, Owned]
) -> None:
    """Write down what surely is there now, by root and path of the sidecar."""
    rows = [
        {
            "in_root": root_id,
            "at": path,
            "sha256": digest,
            "ours": owned_to_json(owned[root_id, path]),
        }
        for (root_id, path), digest in digests.items()
    ]
    if rows:
        session.connection().execute(WRITTEN, rows)


def forget(session: Session, paths: Collection[Key]) -> None:
    """Forget sidecars in which nothing is ours any more, by root and path of the sidecar."""
    if paths:
        session.execute(sa.delete(ROW).where(sa.tuple_(ROW.root_id, ROW.path).in_(paths)))


def count_by_root(session: Session) -> dict[int, RootSidecars]:
    """Return how the sidecars of each root are: written, waiting, and left with a reason."""
    written = session.execute(
        sa.select(
            ROW.root_id,
            sa.func.count().filter(ROW.digest.is_not(None)),
            sa.func.count().filter(is_lost()),
        ).group_by(ROW.root_id)
    )
    ours = {root_id: (count, gone) for root_id, count, gone in written}
    waiting = session.execute(
        sa.select(
            ORDER.root_id,
            sa.func.count().filter(ORDER.reason.is_(None)),
            sa.func.count().filter(ORDER.reason.is_not(None)),
        ).group_by(ORDER.root_id)
    )
    due = {root_id: (count, failed) for root_id, count, failed in waiting}
    return {
        root_id: RootSidecars(
            written=ours.get(root_id, (0, 0))[0],
            changed_elsewhere=ours.get(root_id, (0, 0))[1],
            waiting=due.get(root_id, (0, 0))[0],
            failed=due.get(root_id, (0, 0))[1],
            reasons=_reasons(session, root_id) if due.get(root_id, (0, 0))[1] else (),
        )
        for root_id in ours.keys() | due.keys()
    }


def _reasons(session: Session, root_id: int) -> tuple[tuple[str, int], ...]:
    rows = session.execute(
        sa.select(ORDER.reason, sa.func.count())
        .where(ORDER.root_id == root_id, ORDER.reason.is_not(None))
        .group_by(ORDER.reason)
        .order_by(sa.func.count().desc(), ORDER.reason)
        .limit(REASONS)
    )
    return tuple((reason or "", count) for reason, count in rows)
