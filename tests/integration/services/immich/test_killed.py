"""SIGKILL of the process that mirrors, at its steps one after the other."""

from __future__ import annotations

import os
from itertools import count
from multiprocessing import get_context
from signal import SIGKILL
from uuid import UUID

import pytest
import sqlalchemy as sa

from homebooru.db.queries.lookups import permitted
from homebooru.db.tables import AlbumRow, MirrorRow, PersonRow, PictureOrderRow, PostRow
from tests.integration.services.immich.dying import FEW, follow_until, mirror_until
from tests.integration.services.immich.house import House

pytestmark = pytest.mark.slow

STRIDE = int(os.environ.get("TEST_MIRROR_STRIDE", "11"))
"""Every so-manieth step is one to die at; 1 is all of them, a minute or two."""
ASSETS = 9
CUT = 5 * FEW
"""So much at most was under way: stored, waiting to be, and asked for ahead."""


@pytest.fixture(scope="module")
def processes():
    """Processes that are there in no time, since what they need is loaded before."""
    context = get_context("forkserver")
    context.set_forkserver_preload([mirror_until.__module__])
    return context


def test_whoever_is_killed_at_any_step_ends_the_same_and_reads_nothing_twice(
    here3, newer, processes, database_url
):
    album = fill(newer)
    with here3.sessions.begin() as session:
        permitted.opt_in(session, [UUID(album.id)])
    undisturbed = finish(here3)
    assert len(undisturbed[0]) == ASSETS
    server = (newer.url, newer.key.text, newer.user.id)
    for step in count(1, STRIDE):
        forget(here3)
        newer.asked.clear()
        process = processes.Process(target=mirror_until, args=(step, database_url, *server))
        process.start()
        process.join()
        if process.exitcode == 0:
            break
        assert process.exitcode == -SIGKILL
        assert finish(here3) == undisturbed, step
        assert newer.calls["GET /assets/*"] <= ASSETS + CUT, step
        assert newer.calls["GET /assets/*/thumbnail"] <= ASSETS + FEW, step
        assert newer.calls["GET /assets/*/original"] <= len(album.assets) + FEW, step
        assert not newer.writes
    assert step > 100


def test_whoever_dies_while_immich_follows_the_trash_leaves_nothing_undone_or_done_twice(
    sessions, newer, quiet, processes, database_url
):
    house = House(sessions, newer, quiet)
    some, posts = house.begin(3)
    server = (newer.url, newer.key.text, newer.user.id)
    house.throw(*posts)
    thrown = True
    for step in count(1, max(1, STRIDE // 4)):
        newer.asked.clear()
        process = processes.Process(target=follow_until, args=(step, database_url, *server))
        process.start()
        process.join()
        house.hurry()
        house.follow()
        assert {one.trashed for one in some} == {thrown}
        assert len(newer.writes) == 1, step
        assert house.states() == {("trash", thrown, "verified")}
        if process.exitcode == 0:
            break
        assert process.exitcode == -SIGKILL
        thrown = not thrown
        (house.throw if thrown else house.restore)(*posts)
    assert step > 10
    assert not newer.faults.forced


def fill(server):
    """Let there be something of everything."""
    world, me = server.world, server.user
    anna = world.add_person(me, "Anna")
    some = [
        world.add_asset(
            me,
            content=b"%d" % number,
            tags=[f"tag {number % 3}"],
            people=[anna] if number % 2 else [],
            visibility="archive" if number == 4 else "timeline",
            stars=number % 5 or None,
        )
        for number in range(ASSETS)
    ]
    world.add_stack(some[1:3])
    return world.add_album(me, "Holiday", some[2:5])


def finish(mirror):
    """Mirror once more, as the next worker would, and tell all that is known."""
    assert mirror.sync(census=True).finished
    with mirror.sessions.begin() as session:
        session.execute(sa.update(PictureOrderRow).values(due=sa.func.now(), claimed_by=None))
    mirror.fetch()
    return mirror.everything()


def forget(mirror):
    """Let nothing have been mirrored."""
    with mirror.sessions.begin() as session:
        for table in (MirrorRow, PostRow, AlbumRow, PersonRow):
            session.execute(sa.delete(table))
