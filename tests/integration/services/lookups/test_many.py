"""Many posts, of which Danbooru knows most: few requests, and every post right at the end.

Without more being said it is a tenth of what is promised, by nobody who is killed;
TEST_LOOKUPS=10000 is all of it.
"""

import hashlib
import logging
import os
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from homebooru.db.queries.lookups import asked
from homebooru.db.queries.lookups.chain import FAR
from homebooru.db.queue import Work, wake
from homebooru.db.tables import PostRow, RecordRow, ServiceRow, TagRow
from tests.fakes.services import HALF, Reply, down, limited, page
from tests.integration.services.lookups.conftest import FIRST, md5_of
from tests.processes import clean_environment
from tests.waiting import until

pytestmark = pytest.mark.slow
log = logging.getLogger(__name__)

POSTS = int(os.environ.get("TEST_LOOKUPS", "1000"))
HIDDEN_EACH = 500  # of so many posts one is shown without its digest
OTHERS = ("e621", "yandere", "gelbooru")
BATCH = 1000
PATIENCE = 900  # seconds for all of it
LATER = {"Retry-After": "60"}
BAD_DAYS = (
    limited(Retry_After="60"),
    Reply(down().body, 503, LATER),
    Reply(page().body, 403, LATER, page().kind),
    HALF,
)


def site_of(number):
    """Return who knows a post: of ten posts Danbooru knows six, and one only another site."""
    if number % 10 < 6:
        return "danbooru"
    return OTHERS[number // 10 % len(OTHERS)] if number % 10 == 6 else None


def is_hidden(number):
    return number % HIDDEN_EACH == 0


def tag_of(number):
    return f"{site_of(number)}_{number % 7}" if site_of(number) else None


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


def most_requests(usual):
    """Return how many requests a site may get: what is promised of 10,000, for as many as there are."""
    hidden = sum(is_hidden(number) for number in range(1, POSTS + 1))
    return usual * POSTS / 10_000 + 8 * hidden


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


@pytest.mark.skipif("TEST_LOOKUPS" not in os.environ, reason="it takes minutes; say how many posts")
def test_with_failing_services_and_workers_that_are_killed_every_post_is_right_at_the_end(
    many, database_url, tmp_path
):
    for seed, name in enumerate((*FIRST, "gelbooru")):
        many[name].fail_at_random(0.2, seed, BAD_DAYS)
    began = time.monotonic()
    with Workers(many, database_url, tmp_path) as workers:
        until(workers.let_work, PATIENCE)
    tell(many, began, kills=workers.kills)
    assert workers.kills >= len(workers.running)
    assert wrong(many) == []
    assert max(many.asked()[name] for name in FIRST) <= most_requests(200)


class Workers:
    """Two workers; now and then one of them is killed, and another takes its place."""

    def __init__(self, world, database_url, folder):
        self.world = world
        self.environment = clean_environment(
            HOMEBOORU_DATABASE_URL=database_url,
            HOMEBOORU_DATA=str(folder / "data"),
            HOMEBOORU_MONITOR_ENABLED="false",
            HOMEBOORU_LOG_LEVEL="error",
            HOMEBOORU_SOURCES=",".join((*FIRST, "gelbooru")),
            **world.given,
        )
        self.running = [None, None]
        self.kills = 0
        self.stages = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for worker in filter(None, self.running):
            worker.kill()
            worker.wait()

    def let_work(self):
        """Keep two at work, and let the time pass for which services are left alone."""
        asked = self.world.asked()
        stages = sum(asked[name] for name in FIRST) // 15 + asked["gelbooru"] // 150
        stages = stages * 1000 // POSTS
        if stages > self.stages:
            self.stages = stages
            victim = self.running[stages % 2]
            victim.kill()
            victim.wait()
            self.kills += 1
        for place, worker in enumerate(self.running):
            if worker is None or worker.poll() is not None:
                self.running[place] = subprocess.Popen(
                    [sys.executable, "-m", "homebooru", "worker"],
                    env=self.environment,
                    stdout=subprocess.DEVNULL,
                )
        self.let_time_pass()
        return is_over(self.world)

    def let_time_pass(self):
        """Open services that are left alone, and tell the workers, who would look half a minute later."""
        with self.world.sessions.begin() as session:
            closed = sa.update(ServiceRow).where(ServiceRow.closed_until.is_not(None))
            opened = session.execute(
                closed.values(closed_until=None, failures=0).returning(ServiceRow.name)
            )
            if opened.first():
                wake(session, Work.LOOKUPS)


def is_over(world):
    """Tell whether nobody's answer is awaited any more."""
    awaited = sa.exists().where(RecordRow.waits_since.is_not(None), RecordRow.due < FAR)
    with world.sessions.begin() as session:
        return not session.scalar(sa.select(awaited))
