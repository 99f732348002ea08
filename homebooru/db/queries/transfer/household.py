"""What an export holds of the household: its settings, people, words on tags, pools and batches."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.transfer.references import reference
from homebooru.db.tables import (
    AccountRow,
    EditBatchRow,
    MirrorRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    RootRow,
    SavedSearchRow,
    SettingRow,
    TagAliasRow,
    TagDescriptionRow,
    TagImplicationRow,
    TagLinkRefusalRow,
    TagRow,
)
from homebooru.domain.accounts import OWNER_ID
from homebooru.domain.tags import Category
from homebooru.domain.transfer import NAMELESS, told
from homebooru.domain.transfer.shapes import Line

PAGE = 1000
LinkTable = type[TagAliasRow | TagImplicationRow]
LINKS: Mapping[str, LinkTable] = {"alias": TagAliasRow, "implication": TagImplicationRow}


def read_accounts(session: Session) -> dict[int, str]:
    """Return what accounts are called in an export."""
    rows = session.execute(sa.select(AccountRow.id, AccountRow.name))
    return {row.id: row.name or NAMELESS for row in rows}


def household_lines(session: Session, accounts: dict[int, str]) -> Iterator[Line]:
    """Yield the lines of all that comes before the posts."""
    yield from _settings(session)
    yield from _accounts(session)
    yield from _tags(session)
    for kind, table in LINKS.items():
        yield from _links(session, kind, table)
    yield from _refusals(session)
    yield from _pools(session)
    yield from _searches(session, accounts)
    yield from _batches(session, accounts)


def member_lines(session: Session) -> Iterator[Line]:
    """Yield the lines of what is in pools."""
    wanted = (
        sa.select(PoolRow.name, PoolPostRow.position, *reference())
        .join(PoolRow, PoolRow.id == PoolPostRow.pool_id)
        .join(PostRow, PostRow.id == PoolPostRow.post_id)
        .order_by(PoolRow.name, PoolPostRow.position, PoolPostRow.post_id)
    )
    for row in _streamed(session, wanted):
        if row.reference is not None:
            yield {
                "kind": "member",
                "pool": row.name,
                "post": row.reference,
                "position": row.position,
            }


def _streamed(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """Read rows a page at a time: there may be any number."""
    return iter(session.execute(wanted.execution_options(yield_per=PAGE)))


def _settings(session: Session) -> Iterator[Line]:
    for row in session.scalars(sa.select(SettingRow).order_by(SettingRow.name)):
        yield {"kind": "setting", "name": row.name, "value": row.value}


def _accounts(session: Session) -> Iterator[Line]:
    rows = session.execute(sa.select(RootRow.id, RootRow.path))
    folders = {row.id: os.fsdecode(row.path) for row in rows}
    users = dict(session.execute(sa.select(MirrorRow.number, MirrorRow.owner_id)).all())
    for row in session.scalars(sa.select(AccountRow).order_by(AccountRow.id)):
        mine = (
            None
            if row.root_ids is None
            else [folders[one] for one in row.root_ids if one in folders]
        )
        yield {
            "kind": "account",
            "name": row.name or NAMELESS,
            "owner": row.id == OWNER_ID,
            "admin": row.is_admin,
            "ceiling": row.rating_ceiling,
            "unrated_as": row.unrated_as,
            "folders": mine,
            "immich": [str(users[one]) for one in row.mirrors if one in users],
            "made_at": told(row.created_at),
        }


def _tags(session: Session) -> Iterator[Line]:
    """Yield tags by whose word their category is, since lists are taken up from one voice each."""
    wanted = (
        sa.select(TagRow.name, TagRow.category, TagRow.category_by, TagDescriptionRow.text)
        .outerjoin(TagDescriptionRow, TagDescriptionRow.tag_id == TagRow.id)
        .order_by(TagRow.category_by, TagRow.name)
    )
    for row in _streamed(session, wanted):
        yield {
            "kind": "tag",
            "name": row.name,
            "category": Category(row.category).label,
            "by": row.category_by,
            "description": row.text,
        }


def _links(session: Session, kind: str, table: LinkTable) -> Iterator[Line]:
    one, other = aliased(TagRow), aliased(TagRow)
    wanted = (
        sa.select(one.name, other.name.label("other"), table.made_by)
        .join(one, one.id == table.antecedent_id)
        .join(other, other.id == table.consequent_id)
        .order_by(table.made_by, one.name, other.name)
    )
    for row in _streamed(session, wanted):
        yield {"kind": kind, "from": row.name, "to": row.other, "by": row.made_by}


def _refusals(session: Session) -> Iterator[Line]:
    one, other = aliased(TagRow), aliased(TagRow)
    refusal = TagLinkRefusalRow
    wanted = (
        sa.select(refusal.matter, one.name, other.name.label("other"))
        .join(one, one.id == refusal.antecedent_id)
        .join(other, other.id == refusal.consequent_id)
        .order_by(refusal.matter, one.name, other.name)
    )
    for row in _streamed(session, wanted):
        yield {"kind": "refusal", "matter": row.matter, "from": row.name, "to": row.other}


def _pools(session: Session) -> Iterator[Line]:
    for row in session.scalars(sa.select(PoolRow).order_by(PoolRow.name)):
        yield {
            "kind": "pool",
            "name": row.name,
            "category": row.category,
            "description": row.description,
            "made_at": told(row.created_at),
            "changed_at": told(row.updated_at),
        }


def _searches(session: Session, accounts: dict[int, str]) -> Iterator[Line]:
    row = SavedSearchRow
    for one in session.scalars(sa.select(row).order_by(row.account_id, row.name)):
        yield {
            "kind": "search",
            "by": accounts[one.account_id],
            "name": one.name,
            "query": one.query,
            "made_at": told(one.created_at),
            "changed_at": told(one.updated_at),
        }


def _batches(session: Session, accounts: dict[int, str]) -> Iterator[Line]:
    wanted = sa.select(EditBatchRow).order_by(EditBatchRow.id).execution_options(yield_per=PAGE)
    for row in session.scalars(wanted):
        yield {
            "kind": "batch",
            "id": row.id,
            "by": None if row.account_id is None else accounts[row.account_id],
            "via": row.via,
            "script": row.script,
            "query": row.query,
            "posts": row.posts,
            "changed": row.changed,
            "left_alone": row.left_alone,
            "made_at": told(row.made_at),
            "finished_at": told(row.finished_at) if row.finished_at else None,
        }
