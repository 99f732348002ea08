"""Takes up what an export holds of the household, beside what is here already."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries import accounts as people
from homebooru.db.queries.immich.mirrors import mirror_of
from homebooru.db.tables import (
    AccountRow,
    EditBatchRow,
    PoolPostRow,
    PoolRow,
    RootRow,
    SavedSearchRow,
    SettingRow,
)
from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.transfer.shapes import Line


def keep_setting(session: Session, line: Line) -> None:
    """Keep a setting that nobody set here."""
    new = insert(SettingRow).values(name=line["name"], value=line["value"])
    session.execute(new.on_conflict_do_nothing())


def keep_account(session: Session, line: Line) -> int:
    """Return the account that is called so; made without a password where there is none.

    The owner of a machine is the owner of this one, unless that one has another name.
    """
    people.lock(session)
    if line["name"] and (row := people.find_by_name(session, line["name"])) is not None:
        return row.id
    owner = session.get_one(AccountRow, OWNER_ID)
    if line["owner"] and (owner.name is None or not line["name"]):
        return owner.id
    row = AccountRow(
        name=line["name"],
        is_admin=line["admin"],
        rating_ceiling=line["ceiling"],
        unrated_as=line["unrated_as"],
        root_ids=None if line["folders"] is None else _roots(session, line["folders"]),
        mirrors=[mirror_of(session, UUID(one)).number for one in line.get("immich") or ()],
        created_at=datetime.fromisoformat(line["made_at"]),
    )
    session.add(row)
    session.flush()
    return row.id


def keep_pool(session: Session, line: Line) -> tuple[int, int]:
    """Return the pool that is called so, and behind which place the export's posts come in it."""
    name = sa.func.lower(PoolRow.name) == line["name"].lower()
    known = session.scalar(sa.select(PoolRow.id).where(name))
    if known is not None:
        last = sa.select(sa.func.max(PoolPostRow.position)).where(PoolPostRow.pool_id == known)
        return known, (session.scalar(last) or 0) + 1
    row = PoolRow(
        name=line["name"],
        category=line["category"],
        description=line["description"],
        created_at=datetime.fromisoformat(line["made_at"]),
        updated_at=datetime.fromisoformat(line["changed_at"]),
    )
    session.add(row)
    session.flush()
    return row.id, 0


def keep_members(session: Session, rows: Sequence[Mapping[str, int]]) -> None:
    """Put posts into pools; those that are in one stay where they are."""
    if rows:
        session.execute(insert(PoolPostRow).values(list(rows)).on_conflict_do_nothing())


def keep_search(session: Session, account_id: int, line: Line) -> None:
    """Keep a saved search, unless the one of that name here was changed later."""
    row = SavedSearchRow
    changed_at = datetime.fromisoformat(line["changed_at"])
    same = (row.account_id == account_id, sa.func.lower(row.name) == line["name"].lower())
    known = session.scalars(sa.select(row).where(*same)).one_or_none()
    if known is None:
        made_at = datetime.fromisoformat(line["made_at"])
        session.add(
            row(
                account_id=account_id,
                name=line["name"],
                query=line["query"],
                created_at=made_at,
                updated_at=changed_at,
            )
        )
    elif known.updated_at < changed_at:
        known.query, known.updated_at = line["query"], changed_at


def keep_batch(session: Session, account_id: int | None, line: Line) -> int:
    """Return the batch of edits that was made then; a batch is known by its moment."""
    made_at = datetime.fromisoformat(line["made_at"])
    known = sa.select(EditBatchRow.id).where(EditBatchRow.made_at == made_at)
    if (found := session.scalar(known.limit(1))) is not None:
        return found
    ended = line["finished_at"]
    plain = {
        name: line[name] for name in ("via", "script", "query", "posts", "changed", "left_alone")
    }
    row = EditBatchRow(
        account_id=account_id,
        made_at=made_at,
        finished_at=datetime.fromisoformat(ended) if ended else sa.func.now(),
        **plain,
    )
    session.add(row)
    session.flush()
    return row.id


def _roots(session: Session, folders: Sequence[str]) -> list[int]:
    paths = [os.fsencode(folder) for folder in folders]
    return sorted(session.scalars(sa.select(RootRow.id).where(RootRow.path.in_(paths))))
