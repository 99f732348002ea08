"""Immich follows the trash here, and merges; what people do over there is noticed, and nothing is lost."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from homebooru.db.queries.views import post_views
from homebooru.db.tables import AssetWishRow, DuplicatePairRow, LocationRow, MirrorRow, PostRow
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.scope import EVERYTHING
from homebooru.services.duplicates.deciding import Wish, decide, undo
from homebooru.services.duplicates.previewing import heritage
from homebooru.services.immich import answering
from homebooru.services.immich.fulfilling import fulfil_due
from homebooru.services.trash.showing import show_trash
from tests.fakes.immich.faults import broken
from tests.integration.services.immich.house import ME, House

DELETE = "DELETE /api/assets"


@pytest.fixture
def house(sessions, newer, quiet):
    return House(sessions, newer, quiet)


def trashed(assets):
    return [one.trashed for one in assets]


def let_follow(house, *, allowed):
    with house.sessions.begin() as session:
        session.execute(sa.update(MirrorRow).values(takes_trash=allowed))


def told_of_albums(house, kept, lost):
    """Return into how many albums the preview of a merge lets a post come, and into how many not."""
    with house.sessions() as session:
        rows = [session.get_one(PostRow, one) for one in (kept, lost)]
        told = heritage(session, *post_views(session, rows, EVERYTHING))
    return told.albums, told.albums_left


def test_what_is_thrown_away_goes_into_the_trash_there_and_comes_back(sessions, server, quiet):
    house = House(sessions, server, quiet)
    some, posts = house.begin(tags=["cat"], favourite=True)
    album = server.world.add_album(server.user, "Holiday", some)
    house.throw(*posts[:2])
    assert trashed(some) == [False] * 3
    assert house.follow().verified == 2
    assert trashed(some) == [True, True, False]
    assert server.calls[DELETE.replace("/api", "")] == 1
    house.sync(census=True)
    trash = show_trash(sessions, EVERYTHING)
    assert (trash.posts, trash.there.inside) == (2, 2)
    assert not house.all(PostRow.id, where=PostRow.missing_since.is_not(None))

    house.restore(*posts[:2])
    assert house.follow().verified == 2
    house.sync()
    assert trashed(some) == [False] * 3
    assert house.is_same()
    assert house.albums() == {("Holiday", one.id) for one in some}
    assert all(one.favourite and {tag.value for tag in one.tags} == {"cat"} for one in some)
    assert list(album.assets) == [one.id for one in some]
    assert not server.faults.forced

    writes = len(server.writes)
    house.hurry()
    house.follow()
    assert len(server.writes) == writes


def test_nothing_goes_there_until_it_is_allowed_and_what_was_trash_before_is_left(house):
    some, posts = house.begin()
    house.immich.world.change(some[1], trashed=True)
    let_follow(house, allowed=False)
    house.throw(posts[0])
    assert house.states() == set()
    let_follow(house, allowed=True)
    house.throw(posts[1])
    house.follow()
    house.restore(posts[0], posts[1])
    house.follow()
    assert trashed(some) == [False, True, False]
    assert not house.immich.writes


def test_a_picture_that_lies_in_a_folder_here_follows_its_folder(house):
    library = house.immich.world.add_library(house.immich.user, "/there")
    some, posts = house.begin(1, library=library)
    house.places = {some[0].path: (1, b"here.jpg")}.get
    house.throw(*posts)
    house.follow()
    assert (house.states(), house.immich.writes) == (set(), [])


def test_what_was_sent_is_read_back_and_a_refusal_is_told(house, monkeypatch):
    some, posts = house.begin()
    monkeypatch.setattr(house.progress, "report_error", lambda *_: None)
    house.immich.key.permissions = {"all"} - {"all"} | {"asset.read", "user.read"}
    house.throw(posts[0])
    assert house.follow().failed == 1
    [(reason,)] = house.all(AssetWishRow.reason)
    assert "asset.delete" in reason
    house.immich.key.permissions = {"all"}
    answering.try_again(house.sessions, house.home.owner_id)
    assert house.follow().verified == 1

    house.immich.faults.fail(DELETE, broken(), times=1)
    house.throw(posts[1])
    house.follow()
    assert ("trash", True, "applied") in house.states()
    house.hurry()
    house.follow()
    assert trashed(some) == [True, True, False]

    house.immich.world.jobs.polls = None  # nothing is done, whatever is answered
    house.throw(posts[2])
    for _ in range(4):
        house.follow()
        house.hurry()
    assert ("trash", True, "failed") in house.states()
    house.immich.world.jobs.polls = 0


def test_whoever_dies_between_sending_and_reading_sends_nothing_twice(house):
    some, posts = house.begin()
    house.throw(*posts)

    def die(_):
        raise KeyboardInterrupt

    house.immich.world.jobs.polls = 1
    with house.opened() as users, pytest.raises(KeyboardInterrupt):
        fulfil_due(house.sessions, users, house.progress, places=house.places, pause=die)
    house.immich.world.jobs.polls = 0
    house.hurry()
    assert house.follow().verified == 3
    assert trashed(some) == [True] * 3
    assert house.immich.calls["DELETE /assets"] == 1


def test_what_is_restored_over_there_is_asked_about_and_what_is_deleted_there_is_kept_here(house):
    some, posts = house.begin(4)
    owner = house.home.owner_id
    house.throw(*posts)
    house.follow()
    house.sync()
    world = house.immich.world
    world.change(some[0], trashed=False)
    world.change(some[1], trashed=False)
    world.remove(some[3])
    house.sync(census=True)
    there = show_trash(house.sessions, EVERYTHING).there
    assert (there.inside, there.undone, there.gone) == (1, 2, 1)
    assert house.all(PostRow.id, where=PostRow.trashed_at.is_(None)) == set()
    house.follow()
    assert trashed(some[:3]) == [False, False, True]

    answering.put_back(house.sessions, owner)
    house.follow()
    assert trashed(some[:3]) == [True] * 3
    world.change(some[0], trashed=False)
    house.sync()
    answering.restore_too(house.sessions, owner, EVERYTHING, ME)
    house.sync()
    assert house.all(PostRow.id, where=PostRow.trashed_at.is_(None)) == {(posts[0],)}
    assert house.all(LocationRow.post_id, where=LocationRow.missing_since.is_not(None)) == {
        (posts[3],)
    }
    house.restore(posts[3])
    house.follow()
    house.sync()
    assert show_trash(house.sessions, EVERYTHING).there.gone == 0
    assert house.all(PostRow.id) == {(one,) for one in posts}


def test_a_merge_carries_albums_and_favourites_over_and_back(house):
    world, me = house.immich.world, house.immich.user
    (old, new), (lost, kept) = house.begin(2)
    both = world.add_album(me, "Both", [old, new])
    holiday = world.add_album(me, "Holiday", [old])
    world.change(old, favourite=True)
    house.sync()
    assert told_of_albums(house, kept, lost) == (1, 0)
    assert told_of_albums(house, lost, kept) == (0, 0)
    let_follow(house, allowed=False)
    assert told_of_albums(house, kept, lost) == (0, 1)
    let_follow(house, allowed=True)
    one, other = sorted((lost, kept))
    with house.sessions.begin() as session:
        found = DuplicatePairRow(one_id=one, other_id=other, kind="copy", difference=1, share=0)
        session.add(found)
    wish = Wish(one_id=kept, other_id=lost, choice=Choice.ONE, fate=Fate.TRASH)
    decided = decide(house.sessions, wish, EVERYTHING, ME)
    assert house.follow().verified == 3
    house.sync()
    assert (new.id in holiday.assets, new.favourite, trashed([old, new])) == (
        (True, True, [True, False])
    )
    assert house.immich.calls["PUT /albums/*/assets"] == 1

    world.change(new, favourite=False)
    house.sync()
    assert ("favourite", True, "undone") in house.states()
    undo(house.sessions, decided.id, EVERYTHING, ME)
    house.follow()
    house.sync()
    assert [list(album.assets) for album in (holiday, both)] == [[old.id], [old.id, new.id]]
    assert (old.favourite, trashed([old, new])) == (True, [False, False])
    assert house.is_same()
