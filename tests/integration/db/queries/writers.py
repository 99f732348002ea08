"""A process that changes posts in several transactions at once, for the test of the feed."""

from __future__ import annotations

import random
import time
from uuid import uuid4

import psycopg
from sqlalchemy.orm import Session

from homebooru.db.tables import AlbumRow, PersonRow, PoolRow

OPEN = 3  # transactions that a writer holds open at the same time
POSTS = 90
JOINED = [
    ("favourite", "account_id, post_id", "1"),
    ("pool_post", "pool_id, position, post_id", "1, {number}"),
    ("album_post", "album_id, post_id", "1"),
    ("person_post", "person_id, post_id", "1"),
    ("asset", "remote_id, is_trashed, post_id", "gen_random_uuid(), {number} > 3"),
]
"""What posts are in: each table, its columns, and what stands before the post."""


def keep_lists(session: Session) -> None:
    """Keep a pool, an album and a person, of nothing yet."""
    session.add(PoolRow(id=1, name="one"))
    session.add(AlbumRow(id=1, remote_id=uuid4(), name="one"))
    session.add(PersonRow(id=1, remote_id=uuid4()))


def write(url: str, writer: int, writers: int, seconds: float) -> None:
    """Change posts until the time is over: committed late, out of order, or not at all."""
    chance = random.Random(writer)
    lanes = [psycopg.connect(url) for _ in range(OPEN)]
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            lane = chance.randrange(OPEN)
            if lanes[lane].info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
                # each lane has posts of its own, so that no lane waits for another
                own = range(writer * OPEN + lane + 1, POSTS + 1, writers * OPEN)
                _change(lanes[lane], chance, own)
            elif chance.random() < 0.7:
                lanes[lane].commit()
            else:
                lanes[lane].rollback()
            time.sleep(chance.random() * 0.01)
    finally:
        for lane in lanes:
            lane.commit()
            lane.close()


def _change(connection: psycopg.Connection, chance: random.Random, own: range) -> None:
    for post in chance.sample(own, 3):
        number = chance.randint(0, 5)
        match chance.choice([0, 1, 2, 3, 4, 5, 5, 5, 5, 6]):
            case 0:
                connection.execute(
                    "update post set score = %s, tag_ids = %s, sources = %s where id = %s",
                    (number, sorted(chance.sample(range(1, 7), number)), [f"at {number}"], post),
                )
            case 1:
                connection.execute(
                    "insert into claim (post_id, source, score) select %(post)s, 'xmp', %(n)s "
                    "where exists (select from post where id = %(post)s) "
                    "on conflict (post_id, source) do update set score = excluded.score",
                    {"post": post, "n": number},
                )
            case 2:
                connection.execute("delete from claim where post_id = %s", (post,))
            case 3:
                connection.execute(
                    "update location set name = %s where post_id = %s", (str(number), post)
                )
            case 4:
                connection.execute("delete from post where id = %s", (post,))
            case 5:
                table, columns, values = chance.choice(JOINED)
                _join(connection, table, columns, values.format(number=number), post)
            case _:
                connection.execute(
                    "insert into post (id, score) values (%s, %s) on conflict do nothing",
                    (post, number),
                )


def _join(connection: psycopg.Connection, table: str, columns: str, values: str, post: int) -> None:
    """Let a post be in something, where it is not, or in it no longer."""
    gone = connection.execute(f"delete from {table} where post_id = {post}").rowcount
    if not gone:
        connection.execute(
            f"insert into {table} ({columns}) select {values}, id from post where id = {post} "
            "on conflict do nothing"
        )
