"""What is said of tags themselves: links, refusals of links, categories and descriptions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries import tags
from homebooru.db.queries.records import any_of, records
from homebooru.db.tables import (
    TagAliasRow,
    TagDescriptionRow,
    TagImplicationRow,
    TagLinkRefusalRow,
)
from homebooru.domain.policy import PERSON
from homebooru.domain.vocabulary.acts import (
    Categorised,
    Change,
    Link,
    Matter,
    State,
    Thing,
)
from homebooru.domain.vocabulary.ways import Ways

LinkTable = type[TagAliasRow] | type[TagImplicationRow]
TABLES: Mapping[Matter, LinkTable] = {
    Matter.ALIAS: TagAliasRow,
    Matter.IMPLICATION: TagImplicationRow,
}
REFUSAL = TagLinkRefusalRow.__table__.c
DESCRIPTION = TagDescriptionRow.__table__.c


def read_states(session: Session, things: Collection[Thing]) -> dict[Thing, State]:
    """Return what is said of things; those of which nothing is are left out.

    A tag's category is there always: it is in one even where nobody says so.
    """
    tag_ids = sorted({thing.tag for thing in things})
    said: dict[Thing, State] = {}
    for matter, table in TABLES.items():
        said |= _links(session, matter, table, tag_ids)
    said |= _refusals(session, tag_ids)
    for tag, category in tags.read_categories(session, tag_ids).items():
        said[Thing(Matter.CATEGORY, tag)] = category
    for tag, text in read_descriptions(session, tag_ids).items():
        said[Thing(Matter.DESCRIPTION, tag)] = text
    wanted = set(things)
    return {thing: state for thing, state in said.items() if thing in wanted}


def read_descriptions(session: Session, tag_ids: Sequence[int]) -> dict[int, str]:
    """Return what people wrote of tags."""
    rows = session.execute(
        sa.select(DESCRIPTION.tag_id, DESCRIPTION.text).where(
            any_of(TagDescriptionRow.tag_id, tag_ids)
        )
    )
    return {row.tag_id: row.text for row in rows}


def read_ways(session: Session) -> Ways:
    """Return all links between tags that there are."""
    implications: dict[int, set[int]] = {}
    for tag, implied in _every(session, TagImplicationRow):
        implications.setdefault(tag, set()).add(implied)
    return Ways(dict(_every(session, TagAliasRow)), implications)


def write_states(session: Session, changes: Iterable[Change]) -> None:
    """Let what is said be as it is after some changes.

    What is taken away goes first, so that a tag may mean something else at once.
    """
    changes = list(changes)
    links = [change for change in changes if change.thing.is_link]
    _unlink(session, [change.thing for change in links])
    _link(session, links)
    _describe(session, [c for c in changes if c.thing.matter is Matter.DESCRIPTION])
    categories = {c.thing.tag: c.after for c in changes if isinstance(c.after, Categorised)}
    if categories:
        tags.write_categories(session, categories)


def _every(session: Session, table: LinkTable) -> list[tuple[int, int]]:
    rows = session.execute(sa.select(table.antecedent_id, table.consequent_id))
    return [(row.antecedent_id, row.consequent_id) for row in rows]


def _links(
    session: Session, matter: Matter, table: LinkTable, tag_ids: Sequence[int]
) -> dict[Thing, State]:
    rows = session.execute(
        sa.select(table.antecedent_id, table.consequent_id, table.made_by).where(
            any_of(table.antecedent_id, tag_ids)
        )
    )
    return {
        Thing(matter, row.antecedent_id, row.consequent_id): Link(True, row.made_by) for row in rows
    }


def _refusals(session: Session, tag_ids: Sequence[int]) -> dict[Thing, State]:
    rows = session.scalars(
        sa.select(TagLinkRefusalRow).where(any_of(TagLinkRefusalRow.antecedent_id, tag_ids))
    )
    return {
        Thing(Matter(row.matter), row.antecedent_id, row.consequent_id): Link(False, PERSON)
        for row in rows
    }


def _unlink(session: Session, links: Iterable[Thing]) -> None:
    """Forget all that is said of links."""
    by_matter: dict[Matter, list[dict[str, int | None]]] = {}
    for link in links:
        pair = {"antecedent_id": link.tag, "consequent_id": link.other}
        by_matter.setdefault(link.matter, []).append(pair)
    for matter, pairs in by_matter.items():
        given = records(pairs, [REFUSAL.antecedent_id, REFUSAL.consequent_id])
        for table in (TABLES[matter], TagLinkRefusalRow):
            same = sa.and_(
                table.antecedent_id == given.c.antecedent_id,
                table.consequent_id == given.c.consequent_id,
                REFUSAL.matter == matter if table is TagLinkRefusalRow else sa.true(),
            )
            session.execute(
                sa.delete(table).where(same).execution_options(synchronize_session=False)
            )


def _link(session: Session, changes: Iterable[Change]) -> None:
    """Keep what is said of links after some changes, where something is."""
    rows = [_row(c.thing, c.after) for c in changes if isinstance(c.after, Link)]
    for matter, table in TABLES.items():
        if held := [row for row in rows if row["matter"] == matter and row["holds"]]:
            _insert(session, table, held, ["antecedent_id", "consequent_id", "made_by"])
    if refused := [row for row in rows if not row["holds"]]:
        _insert(session, TagLinkRefusalRow, refused, ["matter", "antecedent_id", "consequent_id"])


def _row(link: Thing, state: Link) -> dict[str, object]:
    return {
        "matter": link.matter,
        "antecedent_id": link.tag,
        "consequent_id": link.other,
        "made_by": state.by,
        "holds": state.holds,
    }


def _insert(
    session: Session,
    table: LinkTable | type[TagLinkRefusalRow],
    rows: list[dict[str, object]],
    names: list[str],
) -> None:
    given = records(rows, [table.__table__.c[name] for name in names])
    session.execute(insert(table).from_select(names, sa.select(*(given.c[name] for name in names))))


def _describe(session: Session, changes: Sequence[Change]) -> None:
    if not changes:
        return
    gone = any_of(TagDescriptionRow.tag_id, [change.thing.tag for change in changes])
    session.execute(
        sa.delete(TagDescriptionRow).where(gone).execution_options(synchronize_session=False)
    )
    rows = [{"tag_id": c.thing.tag, "text": c.after} for c in changes if c.after is not None]
    given = records(rows, [DESCRIPTION.tag_id, DESCRIPTION.text])
    session.execute(
        insert(TagDescriptionRow).from_select(
            ["tag_id", "text"], sa.select(given.c.tag_id, given.c.text)
        )
    )
