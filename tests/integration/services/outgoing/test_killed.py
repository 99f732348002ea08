"""SIGKILL of a process that pushes, at its steps, by both channels: the end is that of a calm push."""

import itertools
import os
from collections import Counter

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PushRow, PushTagRow, SidecarRow
from homebooru.services.outgoing import allowing, steering
from tests.fakes.immich.server import FakeImmich
from tests.integration.services.outgoing.dying import killed_at
from tests.integration.services.outgoing.mirrored import External, Mirrored, general, values
from tests.sidecars import IMMICH

TREE = "Holiday/Sea"
WISHES = ("cat -dog", "-cat dog")
STEPS, MOST_STEPS = 20, 60
STRIDE = int(os.environ.get("TEST_PUSH_STRIDE", "3"))
"""Every so-manieth step is one to die at, an odd number; 1 is all of them, two minutes."""


class Uploads(Mirrored):
    """Assets that were uploaded: their tags go there by Immich's own calls."""

    def __init__(self, sessions, server, progress, _folder):
        super().__init__(sessions, server, progress)

    def fill(self):
        return dict(self.add("solo", tags=[TREE]) for _ in range(2))


class Folder(External):
    """Pictures in a folder of ours: one has a sidecar of Immich's, one none."""

    def fill(self):
        allowing.allow(self.sessions, self.root)
        known = self.see("a.jpg", "solo", IMMICH)
        known[1].sidecar = f"{known[1].path}.xmp"
        known[1].tags = {self.server.world.upsert_tag(self.server.user, TREE)}
        return dict([known, self.see("b.jpg", "solo")])


@pytest.fixture(params=[Uploads, Folder])
def house(request, sessions, quiet, tmp_path):
    with FakeImmich(3) as server:
        yield request.param(sessions, server, quiet, tmp_path / "pictures")


def counted(server):
    """Count from now on how often which tag was put on an asset or taken off it."""
    counts = Counter()
    put, take = server._writing._put, server._writing._take_off

    def putting(asset, tags):
        counts.update((asset.id, tag.value, "put") for tag in tags if tag not in asset.tags)
        return put(asset, tags)

    def taking(asset, tag):
        counts[asset.id, tag.value, "taken"] += 1
        return take(asset, tag)

    server._writing._put, server._writing._take_off = putting, taking
    return counts


def files(house):
    tree = getattr(house, "tree", None)
    return {} if tree is None else {one.name: one.read_bytes() for one in tree.folder.iterdir()}


def lines(house):
    """Return what the files hold, in whatever order: what comes back stands last."""
    return {name: sorted(content.splitlines()) for name, content in files(house).items()}


def test_whenever_a_push_is_killed_all_is_there_once(house):
    posts = house.fill()
    theirs = {post: values(asset) for post, asset in posts.items()}
    steering.start(house.sessions)
    house.work()
    counts = counted(house.server)
    ends = {0: set(), 1: set()}
    for step in itertools.count(0, STRIDE):
        for post in posts:
            house.edit(post, WISHES[step % 2])
        counts.clear()
        was_killed = killed_at(step, house)
        house.hurry()
        house.work()
        now = general("solo", ("cat", "dog")[step % 2])
        assert {post: values(asset) for post, asset in posts.items()} == {
            post: tags | now for post, tags in theirs.items()
        }
        assert set(counts.values()) <= {1}
        assert (house.states(), house.waiting()) == (["verified"] * 2, 0)
        ends[step % 2].add(tuple(sorted(files(house).items())))
        if not was_killed:
            break
    assert step > STEPS
    assert [len(end) for end in ends.values()] == [1, 1]
    pushes = steering.push_state(house.sessions).pushes
    assert all(one.ended_at and one.reason is None for one in pushes)


def test_whenever_taking_all_back_is_killed_nothing_of_ours_is_left(house):
    posts = house.fill()
    theirs, before = [values(asset) for asset in posts.values()], files(house)
    for step in itertools.count(0, STRIDE):
        steering.start(house.sessions)
        if "tree" in vars(house):
            allowing.allow(house.sessions, house.root)
        house.work()
        assert set(house.states()) == {"verified"}
        steering.remove_all(house.sessions)
        was_killed = killed_at(step, house)
        for _ in range(2):  # a sidecar is rid of us between two looks at its asset
            house.hurry()
            house.work()
        assert [values(asset) for asset in posts.values()] == theirs
        assert files(house) == before
        assert steering.push_state(house.sessions).wish == steering.OFF
        with house.sessions() as session:
            assert not session.scalars(sa.select(PushTagRow.value)).all()
            assert not session.scalars(sa.select(PushRow.asset_id)).all()
            assert not session.scalars(sa.select(SidecarRow.path)).all()
        if not was_killed:
            break
    assert step > STEPS


@pytest.mark.parametrize("house", [Folder], indirect=True)
def test_whenever_undoing_a_push_is_killed_that_push_alone_is_undone(house):
    posts, former = house.fill(), " ".join(f"old_{step}" for step in range(MOST_STEPS))
    for post in posts:
        house.edit(post, former)
    steering.start(house.sessions)
    house.work()
    before, there = lines(house), [values(asset) for asset in posts.values()]
    for step in range(0, MOST_STEPS, STRIDE):
        for post in posts:
            house.edit(post, f"new_{step} -new_{step - STRIDE} -old_{step}")
        house.work()
        last = steering.push_state(house.sessions).pushes[0]
        assert (last.added, last.removed) == (2, 2)
        steering.undo(house.sessions, last.id)
        was_killed = killed_at(step, house)
        house.hurry()
        house.work()
        assert [values(asset) for asset in posts.values()] == there
        assert lines(house) == before
        assert (house.states(), house.waiting()) == (["verified"] * 2, 0)
        if not was_killed:
            break
    assert STEPS < step < MOST_STEPS - STRIDE
    assert all(one.ended_at for one in steering.push_state(house.sessions).pushes)
