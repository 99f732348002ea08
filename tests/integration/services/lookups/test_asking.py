import pytest
import sqlalchemy as sa

from homebooru.db.queries.lookups.taking import take
from homebooru.db.tables import FormerDigestRow, PostRow, RecordRow
from homebooru.domain.ratings import Rating
from homebooru.ports import Progress
from homebooru.services.tags.deriving import rebuild
from homebooru.services.working import rescue
from tests.factories import edit_post
from tests.fakes.services import HALF, Reply, down, limited, page
from tests.integration.services.lookups.conftest import FAKES, FIRST, md5_of

ALL = tuple(FAKES)


def test_nothing_is_asked_before_a_source_is_enabled(world):
    world.add(3)
    world.look_up()
    world.enable()
    world.look_up()
    assert not world.is_waiting()
    assert world.asked() == dict.fromkeys(ALL, 0)


def test_posts_that_were_there_and_posts_that_come_later_are_asked_about(world):
    before = world.add(2)
    world.enable("danbooru")
    assert world.is_waiting()
    later = world.add(2)
    for post in (*before, *later):
        world["danbooru"].put(md5_of(post), general="1girl")
    world.look_up()
    assert not world.is_waiting()
    assert all(world.tags(post) == {"1girl"} for post in (*before, *later))
    assert world.asked() == {"danbooru": 1, "e621": 0, "yandere": 0, "gelbooru": 0}


def test_posts_that_come_one_after_another_are_asked_about_together(world):
    world.enable("danbooru")
    first, *others = (world.add()[0] for _ in range(5))
    world.look_up(hurry=False)
    assert not world.is_waiting()
    assert world.asked()["danbooru"] == 0
    with world.sessions.begin() as session:
        session.get_one(RecordRow, (first, "danbooru")).due = sa.func.now()
    world.look_up(hurry=False)
    assert {world.outcomes(post)["danbooru"] for post in (first, *others)} == {"miss"}
    assert world.asked()["danbooru"] == 1


def test_what_is_said_becomes_true_of_the_post(world):
    [post] = world.add()
    world["danbooru"].put(
        md5_of(post), rating="q", artist="somebody", general="1girl", source="https://a.example/1"
    )
    world["yandere"].put(md5_of(post), rating="e", circle="a_circle")
    world.enable(*ALL)
    world.look_up()
    row = world.post(post)
    assert world.tags(post) == {"somebody", "1girl", "a_circle"}
    assert (row.artist_count, row.general_count) == (2, 1)
    assert (row.rating, row.rating_by) == (Rating.QUESTIONABLE, "danbooru")
    assert row.sources == ["https://a.example/1"]
    assert world.outcomes(post) == {
        "danbooru": "hit",
        "e621": "miss",
        "yandere": "hit",
        "gelbooru": None,
    }


def test_gelbooru_is_asked_only_for_what_all_others_miss(world):
    known, unknown, elsewhere = world.add(3)
    world["e621"].put(md5_of(known), general="1girl")
    world["gelbooru"].put(md5_of(known), general="never_asked")
    world["gelbooru"].put(md5_of(elsewhere), character="her")
    world.enable(*ALL)
    world.look_up()
    assert world.tags(known) == {"1girl"}
    assert world.tags(elsewhere) == {"her"}
    assert world.outcomes(unknown) == dict.fromkeys(ALL, "miss")
    assert world.asked() == {"danbooru": 1, "e621": 1, "yandere": 1, "gelbooru": 3}


def test_alone_gelbooru_is_asked_at_once(world):
    [post] = world.add()
    world["gelbooru"].put(md5_of(post), character="her")
    world.enable("gelbooru")
    world.look_up()
    assert world.tags(post) == {"her"}


def test_who_comes_last_is_asked_too_when_the_others_are_taken_away(world):
    [post] = world.add()
    world["gelbooru"].put(md5_of(post), character="her")
    world.enable("danbooru", "gelbooru")
    world["danbooru"].trouble(limited(Retry_After="9000"))
    world.look_up()
    assert world.tags(post) == set()
    world.enable("gelbooru")
    world.look_up()
    assert world.tags(post) == {"her"}


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (limited(Retry_After="9000"), "limited"),
        (page(403).__class__(page(403).body, 503, {"Retry-After": "9000"}), "unavailable"),
        (Reply({"success": False, "message": "Invalid API key"}, 401), "refused"),
        (Reply({"other": 1}), "changed"),
    ],
)
def test_an_outage_is_no_miss_and_nobody_is_asked_in_its_place(world, trouble, outcome):
    [post] = world.add()
    world["danbooru"].put(md5_of(post), general="1girl")
    world["danbooru"].trouble(trouble)
    world.enable(*ALL)
    world.look_up()
    assert world.outcomes(post)["danbooru"] == outcome
    assert "danbooru" in world.told.errors
    assert world.asked()["gelbooru"] == 0
    assert not world.is_waiting()
    world.reopen()
    assert world.is_waiting()
    world.look_up()
    assert world.tags(post) == {"1girl"}


def test_a_short_outage_is_waited_for(world):
    [post] = world.add()
    world["danbooru"].put(md5_of(post), general="1girl")
    world["danbooru"].trouble(limited(Retry_After="1"))
    world.enable("danbooru")
    world.look_up()
    assert world.tags(post) == {"1girl"}
    assert world.told.errors == {}


def test_what_a_killed_worker_held_is_asked_by_the_next(world):
    [post] = world.add()
    world["danbooru"].put(md5_of(post), general="1girl")
    world.enable("danbooru")
    world.look_up()
    world.make_due("danbooru")
    with world.sessions.begin() as session:
        assert [one.post_id for one in take(session, "danbooru", limit=9, worker_id=4711)] == [post]
    world["danbooru"].pictures.clear()
    world["danbooru"].put(md5_of(post), general="2girls")
    world.look_up()
    assert world.tags(post) == {"1girl"}
    rescue(world.sessions)
    world.look_up()
    assert world.tags(post) == {"2girls"}


def test_a_former_digest_finds_the_post_too(world):
    [post] = world.add()
    with world.sessions.begin() as session:
        session.add(FormerDigestRow(sha256=b"1" * 32, md5=b"2" * 16, post_id=post))
    world["e621"].put((b"2" * 16).hex(), species="cat")
    world.enable("e621")
    world.look_up()
    assert world.tags(post) == {"cat"}


def test_posts_out_of_sight_are_not_asked_about(world):
    """However many they are: more than are taken at once here."""
    *trashed, here = world.add(110)
    edit_trash(world, trashed)
    world.enable("danbooru")
    world.look_up()
    assert world["danbooru"].asked[0].params["tags"] == f"md5:{md5_of(here)}"
    assert not world.is_waiting()


def edit_trash(world, posts):
    with world.sessions.begin() as session:
        session.execute(
            sa.update(PostRow).where(PostRow.id.in_(posts)).values(trashed_at=sa.func.now())
        )


def test_a_new_answer_replaces_the_old_and_no_word_of_a_person(world):
    [post] = world.add()
    world["danbooru"].put(md5_of(post), general="1girl hat")
    world.enable("danbooru")
    world.look_up()
    with world.sessions.begin() as session:
        edit_post(session, post, "-hat mine")
    world["danbooru"].pictures.clear()
    world["danbooru"].put(md5_of(post), general="2girls hat")
    world.make_due("danbooru")
    world.look_up()
    assert world.tags(post) == {"2girls", "mine"}


@pytest.mark.parametrize("order", ["parent first", "child first"])
def test_a_parent_there_is_the_parent_here_whoever_comes_first(world, order):
    world.enable("danbooru")
    numbers = [1, 2] if order == "parent first" else [2, 1]
    parent_id, child_id = numbers
    world["danbooru"].put(md5_of(parent_id), id=500, general="whole")
    world["danbooru"].put(md5_of(child_id), id=501, general="part", parent_id=500)
    for _ in numbers:
        world.add()
        world.look_up()
    assert world.post(child_id).parent_id == parent_id
    assert rebuild(world.sessions, Quiet()) == 0


class Quiet(Progress):
    """Goes on."""

    def expect(self, total): ...
    def advance(self, done=1, *, current=None): ...
    def report_error(self, what, reason): ...
    def goes_on(self):
        return True


def test_answers_are_kept_as_they_were_sent_but_for_what_cannot_be_kept(world):
    [post] = world.add()
    world["danbooru"].put(md5_of(post), general="1girl", source="a\0b\ud800c")
    world.enable("danbooru")
    world.look_up()
    with world.sessions.begin() as session:
        row = session.get_one(RecordRow, (post, "danbooru"))
    assert row.answer["tag_string_general"] == "1girl"
    assert row.answer["source"] == "ab?c"
    assert row.remote_id == "1000"


@pytest.mark.parametrize("back_off", [0.01])
def test_with_every_service_failing_now_and_then_every_post_is_right_at_the_end(world):
    posts = world.add(300)
    for post in posts:
        if post % 10 < 6:
            hidden = post % 50 == 0
            world["danbooru"].put(md5_of(post), general=f"danbooru_{post % 7}", hidden=hidden)
        elif post % 10 == 6:
            world["e621"].put(md5_of(post), general=f"e621_{post % 7}")
        elif post % 10 == 7:
            world["gelbooru"].put(md5_of(post), general=f"gelbooru_{post % 7}")
    days = (limited(Retry_After="900"), down(500), page(403), HALF)
    for seed, name in enumerate(ALL):
        world[name].fail_at_random(0.2, seed, tuple(long(day) for day in days))
    world.enable(*ALL)
    world.look_up()
    for _ in range(200):
        world.reopen()
        if not world.is_waiting():
            break
        world.look_up()
    else:
        raise AssertionError("it never came to an end")
    sites = dict.fromkeys(range(6), "danbooru") | {6: "e621", 7: "gelbooru"}
    for post in posts:
        site = sites.get(post % 10)
        assert world.tags(post) == ({f"{site}_{post % 7}"} if site else set())
    hidden = len([post for post in posts if post % 50 == 0])
    assert max(world.asked()[name] for name in FIRST) <= (3 + 8 * hidden) * 4 // 3


def long(day):
    """Let a service that fails be left alone for so long that nobody waits for it."""
    if isinstance(day, Reply):
        return Reply(day.body, day.status, {"Retry-After": "900"}, day.kind)
    return day
