"""How often models were right, as it was last measured."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records
from homebooru.db.tables import ModelCurveRow, ModelTagRow, TagRow
from homebooru.domain.review.scoring import Curve, Measures, Score
from homebooru.domain.tags import Category

CURVE = cast("sa.Table", ModelCurveRow.__table__)
TAG = cast("sa.Table", ModelTagRow.__table__)
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class TagScore:
    """How a model does with a tag: all that it says from its floor on, and what is believed."""

    source: str
    tag_id: int
    all: Score
    sure: Score


def keep_measures(session: Session, measures: Measures) -> None:
    """Store measures in the place of those before."""
    session.execute(sa.delete(ModelCurveRow))
    session.execute(sa.delete(ModelTagRow))
    _insert(session, CURVE, list(_curve_rows(measures)))
    _insert(session, TAG, list(_tag_rows(measures)))


def read_curves(session: Session) -> dict[tuple[str, Category], Curve]:
    """Return the curve of each model and category that anything is known of."""
    curves: dict[tuple[str, Category], dict[int, Score]] = {}
    for row in session.execute(sa.select(CURVE)):
        own = (row.source, Category(row.category))
        curves.setdefault(own, {})[row.bucket] = Score(row.right, row.wrong)
    return {own: Curve(buckets) for own, buckets in sorted(curves.items())}


def read_known(session: Session, tag_ids: Collection[int]) -> dict[int, int]:
    """Return of how many answers of models about some tags the truth is known."""
    total = sa.func.sum(TAG.c.right + TAG.c.wrong)
    wanted = sa.select(TAG.c.tag_id, total).where(any_of(ModelTagRow.tag_id, list(tag_ids)))
    return {tag: int(known) for tag, known in session.execute(wanted.group_by(TAG.c.tag_id))}


def read_scores(session: Session, tag_ids: Collection[int]) -> list[TagScore]:
    """Return how models do with some tags."""
    rows = session.execute(sa.select(TAG).where(any_of(ModelTagRow.tag_id, list(tag_ids))))
    return [_tag_score(row) for row in rows]


def worst_tags(session: Session, *, at_least: int, limit: int) -> list[TagScore]:
    """Return the tags of which most is wrong that models are believed in, of so many answers."""
    told = TAG.c.sure_right + TAG.c.sure_wrong
    share = sa.cast(TAG.c.sure_wrong, sa.REAL) / told
    wanted = sa.select(TAG).where(told >= at_least, TAG.c.sure_wrong > 0)
    ranked = wanted.order_by(share.desc(), told.desc(), TAG.c.tag_id, TAG.c.source)
    return [_tag_score(row) for row in session.execute(ranked.limit(limit))]


def _tag_score(row: sa.Row[str, int, int, int, int, int]) -> TagScore:
    return TagScore(
        row.source,
        row.tag_id,
        Score(row.right, row.wrong),
        Score(row.sure_right, row.sure_wrong),
    )


def _curve_rows(measures: Measures) -> Iterable[Mapping[str, object]]:
    for (source, category, bucket), score in measures.buckets().items():
        yield {
            "source": source,
            "category": int(category),
            "bucket": bucket,
            "right": score.right,
            "wrong": score.wrong,
        }


def _tag_rows(measures: Measures) -> Iterable[Mapping[str, object]]:
    for (source, tag), (every, sure) in measures.tags().items():
        yield {
            "source": source,
            "tag_id": tag,
            "right": every.right,
            "wrong": every.wrong,
            "sure_right": sure.right,
            "sure_wrong": sure.wrong,
        }


def _insert(session: Session, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Store rows, a few thousand at a time; those of tags that are no more are left out."""
    names = [column.name for column in table.c]
    for start in range(0, len(rows), AT_ONCE):
        given = records(rows[start : start + AT_ONCE], list(table.c))
        chosen = sa.select(*(given.c[name] for name in names))
        if "tag_id" in names:
            chosen = chosen.join(TagRow, TagRow.id == given.c.tag_id)
        session.execute(table.insert().from_select(names, chosen))
