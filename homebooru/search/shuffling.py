"""Orders at random that stay the same: one number a post and seed, for SQL and for numpy alike."""

from __future__ import annotations

import hashlib
from datetime import datetime, tzinfo

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from homebooru.db.tables import PostRow

LOW = 0xFFFF_FFFF
MIX = 0x45D9F3B  # an odd number whose products with 32 bits fit into PostgreSQL's bigint


def daily_seed(now: datetime, zone: tzinfo | None) -> str:
    """Return the seed of those who give none: a new one each day."""
    return now.astimezone(zone).date().isoformat()


def shuffled(seed: str) -> sa.ColumnElement[int]:
    """Return the number of a post's row; see `shuffle_keys`."""
    first, second = _salts(seed)
    number: sa.ColumnElement[int] = sa.cast(PostRow.id, sa.BigInteger)
    for salt in (first, second):
        number = number.bitwise_xor(sa.literal(salt, sa.BigInteger))
        for _ in range(2):
            high = number // 65536
            number = (number.bitwise_xor(high) * MIX).bitwise_and(sa.literal(LOW, sa.BigInteger))
    return number


def shuffle_keys(seed: str, posts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return a number for each post that looks as if drawn at random.

    Multiplying by an odd number and folding the high bits onto the low ones, twice after each
    half of a digest of the seed, mixes every bit of the id into all others.
    """
    numbers = posts.astype(np.uint32)
    for salt in _salts(seed):
        numbers ^= np.uint32(salt)
        for _ in range(2):
            numbers ^= numbers >> 16
            numbers *= np.uint32(MIX)
    return numbers


def _salts(seed: str) -> tuple[int, int]:
    digest = hashlib.sha256(seed.encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")
