"""Many posts, of which Danbooru knows most: few requests, and every post right at the end.

Without more being said it is some hundred posts, and paces and waits are a hundredth of the usual;
TEST_LOOKUPS=10000 is as many as is promised for.
"""

import hashlib
import logging
import math
import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from homebooru.db.queries.lookups import asked
from homebooru.db.queries.lookups.chain import FAR
from homebooru.db.queue import Work
from homebooru.db.tables import JobRunRow, PostRow, RecordRow, TagRow, WorkerRow
from homebooru.sites import SITES
from tests.fakes.services import CUT, HALF, down, limited, page
from tests.integration.services.lookups.conftest import FIRST, md5_of
from tests.processes import clean_environment
from tests.waiting import until

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

POSTS = int(os.environ.get("TEST_LOOKUPS", "300"))
PROMISED = 10_000  # posts for which the numbers of requests are promised
HIDDEN_EACH = 500  # of so many posts one is shown without its digest
OTHERS = ("e621", "yandere", "gelbooru")
BATCH = 1000
PATIENCE = 3600  # seconds for all of it
HASTE = 0.01  # of the usual pace and the usual waits
BAD_DAYS = (limited(Retry_After="0.2"), down(500), down(503), page(403), page(200), CUT, HALF)
KILLS = 3  # at least
SOME = min(POSTS, 2000) // 10  # requests after which a worker is killed


def site_of(number):
    """Return who knows a post: of ten posts Danbooru knows six, and one only another site."""
    if number % 10 < 6:
        return "danbooru"
    return OTHERS[number // 10 % len(OTHERS)] if number % 10 == 6 else None


def is_hidden(number):
    return number % HIDDEN_EACH == 250


def tag_of(number):
    return f"{site_of(number)}_{number % 7}" if site_of(number) else None


@pytest.fixture
def back_off():
    return HASTE


@pytest.fixture
def many(world):
    """A library in which nobody was asked yet."""
    world.enable(*FIRST, "gelbooru")
    for start in range(1, POSTS + 1, BATCH):
        numbers = range(start, min(start + BATCH, POSTS + 1))
        with world.sessions.begin() as session:
            session.execute(sa.insert(PostRow), [row_of(number) for number in numbers])
            asked.want(session, numbers)
            session.execute(
                sa.update(RecordRow).where(RecordRow.due < FAR).values(due=sa.func.now())
            )
    for number in range(1, POSTS + 1):
        if site := site_of(number):
            hidden = site == "danbooru" and is_hidden(number)
            world[site].put(md5_of(number), general=tag_of(number), hidden=hidden)
    return world


def row_of(number):
    seed = str(number).encode()
    return {
        "id": number,
        "sha256": hashlib.sha256(seed).digest(),
        "md5": hashlib.md5(seed).digest(),
        "sha1": hashlib.sha1(seed).digest(),
        "size": 1000,
    }


def most_requests(usual, *, failed=0):
    """Return how many requests a site may get: what is promised of 10,000, for as many as there are.

    Where they are few, each that `failed` is one more.
    """
    hidden = sum(is_hidden(number) for number in range(1, POSTS + 1))
    few = failed if POSTS < PROMISED else 0
    return math.ceil(usual * POSTS / PROMISED) + few + 8 * hidden


def wrong(world):
    """Return the posts that do not have just the tags that they should have."""
    with world.sessions.begin() as session:
        rows = session.execute(
            sa.select(
                PostRow.id,
                sa.func.array(
                    sa.select(TagRow.name)
                    .where(TagRow.id == sa.any_(PostRow.tag_ids))
                    .scalar_subquery()
                ),
            )
        ).all()
        untold = session.scalars(
            sa.select(RecordRow.post_id).where(
                RecordRow.source.in_(FIRST), RecordRow.outcome.not_in(("hit", "hidden", "miss"))
            )
        ).all()
    tags = [row.id for row in rows if [*row[1]] != [tag for tag in [tag_of(row.id)] if tag]]
    return [*tags, *untold]


def tell(world, began, **more):
    """Say what was measured; `pytest -o log_cli=true --log-cli-level=info` shows it."""
    told = " ".join(f"{name}={number}" for name, number in (world.asked() | more).items())
    log.info("%s posts in %.1f s: %s", POSTS, time.monotonic() - began, told)


def test_few_requests_are_enough(many):
    began = time.monotonic()
    report = many.look_up()
    tell(many, began, a_minute=round(report.a_minute))
    assert wrong(many) == []
    assert max(many.asked()[name] for name in FIRST) <= most_requests(150)


def test_with_failing_services_and_workers_that_are_killed_every_post_is_right_at_the_end(
    many, database_url, tmp_path
):
    for seed, name in enumerate((*FIRST, "gelbooru")):
        many[name].fail_at_random(0.2, seed, BAD_DAYS)
    began = time.monotonic()
    with Workers(many, database_url, tmp_path) as workers:
        until(workers.let_work, PATIENCE, every=0.1)
    failed = {name: many[name].failed for name in FIRST}
    tell(many, began, kills=workers.kills, failed=failed)
    assert workers.kills >= KILLS
    assert wrong(many) == []
    for name in FIRST:
        most = most_requests(200, failed=failed[name] + workers.kills)
        assert len(many[name].asked) <= most, name


class Workers:
    """Two workers; whenever some requests were sent, the one who sent them is killed, and replaced."""

    def __init__(self, world, database_url, folder):
        self.world = world
        paces = {
            f"HOMEBOORU_{name.upper()}_PACE": str(SITES[name].pace * HASTE)
            for name in (*FIRST, "gelbooru")
        }
        self.environment = clean_environment(
            HOMEBOORU_DATABASE_URL=database_url,
            HOMEBOORU_DATA=str(folder / "data"),
            HOMEBOORU_MONITOR_ENABLED="false",
            HOMEBOORU_LOG_LEVEL="error",
            HOMEBOORU_SOURCES=",".join((*FIRST, "gelbooru")),
            **world.given | paces,
        )
        self.running = [None, None]
        self.kills = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in filter(None, self.running):
            worker.kill()
            worker.wait()

    def let_work(self):
        """Keep two at work; tell whether nothing is left to do."""
        for place, worker in enumerate(self.running):
            if worker is None or worker.poll() is not None:
                self.running[place] = subprocess.Popen(
                    [sys.executable, "-m", "homebooru", "worker"],
                    env=self.environment,
                    stdout=subprocess.DEVNULL,
                )
        if self.sent() > (self.kills + 1) * SOME and (pid := at_work(self.world)):
            os.kill(pid, signal.SIGKILL)
            next(worker for worker in self.running if worker.pid == pid).wait()
            self.kills += 1
        return is_over(self.world)

    def sent(self):
        return sum(self.world.asked().values())


def at_work(world):
    """Return the process that asks for tags just now, if one does."""
    with world.sessions.begin() as session:
        return session.scalar(
            sa.select(WorkerRow.pid)
            .join(JobRunRow, JobRunRow.worker_id == WorkerRow.id)
            .where(JobRunRow.name == Work.LOOKUPS, JobRunRow.state == "running")
        )


def is_over(world):
    """Tell whether nobody's answer is awaited any more."""
    awaited = sa.exists().where(RecordRow.waits_since.is_not(None), RecordRow.due < FAR)
    with world.sessions.begin() as session:
        return not session.scalar(sa.select(awaited))
