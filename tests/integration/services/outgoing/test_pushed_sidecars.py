"""Sidecars that we write and Immich reads: one channel an asset, seen to the end."""

import pytest

from homebooru.domain.outgoing.pushing import UNREAD
from homebooru.domain.scope import EVERYTHING
from homebooru.services.outgoing import allowing, foretelling, steering
from tests.fakes.immich.server import FakeImmich
from tests.integration.services.outgoing.mirrored import THERE, External, general, values
from tests.sidecars import IMMICH


@pytest.fixture(params=[(3, True), (3, False), (2, True)], ids=["admin", "no admin", "older"])
def server(request):
    major, is_admin = request.param
    with FakeImmich(major) as server:
        if not is_admin:
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


def test_a_push_by_sidecars_is_undone_by_itself_and_stays_so_until_it_is_pushed_again(house):
    post, one = house.see("a.jpg", "solo cat")
    other, two = house.see("b.jpg", "solo", IMMICH)
    two.sidecar = f"{two.path}.xmp"
    steering.start(house.sessions)
    house.work()
    before = house.beside("b.jpg")
    house.edit(post, "-cat dog :| character:rem_(re:zero)")
    house.edit(other, "tree -solo")
    house.work()
    last, first = steering.push_state(house.sessions).pushes
    assert (first.added, first.removed, last.added, last.removed) == (3, 0, 4, 2)
    assert all(each.ended_at for each in (first, last))
    house.write_by_hand("a.jpg", "Animals/Dog")
    now = house.beside("a.jpg"), house.beside("b.jpg")

    assert steering.undo(house.sessions, last.id) == 2
    assert (house.beside("a.jpg"), house.beside("b.jpg")) == now
    house.work()
    assert values(one) == {"Animals/Dog", *general("solo", "cat")}
    assert (values(two), house.beside("b.jpg")) == ({"Holiday/Sea", *general("solo")}, before)
    assert not any(word in house.beside("a.jpg") for word in (b"dog", b">:", b"rem_"))
    assert (house.states(), house.waiting()) == (["verified"] * 2, 0)
    house.written()
    steering.start(house.sessions)
    assert (house.work().verified, house.written()) == (2, 0)

    house.edit(post, "bird")
    allowing.write_all(house.sessions, house.root)
    house.work()
    assert values(one) == {"Animals/Dog", *general("solo", "cat", "bird")}
    assert values(two) == {"Holiday/Sea", *general("solo")}

    assert steering.push_again(house.sessions) == 2
    house.work()
    rem = "booru/Character/rem_(re:zero)"
    assert values(one) == {"Animals/Dog", rem, *general("solo", "dog", ":∣", "bird")}
    assert values(two) == {"Holiday/Sea", *general("tree")}
    house.written()
    steering.start(house.sessions)
    assert (house.work().verified, house.written()) == (2, 0)


def test_the_only_push_of_a_picture_is_undone_even_where_nothing_is_written_any_more(house):
    post, asset = house.see("a.jpg", "solo")
    steering.start(house.sessions)
    house.work()
    house.edit(post, "-solo")
    house.work()
    assert (values(asset), house.states()) == (set(), [])
    last, first = steering.push_state(house.sessions).pushes
    steering.undo(house.sessions, last.id)
    house.work()
    assert values(asset) == general("solo")

    allowing.forbid(house.sessions, house.root)
    steering.stop(house.sessions)
    steering.undo(house.sessions, first.id)
    house.work()
    assert (values(asset), house.waiting()) == (set(), 0)
    assert not (house.tree.folder / "a.jpg.xmp").exists()


def test_what_was_undone_stays_out_when_sidecars_come_to_be_written_instead(house):
    allowing.forbid(house.sessions, house.root)
    house.server.world.disk.make_writable(THERE)
    post, asset = house.see("a.jpg", "solo cat")
    steering.start(house.sessions)
    house.work()
    [first] = steering.push_state(house.sessions).pushes
    steering.undo(house.sessions, first.id)
    house.work()
    assert values(asset) == set()

    allowing.allow(house.sessions, house.root)
    house.edit(post, "dog")
    house.work()
    house.work()
    assert values(asset) == general("dog")
    assert b"solo" not in house.beside("a.jpg")
    assert (house.states(), house.waiting()) == (["verified"], 0)


def test_a_sidecar_that_immich_does_not_see_fails_with_that_reason(house, tmp_path):
    house.see("a.jpg", "solo")
    (tmp_path / "elsewhere").mkdir()
    house.server.world.disk.mount(THERE, tmp_path / "elsewhere")
    steering.start(house.sessions)
    house.work()
    assert house.reasons() == {UNREAD}
