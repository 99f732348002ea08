"""What tests share: one PostgreSQL for the whole run, one fresh database for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.engine import make_engine, make_sessions
from homebooru.db.migrating import upgrade

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


@pytest.fixture(scope="session")
def run_folder(worker_id, tmp_path_factory):
    """A folder shared by all processes of this test run, which the database's user can reach."""
    mark = str(os.getpid()) if worker_id == "master" else os.environ["PYTEST_XDIST_TESTRUNUID"]
    folder = Path(tempfile.gettempdir()) / f"homebooru-tests-{mark}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    yield folder
    if worker_id == "master":
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(run_folder):
    """The PostgreSQL of this run; the last process to leave stops it."""
    postgres = EmbeddedPostgres(run_folder / "postgres", FAST)
    postgres.start()
    yield postgres
    postgres.release()


@pytest.fixture(scope="session")
def template(cluster, worker_id):
    """A migrated, empty database, to be copied."""
    name = f"template_{worker_id}"
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name}")
    engine = make_engine(cluster.url_of(name))
    upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def database_url(cluster, template, worker_id):
    """The address of a fresh, migrated database."""
    name = f"test_{worker_id}"
    with psycopg.connect(cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} template {template}")
    return cluster.url_of(name)


@pytest.fixture
def engine(database_url):
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine):
    return make_sessions(engine)
