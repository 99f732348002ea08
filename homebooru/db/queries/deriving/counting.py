"""The numbers of posts per tag: value and waiting deltas together are always right."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import records
from homebooru.db.tables import TagCountDeltaRow, TagRow

DELTA = TagCountDeltaRow.__table__.c

# Rows of `tag` are locked in the order of their ids, as everywhere.
FOLD = sa.text("""
    with taken as (
        delete from tag_count_delta where id in (
            select id from tag_count_delta order by id limit :limit
        ) returning tag_id, delta
    ), sums as (
        select tag_id, sum(delta) as delta from taken group by tag_id having sum(delta) <> 0
    ), locked as (
        select tag.id, sums.delta from tag join sums on sums.tag_id = tag.id
        order by tag.id for no key update of tag
    ), folded as (
        update tag set count = tag.count + locked.delta from locked where tag.id = locked.id
    )
    select count(*) from taken
""")

# One statement is one snapshot: edits and folding that go on meanwhile do not disturb it.
MISCOUNTED = """
    select tag.id as tag_id,
        coalesce(held.posts, 0) - tag.count - coalesce(waiting.delta, 0) as delta
    from tag
    left join (
        select tag_id, count(*) as posts from post, unnest(post.tag_ids) as tag_id group by tag_id
    ) as held on held.tag_id = tag.id
    left join (
        select tag_id, sum(delta) as delta from tag_count_delta group by tag_id
    ) as waiting on waiting.tag_id = tag.id
    where coalesce(held.posts, 0) <> tag.count + coalesce(waiting.delta, 0)
"""


def add_deltas(session: Session, deltas: Mapping[int, int]) -> None:
    """Note by how much the counts of tags change, to be folded in later."""
    if rows := [{"tag_id": tag, "delta": delta} for tag, delta in sorted(deltas.items()) if delta]:
        given = records(rows, [DELTA.tag_id, DELTA.delta])
        session.execute(
            sa.insert(TagCountDeltaRow).from_select(
                ["tag_id", "delta"], sa.select(given.c.tag_id, given.c.delta)
            )
        )


def is_counted(session: Session, tag_id: int) -> bool:
    """Tell whether any post has a tag."""
    waiting = sa.select(sa.func.coalesce(sa.func.sum(DELTA.delta), 0)).where(DELTA.tag_id == tag_id)
    held = sa.select(TagRow.count + waiting.scalar_subquery()).where(TagRow.id == tag_id)
    return bool(session.scalar(held))


def fold(session: Session, *, limit: int) -> int:
    """Add up to `limit` deltas to their tags; return how many. Only one may do it at a time."""
    return session.scalar(FOLD, {"limit": limit}) or 0


def miscounted(session: Session) -> dict[int, int]:
    """Return the tags whose count is wrong, and by how much it is too low."""
    return {row.tag_id: int(row.delta) for row in session.execute(sa.text(MISCOUNTED))}


def correct(session: Session) -> int:
    """Add the deltas that make all counts right; return for how many tags."""
    counted = session.execute(
        sa.text(f"insert into tag_count_delta (tag_id, delta) {MISCOUNTED} returning id")
    )
    return len(counted.all())
