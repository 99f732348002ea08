"""Tags by name and id, and the part of the vocabulary that matters to some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records, spelled
from homebooru.db.tables import TagAliasRow, TagImplicationRow, TagRow
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary
from homebooru.domain.vocabulary.acts import Categorised

TAG = TagRow.__table__.c


def find_tags(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return the ids of those names that are tags."""
    wanted = any_of(TagRow.name, list(names))
    rows = session.execute(sa.select(TagRow.name, TagRow.id).where(wanted))
    return {name: tag_id for name, tag_id in rows}  # noqa: C416  rows are no pairs to mypy


def make_tags(session: Session, wanted: Mapping[str, Categorised | None]) -> dict[str, int]:
    """Return the ids of tags; those that are none yet become some, in the category given.

    Looks before it inserts, so that ids stay dense, and inserts in the order of the names, so
    that two who make the same tags wait for each other one way round.
    """
    known = find_tags(session, wanted)
    if missing := sorted(wanted.keys() - known.keys()):
        given = records(
            ({"name": name} | _columns(wanted[name]) for name in missing),
            [TAG.name, TAG.category, TAG.category_by],
        )
        new = insert(TagRow).from_select(
            ["name", "category", "category_by"],
            sa.select(given.c.name, given.c.category, given.c.category_by),
        )
        session.execute(new.on_conflict_do_nothing(index_elements=[TagRow.name]))
        known |= find_tags(session, missing)
    return known


def _columns(categorised: Categorised | None) -> dict[str, Any]:
    held = categorised or Categorised(Category.GENERAL, None)
    return {"category": int(held.category), "category_by": held.by}


def read_categories(
    session: Session, tag_ids: Sequence[int], *, lock: bool = False
) -> dict[int, Categorised]:
    """Return the categories of tags; with `lock` nobody else can change them meanwhile."""
    query = (
        sa.select(TagRow.id, TagRow.category, TagRow.category_by)
        .where(any_of(TagRow.id, tag_ids))
        .order_by(TagRow.id)
    )
    if lock:
        query = query.with_for_update(key_share=True)
    rows = session.execute(query)
    return {row.id: Categorised(Category(row.category), row.category_by) for row in rows}


def write_categories(session: Session, categories: Mapping[int, Categorised]) -> None:
    """Set the categories of tags."""
    given = records(
        ({"id": tag_id} | _columns(new) for tag_id, new in categories.items()),
        [TAG.id, TAG.category, TAG.category_by],
    )
    session.execute(
        sa.update(TagRow)
        .where(TagRow.id == given.c.id)
        .values(category=given.c.category, category_by=given.c.category_by)
        .execution_options(synchronize_session=False)
    )


# From a tag to what it means, to what follows, and to those that mean it: an implication of an
# alias is one of its meaning. The inner `select` hides from the planner how many tags are given:
# it would expect that number to grow tenfold with each step, and spend most of its time on that.
REACHED = sa.text("""
    with recursive reached (tag) as (
        select unnest((select cast(:tag_ids as int[])))
        union
        select edge.next from reached cross join lateral (
            select consequent_id from tag_alias where antecedent_id = reached.tag
            union all select antecedent_id from tag_alias where consequent_id = reached.tag
            union all select consequent_id from tag_implication where antecedent_id = reached.tag
        ) as edge (next)
    )
    select tag from reached
""")


def load_vocabulary(session: Session, tag_ids: Iterable[int]) -> Vocabulary:
    """Return all that the vocabulary says of some tags, and of what they lead to."""
    reached = list(session.scalars(REACHED, {"tag_ids": spelled(tag_ids)}))
    implications: dict[int, set[int]] = {}
    for tag, implied in _pairs(session, TagImplicationRow, reached):
        implications.setdefault(tag, set()).add(implied)
    categories = session.execute(
        sa.select(TagRow.id, TagRow.category).where(any_of(TagRow.id, reached))
    )
    return Vocabulary(
        aliases=dict(_pairs(session, TagAliasRow, reached)),
        implications={tag: frozenset(implied) for tag, implied in implications.items()},
        categories={tag: Category(category) for tag, category in categories},
    )


MEANING_THE_SAME = sa.text("""
    with recursive alias (tag, next) as (
        select antecedent_id, consequent_id from tag_alias
        union all select consequent_id, antecedent_id from tag_alias
    ), reached (tag) as (
        select unnest(cast(:tag_ids as int[]))
        union select alias.next from reached join alias using (tag)
    )
    select tag from reached
""")


def same_meaning(session: Session, tag_ids: Iterable[int]) -> frozenset[int]:
    """Return some tags with all that aliases connect with them, either way."""
    return frozenset(session.scalars(MEANING_THE_SAME, {"tag_ids": list(tag_ids)}))


def _pairs(
    session: Session, table: type[TagAliasRow | TagImplicationRow], tag_ids: Sequence[int]
) -> list[tuple[int, int]]:
    rows = session.execute(
        sa.select(table.antecedent_id, table.consequent_id).where(
            any_of(table.antecedent_id, tag_ids)
        )
    )
    return [(row.antecedent_id, row.consequent_id) for row in rows]


def tag_names(session: Session, tag_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of tags."""
    rows = session.execute(sa.select(TagRow.id, TagRow.name).where(any_of(TagRow.id, tag_ids)))
    return {row.id: row.name for row in rows}


@dataclass(frozen=True, slots=True)
class TagWords:
    """What a tag is called, its kind, and how many posts have it, as far as that is counted."""

    name: str
    category: Category
    posts: int


def tag_words(session: Session, tag_ids: Sequence[int]) -> dict[int, TagWords]:
    """Return what tags are called, with their kinds and counts."""
    rows = session.execute(
        sa.select(TagRow.id, TagRow.name, TagRow.category, TagRow.count.label("posts")).where(
            any_of(TagRow.id, tag_ids)
        )
    )
    return {row.id: TagWords(row.name, Category(row.category), row.posts) for row in rows}


def aliases_from(session: Session, prefix: str, *, limit: int) -> dict[str, int]:
    """Return names that begin so and mean another tag, with their ids."""
    begins = TagRow.name.startswith(prefix, autoescape=True)
    wanted = sa.select(TagRow.name, TagRow.id).where(begins).order_by(TagRow.name).limit(limit)
    rows = session.execute(wanted.join(TagAliasRow, TagAliasRow.antecedent_id == TagRow.id))
    return {name: tag_id for name, tag_id in rows}  # noqa: C416  rows are no pairs to mypy
