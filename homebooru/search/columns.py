"""What can be measured of a post, as SQL over its row, in the units of `Measure`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, BIT
from sqlalchemy.orm import InstrumentedAttribute

from homebooru.db.tables import FavouriteRow, PoolPostRow, PostRow
from homebooru.domain.query.tree import Measure

Number = sa.ColumnElement[Any]

TAG_IDS = sa.type_coerce(PostRow.tag_ids, ARRAY(sa.Integer))
WIDTH = sa.cast(PostRow.width, sa.BigInteger)


def _counted(post: InstrumentedAttribute[int]) -> Number:
    """Count the rows of a table that name the post."""
    return sa.select(sa.func.count()).where(post == PostRow.id).correlate(PostRow).scalar_subquery()


PLAIN: Mapping[Measure, Number] = {
    Measure.ID: sa.type_coerce(PostRow.id, sa.BigInteger),
    Measure.SCORE: sa.type_coerce(PostRow.score, sa.BigInteger),
    Measure.STARS: sa.type_coerce(PostRow.stars, sa.BigInteger),
    Measure.WIDTH: sa.type_coerce(PostRow.width, sa.BigInteger),
    Measure.HEIGHT: sa.type_coerce(PostRow.height, sa.BigInteger),
    Measure.RATIO: sa.cast(
        (200 * WIDTH + PostRow.height) // sa.func.nullif(2 * PostRow.height, 0), sa.BigInteger
    ),
    Measure.PIXELS: WIDTH * PostRow.height,
    Measure.FILESIZE: sa.type_coerce(PostRow.size, sa.BigInteger),
    Measure.DURATION: sa.cast(sa.func.round(PostRow.duration * 1000), sa.BigInteger),
    Measure.CONFIDENCE: sa.type_coerce(PostRow.surety, sa.BigInteger),
    Measure.TAGS: sa.type_coerce(sa.func.cardinality(PostRow.tag_ids), sa.BigInteger),
    Measure.GENERAL_TAGS: sa.type_coerce(PostRow.general_count, sa.BigInteger),
    Measure.ARTIST_TAGS: sa.type_coerce(PostRow.artist_count, sa.BigInteger),
    Measure.COPYRIGHT_TAGS: sa.type_coerce(PostRow.copyright_count, sa.BigInteger),
    Measure.CHARACTER_TAGS: sa.type_coerce(PostRow.character_count, sa.BigInteger),
    Measure.SPECIES_TAGS: sa.type_coerce(PostRow.species_count, sa.BigInteger),
    Measure.META_TAGS: sa.type_coerce(PostRow.meta_count, sa.BigInteger),
    Measure.LORE_TAGS: sa.type_coerce(PostRow.lore_count, sa.BigInteger),
    Measure.FAVOURITES: _counted(FavouriteRow.post_id),
    Measure.POOLS: _counted(PoolPostRow.post_id),
}
"""What a post always tells, whoever asks; null where it lacks it."""


DIGEST = sa.cast(
    sa.cast(
        sa.literal("x", sa.Text).concat(sa.func.left(sa.func.encode(PostRow.md5, "hex"), 15)),
        BIT(60),
    ),
    sa.BigInteger,
)
"""The beginning of a post's MD5, as a number by which MD5s rise."""


CHANGED = sa.func.coalesce(PostRow.changed_at, PostRow.created_at)
"""When what is told of a post last changed."""


def age(now: datetime) -> Number:
    """Return the whole seconds since the post was added."""
    seconds = sa.func.extract("epoch", sa.literal(now) - PostRow.created_at)
    return sa.cast(sa.func.floor(seconds), sa.BigInteger)


def micros(moment: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:
    """Return a moment as whole microseconds since 1970."""
    return sa.cast(sa.func.extract("epoch", moment) * 1_000_000, sa.BigInteger)


def folded(text: sa.SQLColumnExpression[str]) -> sa.ColumnElement[str]:
    """Return a text as it is compared: case and the spelling of accents aside."""
    return sa.func.lower(sa.func.normalize(text))


def like(pattern: str) -> str:
    """Return a pattern of ours as one of LIKE."""
    for sign in ("\\", "%", "_"):
        pattern = pattern.replace(sign, f"\\{sign}")
    return pattern.replace("*", "%")
