"""What tests share: one PostgreSQL for the whole run, one fresh database for each test."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.engine import make_engine, make_sessions
from homebooru.db.migrating import upgrade
from tests.databases import Reused, fresh

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}
QUICK = Path(__file__).parent / "unit"
RUN = "HB_TEST_RUN"  # the folder of this run, for the processes that share its work
PREFIX = "homebooru tests-"  # a path with a space, as a person may have

# How long an example takes tells of the machine alone.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_configure(config):
    """Prepare a run: a folder, no settings of this machine, no network."""
    sys.addaudithook(allow_only_this_machine)
    if hasattr(config, "workerinput"):
        return
    remove_dead_runs()
    for name in [name for name in os.environ if name.startswith("HOMEBOORU_")]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o755)  # the database's user passes through
    os.environ |= {
        RUN: str(folder),
        "HOMEBOORU_CONFIG": str(folder / "homebooru.toml"),
        "HOMEBOORU_DATA": str(folder / "data"),
    }


def pytest_collection_modifyitems(items):
    """Leave the quick ones for the end, so that no worker is left alone with a long one."""
    items.sort(key=lambda item: item.path.is_relative_to(QUICK))


def pytest_collection_finish():
    """Let nobody look again and again for garbage in what was loaded, all of which stays."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and RUN in os.environ:
        remove_run(Path(os.environ.pop(RUN)))


def remove_dead_runs():
    """Clean up after runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        with suppress(FileNotFoundError):  # another run may remove it at the same time
            if folder.stat().st_uid == os.geteuid() and not is_running(int(pid)):
                remove_run(folder)


def remove_run(folder):
    for cluster in folder.glob("*/pgdata"):
        EmbeddedPostgres(cluster.parent).stop_unless_used()
    shutil.rmtree(folder, ignore_errors=True)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def allow_only_this_machine(event, arguments):
    """Refuse connections to anywhere else; tests need no network."""
    if event == "socket.connect" and isinstance(address := arguments[1], tuple):
        host = str(address[0])
        if host not in {"localhost", "::1", "0.0.0.0"} and not host.startswith("127."):
            raise ConnectionRefusedError(f"a test wanted to talk to {host}")


@pytest.fixture(scope="session")
def run_folder():
    """A folder shared by all processes of this test run, which the database's user can reach."""
    return Path(os.environ[RUN])


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
def empty_url(cluster, worker_id):
    """The address of a fresh database without a table."""
    return cluster.url_of(fresh(cluster, f"empty_{worker_id}", "template1"))


@pytest.fixture(scope="session")
def reused(cluster, template, worker_id):
    reused = Reused(cluster, f"test_{worker_id}", template)
    yield reused
    reused.close()


@pytest.fixture
def database_url(request, reused):
    """The address of a migrated database in which nothing happened yet."""
    address = reused.as_new()
    if "engine" not in request.fixturenames:
        reused.close()  # programs of a test's own may want to be alone there
    return address


@pytest.fixture(scope="session")
def spoken(cluster):
    """What tests say to the database, spelled once for all of them: each says hundreds of things alike."""
    engine = make_engine(cluster.url_of("postgres"))
    with engine.connect():
        pass
    engine.dispose()
    return {"dialect": engine.dialect, "_compiled_cache": engine._compiled_cache}


@pytest.fixture
def engine(database_url, reused, spoken):
    engine = make_engine(database_url)
    engine.dialect.initialize = lambda _: None  # `spoken` knows what would be asked of the server
    reused.lend(engine)
    vars(engine).update(spoken)
    yield engine
    reused.take_back(engine)


@pytest.fixture
def sessions(engine):
    return make_sessions(engine)
