"""Sidecars that we write and Immich reads: one channel an asset, seen to the end."""

import pytest

from homebooru.domain.outgoing.pushing import UNREAD
from homebooru.domain.scope import EVERYTHING
from homebooru.services.outgoing import allowing, foretelling, steering
from tests.fakes.immich.server import FakeImmich
from tests.integration.services.outgoing.mirrored import THERE, External, general, values
from tests.sidecars import IMMICH


@pytest.fixture(params=[True, False], ids=["admin", "no admin"])
def server(request):
    with FakeImmich(3) as server:
        if not request.param:
            server.user = server.world.add_user("Ben")
            server.key = server.world.add_key(server.user)
        yield server


@pytest.fixture
def house(sessions, server, quiet, tmp_path):
    house = External(sessions, server, quiet, tmp_path / "pictures")
    allowing.allow(sessions, house.root)
    return house


def test_sidecars_are_written_registered_read_and_taken_back(house):
    post, new = house.see("a.jpg", "solo cat")
    _, known = house.see("b.jpg", "solo", IMMICH)
    known.sidecar = f"{known.path}.xmp"
    steering.start(house.sessions)
    told = foretelling.foretell(house.sessions, house.places.get, EVERYTHING)
    assert (told.assets, told.by_sidecar, told.times) == (2, 2, 3)

    assert house.work().verified == 2
    assert values(new) == general("solo", "cat")
    assert values(known) == {"Holiday/Sea", *general("solo")}
    assert not any(call.startswith("PUT /tags") for call in house.server.calls)
    house.written()
    steering.start(house.sessions)
    assert (house.work().verified, house.written()) == (2, 0)

    house.edit(post, "-cat tree")
    assert house.work().verified == 1
    assert values(new) == general("solo", "tree")

    steering.remove_all(house.sessions)
    house.push()
    house.work()
    assert (values(new), values(known)) == (set(), {"Holiday/Sea"})
    assert (house.tree.folder / "b.jpg.xmp").read_bytes() == IMMICH
    assert not (house.tree.folder / "a.jpg.xmp").exists()


def test_a_sidecar_that_immich_does_not_see_fails_with_that_reason(house, tmp_path):
    house.see("a.jpg", "solo")
    (tmp_path / "elsewhere").mkdir()
    house.server.world.disk.mount(THERE, tmp_path / "elsewhere")
    steering.start(house.sessions)
    house.work()
    assert house.reasons() == {UNREAD}
