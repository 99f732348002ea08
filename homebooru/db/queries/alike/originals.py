"""Files of posts at boorus that are others than ours: kept, and which of them are better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import OriginalRow, PostRow
from homebooru.domain.lookups.outcomes import Found, Outcome

MUCH = 1.25  # times as many bytes: as many pixels with less lost
LOSSY = ("image/jpeg", "image/webp", "image/avif", "image/heic")
FORMATS = {"image/jpeg": ("jpg", "jpeg"), "image/png": ("png",), "image/webp": ("webp",)}
WIDE = sa.cast(OriginalRow.width, sa.BigInteger)

IS_LARGER = sa.and_(
    OriginalRow.width >= PostRow.width,
    OriginalRow.height >= PostRow.height,
    WIDE * OriginalRow.height > sa.cast(PostRow.width, sa.BigInteger) * PostRow.height,
)
IS_AS_LARGE = sa.and_(OriginalRow.width == PostRow.width, OriginalRow.height == PostRow.height)
IS_LOSSLESS = sa.and_(
    IS_AS_LARGE, PostRow.mime.in_(LOSSY), sa.func.lower(OriginalRow.extension) == "png"
)
IS_FINER = sa.and_(
    IS_AS_LARGE,
    OriginalRow.size > PostRow.size * MUCH,
    sa.or_(
        *(
            sa.and_(PostRow.mime == mime, sa.func.lower(OriginalRow.extension).in_(endings))
            for mime, endings in FORMATS.items()
        )
    ),
)
IS_BETTER = sa.or_(IS_LARGER, IS_LOSSLESS, IS_FINER)


def has_upgrade() -> sa.ColumnElement[bool]:
    """Tell whether a booru has a better file of a post, which nobody said is not wanted."""
    better = sa.and_(OriginalRow.post_id == PostRow.id, OriginalRow.unwanted_at.is_(None))
    return sa.exists().where(better, IS_BETTER).correlate(PostRow)


def keep(session: Session, source: str, answers: Mapping[int, Found]) -> None:
    """Keep what a booru tells of files that are others than ours; forget what it told before.

    A word about a file stays while the booru tells the same of it.
    """
    known = session.execute(
        sa.select(PostRow.id, PostRow.md5).where(any_of(PostRow.id, list(answers)))
    )
    md5s = {post: None if md5 is None else md5.hex() for post, md5 in known}
    rows = [
        {"post_id": post, "source": source, "remote_id": found.remote_id, **asdict(found.file)}
        for post, found in sorted(answers.items())
        if post in md5s and found.file and _is_another(found, md5s[post])
    ]
    mine = sa.and_(OriginalRow.source == source, any_of(OriginalRow.post_id, list(answers)))
    gone = ~any_of(OriginalRow.post_id, [row["post_id"] for row in rows])
    session.execute(sa.delete(OriginalRow).where(mine, gone))
    if rows:
        _replace(session, rows)


def _is_another(found: Found, md5: str | None) -> bool:
    """Tell whether a booru tells enough of a file that is not ours, and shows it."""
    told = None if found.said is None else found.said.md5
    is_told = found.file is not None and found.file.width and found.file.height
    return bool(
        found.outcome is Outcome.HIT and found.remote_id and is_told and told and told != md5
    )


def _replace(session: Session, rows: list[dict[str, object]]) -> None:
    new = insert(OriginalRow).values(rows)
    told = ("remote_id", "width", "height", "size", "extension")
    differs = sa.or_(
        *(getattr(OriginalRow, name).is_distinct_from(new.excluded[name]) for name in told)
    )
    changed = new.on_conflict_do_update(
        index_elements=["post_id", "source"],
        set_={name: new.excluded[name] for name in told}
        | {"unwanted_at": None, "unwanted_by": None},
        where=differs,
    )
    session.execute(changed)
