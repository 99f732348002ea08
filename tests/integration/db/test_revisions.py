"""Every revision that there ever was comes up to date with all that is in it, or stays as it is."""

import threading

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from homebooru.db import migrating
from homebooru.db.engine import conninfo, make_engine
from homebooru.db.migrating import head_revision, revisions, upgrade
from homebooru.db.tables import Base
from homebooru.db.tables.similarity import INDEXED_WITH
from homebooru.errors import DatabaseUnusable
from tests.databases import SHAPE
from tests.filled import count, fill


@pytest.fixture
def empty(empty_url):
    engine = make_engine(empty_url)
    migrating.add_vector(engine)
    yield engine
    engine.dispose()


def step(engine, revision):
    config = Config()
    config.set_main_option("script_location", str(migrating.MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def connected(engine):
    return psycopg.connect(conninfo(engine.url), autocommit=True)


def test_no_step_loses_a_row_of_any_table_and_the_end_is_what_the_code_wants(empty):
    rows = {}
    for revision in revisions():
        step(empty, revision)
        with connected(empty) as connection:
            there = {name for (name,) in connection.execute(TABLES).fetchall()}
            lost = {n for n in rows.keys() & there if _kept(connection, n, there) < rows[n]}
            assert not lost, f"{revision} empties {lost}"
            assert rows.keys() <= there, f"{revision} drops {rows.keys() - there}"
            rows = fill(connection)
    with empty.connect() as connection:
        assert compare_metadata(_context(connection), Base.metadata) == []
        assert connection.scalar(sa.text("select count(*) from post")) == 2
        made_with = [f"{name}={value}" for name, value in INDEXED_WITH.items()]
        assert connection.scalar(MADE_WITH) == made_with  # which is not compared above


MADE_WITH = sa.text(
    "select reloptions from pg_class where oid = 'ix_embedding_look_vector'::regclass"
)
TABLES = """
    select c.oid::regclass::text from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
"""


BESIDE = {"embedding_look": "embedding_look_before"}  # until all posts are described anew


def _kept(connection, name, there):
    beside = BESIDE.get(name)
    return count(connection, name) + (count(connection, beside) if beside in there else 0)


def _context(connection):
    def ours(name, kind, parents):
        is_other = str(name).startswith("procrastinate_") or name in BESIDE.values()
        return not (kind == "table" and is_other)

    return MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})


@pytest.fixture
def first(empty):
    """A database of the first revision, with a row in each table."""
    step(empty, revisions()[0])
    with connected(empty) as connection:
        fill(connection)
    return empty


def shape(engine):
    with connected(engine) as connection:
        return connection.execute(SHAPE).fetchall()


WAITS = """
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


def test_an_upgrade_that_is_killed_changes_nothing_and_the_next_one_does_it_all(first):
    before, failed = shape(first), []

    def try_it():
        try:
            upgrade(first)
        except (sa.exc.DBAPIError, DatabaseUnusable) as error:
            failed.append(error)

    with connected(first) as other, other.transaction():
        other.execute("lock table account in access share mode")
        attempt = threading.Thread(target=try_it)
        attempt.start()
        with connected(first) as watcher:
            while not (waiting := watcher.execute(WAITS).fetchall()):
                assert attempt.is_alive()
            watcher.execute("select pg_terminate_backend(%s, 5000)", waiting[0])
        attempt.join()
    assert failed
    first.dispose()
    assert shape(first) == before
    upgrade(first)
    with connected(first) as connection:
        version = connection.execute("select version_num from alembic_version").fetchone()
        assert version == (head_revision(),)
        assert count(connection, "post") == 2
