"""Pushes to a fake Immich of both versions, through all its faults: verified, or failed and why."""

from functools import partial

import pytest

from homebooru.db.tables import FavouriteRow, PostVerdictRow
from homebooru.domain.outgoing.pushing import UNWRITABLE
from homebooru.errors import Conflict
from homebooru.services.outgoing import allowing, rounds, steering
from tests.fakes.immich.faults import broken, busy
from tests.fakes.services import Reply, limited
from tests.integration.services.outgoing.mirrored import Mirrored, general, values

TREE = "Holiday/Sea"


@pytest.fixture
def mirrored(sessions, newer, quiet):
    return Mirrored(sessions, newer, quiet)


def test_tags_come_stay_and_go_and_those_of_others_are_never_touched(sessions, server, quiet):
    house = Mirrored(sessions, server, quiet)
    first, one = house.add("solo fate/stay_night character:rem_(re:zero)", tags=[TREE])
    second, two = house.add("solo")
    album = server.world.add_album(server.user, assets=[one])
    assert house.push().verified == 0
    assert values(one) == {TREE}

    assert steering.start(sessions) == 2
    assert house.push().verified == 2
    assert values(one) == {
        TREE,
        "booru/Character/rem_(re:zero)",
        *general("solo", "fate|stay_night"),
    }
    assert values(two) == general("solo")
    assert house.written() > 0

    steering.start(sessions)
    assert house.push().verified == 2
    assert house.written() == 0

    house.edit(first, "-solo -fate/stay_night cat")
    house.edit(second, "-solo")
    assert house.push().verified == 2
    assert values(one) == {TREE, "booru/Character/rem_(re:zero)", *general("cat")}
    assert values(two) == set()
    server.settle()
    assert (values(two), list(album.assets)) == (set(), [one.id])

    assert steering.remove_all(sessions) == 1
    house.push()
    assert values(one) == {TREE}
    assert {tag.value for tag in server.world.tags.values()} == {"Holiday", TREE}
    assert (house.states(), house.told, house.waiting()) == ([], [], 0)
    assert steering.push_state(sessions).wish == "off"
    assert list(album.assets) == [one.id]


def test_all_that_an_asset_gets_goes_in_one_call_and_what_goes_goes_one_by_one(mirrored):
    words = " ".join(f"tag_{number}" for number in range(20))
    posts = [mirrored.add(words)[0] for _ in range(3)]
    steering.start(mirrored.sessions)
    mirrored.push()
    assert mirrored.server.calls["PUT /tags/assets"] == 2  # one asset alone, then the others
    mirrored.server.asked.clear()

    mirrored.edit(posts[0], "-tag_1 -tag_2 -tag_3")
    assert mirrored.push().verified == 1
    assert mirrored.server.calls["DELETE /tags/*/assets"] == 3


def test_what_others_take_out_stays_out_and_what_they_put_there_is_theirs(mirrored):
    post, asset = mirrored.add("solo cat")
    world = mirrored.server.world
    steering.start(mirrored.sessions)
    mirrored.push()
    (solo,) = (tag for tag in asset.tags if tag.value.endswith("solo"))
    asset.tags.discard(solo)
    world.touch(asset)
    asset.tags.add(world.upsert_tag(mirrored.server.user, "booru/General/tree"))

    mirrored.edit(post, "tree dog")
    mirrored.push()
    assert values(asset) == general("cat", "tree", "dog")
    mirrored.edit(post, "-tree")
    mirrored.push()
    assert values(asset) == general("cat", "tree", "dog")

    assert steering.push_again(mirrored.sessions) == 1
    mirrored.push()
    assert values(asset) == general("cat", "tree", "dog", "solo")


def test_a_push_is_undone_and_stays_so_until_it_is_pushed_again(mirrored):
    post, asset = mirrored.add("solo cat")
    steering.start(mirrored.sessions)
    mirrored.push()
    mirrored.edit(post, "-cat dog")
    mirrored.push()
    last, first = steering.push_state(mirrored.sessions).pushes
    assert (last.added, last.removed, first.added) == (1, 1, 2)

    assert steering.undo(mirrored.sessions, last.id) == 1
    mirrored.push()
    assert values(asset) == general("solo", "cat")
    mirrored.edit(post, "tree")
    mirrored.push()
    assert values(asset) == general("solo", "cat", "tree")
    with pytest.raises(Conflict):
        steering.undo(mirrored.sessions, last.id)

    steering.push_again(mirrored.sessions)
    mirrored.push()
    assert values(asset) == general("solo", "dog", "tree")


def test_tags_that_the_server_drops_are_sent_until_they_stay(mirrored):
    _, asset = mirrored.add(" ".join(f"tag_{number}" for number in range(9)))
    mirrored.server.faults.drops_every = 3
    steering.start(mirrored.sessions)
    assert mirrored.push().verified == 1
    assert len(values(asset)) == 9


@pytest.mark.parametrize("polls", [1, 7])
def test_what_is_slow_is_waited_for(mirrored, polls):
    mirrored.server.world.jobs.polls = polls
    assets = [mirrored.add("solo cat")[1] for _ in range(4)]
    steering.start(mirrored.sessions)
    assert mirrored.push().verified == 4
    mirrored.server.settle()
    assert all(values(asset) == general("solo", "cat") for asset in assets)


def test_what_never_settles_is_looked_at_later(mirrored):
    mirrored.server.world.jobs.polls = None
    _, asset = mirrored.add("solo")
    steering.start(mirrored.sessions)
    assert mirrored.push().verified == 0
    assert (mirrored.states(), mirrored.waiting()) == (["applied"], 1)
    mirrored.written()

    mirrored.hurry()
    mirrored.push()
    assert (mirrored.written(), mirrored.states()) == (0, ["applied"])
    mirrored.server.settle()
    mirrored.hurry()
    assert mirrored.push().verified == 1
    assert (mirrored.written(), values(asset)) == (0, general("solo"))


def test_a_library_that_cannot_keep_tags_is_found_out_on_one_asset(mirrored):
    world = mirrored.server.world
    bad = world.add_library(mirrored.server.user, "/read only")
    world.disk.make_read_only("/read only")
    lost = [mirrored.add("solo", library=bad, name=f"{n}.jpg")[1] for n in range(5)]
    _, kept = mirrored.add("solo")
    steering.start(mirrored.sessions)
    mirrored.push()

    assert [values(asset) for asset in lost] == [set()] * 5
    assert values(kept) == general("solo")
    tagged = [one.body for one in mirrored.server.writes if one.path == "/api/tags/assets"]
    assert sum(any(asset.id.encode() in body for body in tagged) for asset in lost) == 1
    assert mirrored.states() == ["failed"] * 5 + ["verified"]
    assert mirrored.reasons() == {UNWRITABLE, None}
    assert mirrored.waiting() == 0
    mirrored.written()
    mirrored.push()
    assert mirrored.written() == 0

    world.disk.make_writable("/read only")
    assert steering.try_again(mirrored.sessions) == 5
    assert mirrored.push().verified == 5
    assert [values(asset) for asset in lost] == [general("solo")] * 5


def test_what_extraction_wipes_fails_with_a_reason(mirrored):
    mirrored.add("solo")
    mirrored.server.faults.wipes = True
    steering.start(mirrored.sessions)
    assert mirrored.push().failed == 1
    assert (mirrored.states(), mirrored.reasons()) == (["failed"], {UNWRITABLE})


@pytest.mark.parametrize(
    ("call", "trouble"),
    [
        ("PUT .*/tags$", busy()),
        ("PUT .*/tags/assets", limited(Retry_After="1")),
        ("PUT .*/tags/assets", broken()),
        ("PUT .*/tags/assets", "cut"),
        ("GET .*/assets/", broken()),
    ],
)
def test_troubles_pass_and_nothing_is_lost_or_pushed_twice(mirrored, trouble, call):
    _, asset = mirrored.add("solo cat", tags=[TREE])
    mirrored.server.faults.fail(call, trouble, times=1)
    steering.start(mirrored.sessions)
    for _ in range(3):
        mirrored.push()
        mirrored.hurry()
    assert values(asset) == {TREE, *general("solo", "cat")}
    assert (mirrored.states(), mirrored.waiting()) == (["verified"], 0)
    assert mirrored.server.calls["PUT /tags/assets"] <= 2


def test_a_push_that_breaks_off_ends_with_its_reason(mirrored, monkeypatch):
    posts = [mirrored.add("solo")[0] for _ in range(3)]
    steering.start(mirrored.sessions)
    mirrored.push()
    for post in posts:
        mirrored.edit(post, "-solo cat")
    mirrored.server.faults.fail("DELETE", broken())
    mirrored.push()
    last, first = steering.push_state(mirrored.sessions).pushes
    assert (first.reason, last.added) == (None, 3)
    assert "500" in last.reason
    assert last.ended_at is None

    mirrored.server.faults.heal()
    mirrored.hurry()
    monkeypatch.setattr(rounds, "send", failing)
    with pytest.raises(ZeroDivisionError):
        mirrored.push()
    broken_off = steering.push_state(mirrored.sessions).pushes[0]
    assert (broken_off.id, broken_off.reason) == (last.id, "no way")
    assert broken_off.ended_at
    monkeypatch.undo()
    mirrored.push()
    assert mirrored.states() == ["verified"] * 3


def failing(*_):
    raise ZeroDivisionError("no way")


def test_what_was_sent_before_a_refusal_stays_known_as_ours(mirrored):
    _, asset = mirrored.add("solo", tags=[TREE])
    refusal = Reply({"message": "Missing required permission: asset.read"}, 403)
    mirrored.server.faults.fail("POST .*/search", refusal)
    steering.start(mirrored.sessions)
    assert mirrored.push().failed == 1
    assert values(asset) == {TREE, *general("solo")}
    assert "asset.read" in str(mirrored.reasons())
    assert mirrored.waiting() == 0

    mirrored.server.faults.heal()
    steering.remove_all(mirrored.sessions)
    mirrored.push()
    assert values(asset) == {TREE}


def test_a_push_that_is_stopped_is_gone_on_with_and_undone_whole(mirrored, for_batches):
    assets = [mirrored.add("solo", tags=[TREE])[1] for _ in range(5)]
    steering.start(mirrored.sessions)
    mirrored.progress, calm = for_batches(2), mirrored.progress
    mirrored.push()
    assert mirrored.waiting() > 0
    [stopped] = steering.push_state(mirrored.sessions).pushes
    assert stopped.ended_at is None

    mirrored.progress = calm
    mirrored.push()
    [whole] = steering.push_state(mirrored.sessions).pushes
    assert (whole.id, whole.added, whole.reason) == (stopped.id, 5, None)
    assert whole.ended_at
    assert all(values(asset) == {TREE, *general("solo")} for asset in assets)

    steering.undo(mirrored.sessions, whole.id)
    mirrored.progress = for_batches(2)
    mirrored.push()
    mirrored.progress = calm
    mirrored.push()
    assert all(values(asset) == {TREE} for asset in assets)
    assert mirrored.waiting() == 0


def test_while_nothing_is_pushed_only_what_was_pushed_can_be_taken_back(mirrored):
    post, asset = mirrored.add("solo rating:e", tags=[TREE])
    allowing.change_profile(mirrored.sessions, {"favourites": True})
    steering.start(mirrored.sessions)
    mirrored.push()
    with mirrored.sessions.begin() as session:
        session.add(FavouriteRow(account_id=1, post_id=post))
    mirrored.edit(post, "cat")
    steering.stop(mirrored.sessions)
    mirrored.edit(post, "dog")
    mirrored.push()
    assert (values(asset), asset.favourite) == ({TREE, *general("solo")}, False)

    [only] = steering.push_state(mirrored.sessions).pushes
    steering.undo(mirrored.sessions, only.id)
    mirrored.push()
    assert values(asset) == {TREE}
    assert mirrored.waiting() == 0


@pytest.mark.parametrize(
    "trouble", [busy(), limited(Retry_After="1"), broken(), "cut", "drops", "wipes"]
)
def test_whatever_goes_wrong_a_push_is_undone_and_all_of_it_removed(mirrored, trouble):
    posts = dict(mirrored.add("solo cat", tags=[TREE]) for _ in range(2))
    steering.start(mirrored.sessions)
    mirrored.push()
    for post in posts:
        mirrored.edit(post, "-cat dog")
    mirrored.push()
    last = steering.push_state(mirrored.sessions).pushes[0]
    faults = mirrored.server.faults
    undo = partial(steering.undo, run_id=last.id)
    for act, now in ((undo, general("solo", "cat")), (steering.remove_all, set())):
        act(mirrored.sessions)
        if trouble in ("drops", "wipes"):
            faults.drops_every, faults.wipes = (3, False) if trouble == "drops" else (0, True)
        else:
            faults.fail("DELETE .*/tags/", trouble, times=3)
        for _ in range(5):
            mirrored.push()
            mirrored.hurry()
        assert all(values(asset) - {TREE} <= now for asset in posts.values())
        if trouble != "wipes":
            assert all(values(asset) == {TREE, *now} for asset in posts.values())
    assert steering.push_state(mirrored.sessions).wish == steering.OFF
    ours = [one.value for one in mirrored.server.world.tags.values() if one.value[:5] == "booru"]
    assert ours == []


def test_what_cannot_be_taken_back_says_why_until_it_can(mirrored):
    library = mirrored.server.world.add_library(mirrored.server.user, "/pictures")
    _, asset = mirrored.add("solo", library=library, name="a.jpg")
    steering.start(mirrored.sessions)
    mirrored.push()
    mirrored.server.world.disk.make_read_only("/pictures")
    steering.remove_all(mirrored.sessions)
    mirrored.push()
    assert mirrored.reasons() == {UNWRITABLE}
    assert steering.push_state(mirrored.sessions).wish == steering.REMOVING
    assert values(asset) == general("solo")

    mirrored.server.world.disk.make_writable("/pictures")
    assert steering.try_again(mirrored.sessions) == 1
    mirrored.push()
    assert values(asset) == set()
    assert steering.push_state(mirrored.sessions).wish == steering.OFF


def test_a_tag_that_was_deleted_there_is_not_made_again_unasked(mirrored):
    mirrored.add("solo cat")
    steering.start(mirrored.sessions)
    mirrored.push()
    world = mirrored.server.world
    world.delete_tag(next(tag for tag in world.tags.values() if tag.value.endswith("solo")))
    _, other = mirrored.add("solo dog")
    mirrored.push()
    assert values(other) == general("dog")


def test_ratings_stars_favourites_and_descriptions_go_where_that_is_set_and_come_back(mirrored):
    post, asset = mirrored.add("rating:e stars:4 is:reviewed", description="old", stars=2)
    with mirrored.sessions.begin() as session:
        session.add(PostVerdictRow(post_id=post, about="description", value="a cat"))
        session.add(FavouriteRow(account_id=1, post_id=post))
    steering.start(mirrored.sessions)
    mirrored.push()
    assert (values(asset), asset.stars, asset.favourite) == (set(), 2, False)

    facts = dict.fromkeys(("ratings", "stars", "favourites", "descriptions"), True)
    allowing.change_profile(mirrored.sessions, facts)
    assert mirrored.push().verified == 1
    assert values(asset) == {"booru/Rating/explicit"}
    assert (asset.stars, asset.favourite, asset.description) == (4, True, "a cat")

    steering.remove_all(mirrored.sessions)
    mirrored.push()
    assert (asset.stars, asset.favourite, asset.description) == (2, False, "old")
    assert values(asset) == set()
