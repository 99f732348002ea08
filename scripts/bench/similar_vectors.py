"""Made-up directions in space, in clusters of clusters, and the tables that hold them."""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

Floats = NDArray[np.float32]

SEED = 5
AT_ONCE = 20_000
FAMILIES = 100  # of clusters
IN_ONE = 100  # posts of a cluster, in the mean
WAYS = 16  # in which the pictures of a cluster differ, each half as much as it would by itself
DIFFER, NOISE = 0.6, 0.2
HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
END = struct.pack("!h", -1)


@dataclass(frozen=True, slots=True)
class Made:
    """What a table of vectors took to be made, or None where it was there before."""

    filled_s: float | None
    indexed_s: float | None
    table_mb: float
    index_mb: float


def directions(count: int, dimensions: int) -> Iterator[Floats]:
    """Yield unit vectors in parts; the same each time.

    Clusters belong to families and are of very different sizes. Within one, pictures differ in a
    few ways a lot and in all others a little, as descriptions of real pictures do.
    """
    chance = np.random.default_rng(SEED)
    clusters = max(FAMILIES, count // IN_ONE)
    families = _unit(chance.normal(size=(FAMILIES, dimensions)))
    own = _unit(chance.normal(size=(clusters, dimensions)))
    centres = _unit(families[chance.integers(0, FAMILIES, clusters)] + 0.75 * own)
    shares = chance.pareto(2.5, clusters) + 0.3
    ways = _unit(chance.normal(size=(FAMILIES, WAYS, dimensions)))
    falling = DIFFER * _unit(1 / np.sqrt(1 + np.arange(WAYS)))
    for start in range(0, count, AT_ONCE):
        some = min(AT_ONCE, count - start)
        cluster = chance.choice(clusters, some, p=shares / shares.sum())
        differ = chance.normal(size=(some, WAYS)) * falling
        noise = chance.normal(size=(some, dimensions)) * NOISE / np.sqrt(dimensions)
        there = np.einsum("pw,pwd->pd", differ, ways[cluster % FAMILIES])
        yield _unit(centres[cluster] + there + noise)


def _unit(vectors: NDArray[Any]) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit.astype(np.float32)


def fill(
    session: Session, table: str, index: str, posts: NDArray[np.int64], dimensions: int
) -> Made:
    """Give each post a direction and make the index as the library has it, unless they are there."""
    there = session.scalar(sa.text(f"select count(*) from {table}")) or 0  # noqa: S608  our own
    filled = indexed = None
    if there < len(posts):
        definition = session.scalar(
            sa.text("select pg_get_indexdef(to_regclass(:it))"), {"it": index}
        )
        session.execute(sa.text(f"drop index {index}"))
        session.execute(sa.text(f"truncate {table}"))
        filled = _timed(lambda: _copy(session, table, posts, dimensions))
        session.execute(
            sa.text("set local maintenance_work_mem = '2GB'")
        )  # else it is made on disk
        indexed = _timed(lambda: session.execute(sa.text(str(definition))))
    sizes = "select pg_relation_size(to_regclass(:table)), pg_relation_size(to_regclass(:it))"
    table_size, index_size = session.execute(sa.text(sizes), {"table": table, "it": index}).one()
    return Made(filled, indexed, round(table_size / 1e6, 1), round(index_size / 1e6, 1))


def _copy(session: Session, table: str, posts: NDArray[np.int64], dimensions: int) -> None:
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    start = 0
    with (
        raw.cursor() as cursor,
        cursor.copy(f"copy {table} (post_id, vector) from stdin (format binary)") as copy,
    ):
        copy.write(HEAD)
        for part in directions(len(posts), dimensions):
            owners = posts[start : start + len(part)].tolist()
            copy.write(b"".join(map(_row, owners, part.astype(">f2"))))
            start += len(part)
        copy.write(END)


def _row(post_id: int, vector: NDArray[np.float16]) -> bytes:
    spelled = vector.tobytes()
    head = struct.pack("!hiiihh", 2, 4, post_id, 4 + len(spelled), len(vector), 0)
    return head + spelled


def _timed(do: Any) -> float:
    start = time.perf_counter()
    do()
    return round(time.perf_counter() - start, 1)
