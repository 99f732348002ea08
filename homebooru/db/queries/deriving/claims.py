"""What is said of posts, and what people decided on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, columns, records
from homebooru.db.tables import ClaimRow, PostVerdictRow, VerdictRow
from homebooru.domain.claims import About, Claim, PostVerdict, Verdict
from homebooru.domain.ratings import Rating

NAMES = [field.name for field in fields(Claim)]
COLUMNS = [ClaimRow.__table__.c[name] for name in NAMES]
POST = ClaimRow.__table__.c.post_id


def read_claims(session: Session, post_ids: Sequence[int]) -> dict[int, list[Claim]]:
    """Return all claims on posts."""
    rows = session.execute(sa.select(POST, *COLUMNS).where(any_of(ClaimRow.post_id, post_ids)))
    claims: dict[int, list[Claim]] = defaultdict(list)
    for post_id, *values in rows:
        claims[post_id].append(_claim(dict(zip(NAMES, values, strict=True))))
    return claims


def _claim(row: dict[str, Any]) -> Claim:
    lists = {name: tuple(row[name]) for name in ("tag_ids", "sources", "remote_ids")}
    sure = None if row["confidences"] is None else tuple(row["confidences"])
    rating = row["rating"] and Rating(row["rating"])
    return Claim(**row | lists | {"confidences": sure, "rating": rating})


def write_claims(session: Session, claims: Mapping[tuple[int, str], Claim]) -> None:
    """Store claims, each in the place of what its source said before."""
    if not claims:
        return
    given = records(
        ({"post_id": post_id} | columns(claim) for (post_id, _), claim in claims.items()),
        [POST, *COLUMNS],
    )
    new = insert(ClaimRow).from_select([POST.name, *(c.name for c in COLUMNS)], sa.select(given))
    session.execute(
        new.on_conflict_do_update(
            index_elements=[ClaimRow.post_id, ClaimRow.source],
            set_={c.name: new.excluded[c.name] for c in COLUMNS} | {"claimed_at": sa.func.now()},
        )
    )


def remove_claims(session: Session, keys: Iterable[tuple[int, str]]) -> None:
    """Forget what some sources said of some posts."""
    if keys := list(keys):
        given = records(
            ({"post_id": post_id, "source": source} for post_id, source in keys),
            [POST, ClaimRow.__table__.c.source],
        )
        session.execute(
            sa.delete(ClaimRow)
            .where(ClaimRow.post_id == given.c.post_id, ClaimRow.source == given.c.source)
            .execution_options(synchronize_session=False)
        )


def read_verdicts(
    session: Session, post_ids: Sequence[int]
) -> dict[int, list[Verdict | PostVerdict]]:
    """Return all that people decided on posts."""
    verdicts: dict[int, list[Verdict | PostVerdict]] = defaultdict(list)
    for tag in session.execute(
        sa.select(VerdictRow.post_id, VerdictRow.tag_id, VerdictRow.yes, VerdictRow.made_at).where(
            any_of(VerdictRow.post_id, post_ids)
        )
    ):
        verdicts[tag.post_id].append(Verdict(tag.tag_id, tag.yes, tag.made_at))
    for row in session.execute(
        sa.select(
            PostVerdictRow.post_id,
            PostVerdictRow.about,
            PostVerdictRow.value,
            PostVerdictRow.made_at,
        ).where(any_of(PostVerdictRow.post_id, post_ids))
    ):
        verdicts[row.post_id].append(PostVerdict(About(row.about), row.value, row.made_at))
    return verdicts
