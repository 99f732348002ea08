"""What changed elsewhere arrives here, and takes nobody's word away."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.queries.policy import keep_setting
from homebooru.db.tables import RecordRow
from homebooru.domain.ratings import Rating
from tests.factories import edit_post
from tests.integration.services.lookups.conftest import md5_of


def known(world, site="danbooru", **says):
    """Add a post that a site knows and was asked about."""
    [post] = world.add()
    world[site].put(md5_of(post), **says)
    world.enable(site)
    world.look_up()
    return post


def becomes(world, post, site="danbooru", **says):
    """Let a site say something else of a post from now on."""
    old = next(one for one in world[site].pictures if one.md5 == md5_of(post))
    world[site].pictures.remove(old)
    world[site].put(md5_of(post), id=old.id, **says)


def record(world, post, site="danbooru"):
    with world.sessions.begin() as session:
        return session.get_one(RecordRow, (post, site))


@pytest.mark.parametrize(("answer", "before"), [("hit", {"1girl"}), ("miss", set())])
def test_after_its_days_an_answer_is_asked_for_again(world, answer, before):
    with world.sessions.begin() as session:
        keep_setting(session, "lookups", {answer: 60})
    [post] = world.add()
    if before:
        world["danbooru"].put(md5_of(post), id=7, general="1girl")
    world.enable("danbooru")
    world.look_up()
    asked = record(world, post)
    assert (asked.outcome, world.tags(post)) == (answer, before)
    assert asked.due - asked.asked_at == timedelta(days=60)
    world["danbooru"].pictures.clear()
    world["danbooru"].put(md5_of(post), id=7, general="1girl hat")
    pass_days(world, 59)
    assert not world.is_waiting()
    pass_days(world, 1)
    assert world.is_waiting()
    world.look_up()
    assert world.tags(post) == {"1girl", "hat"}


def pass_days(world, number):
    with world.sessions.begin() as session:
        session.execute(sa.update(RecordRow).values(due=RecordRow.due - timedelta(days=number)))


def test_of_three_sides_a_person_stands_and_what_nobody_touched_follows(world):
    post = known(
        world, rating="s", general="kept dropped affirmed rejected", source="https://a.b/1"
    )
    with world.sessions.begin() as session:
        edit_post(session, post, "affirmed mine rating:q -rejected")
    with world.sessions.begin() as session:
        edit_post(session, post, "-affirmed")
    with world.sessions.begin() as session:
        edit_post(session, post, "affirmed")
    becomes(world, post, rating="e", general="kept rejected new", source="https://a.b/2")
    world.make_due("danbooru")
    world.look_up()
    assert world.tags(post) == {"kept", "new", "affirmed", "mine"}
    row = world.post(post)
    assert (row.rating, row.rating_by) == (Rating.QUESTIONABLE, "person")
    assert row.sources == ["https://a.b/2"]


@pytest.mark.parametrize("site", ["danbooru", "e621", "yandere"])
def test_what_is_gone_elsewhere_is_not_forgotten_here(world, site):
    post = known(world, site, general="1girl")
    before = record(world, post, site)
    world[site].pictures.clear()
    world.make_due(site)
    world.look_up()
    after = record(world, post, site)
    assert world.tags(post) == {"1girl"}
    assert (after.outcome, after.answer, after.remote_id) == (
        "hit",
        before.answer,
        before.remote_id,
    )
    assert after.asked_at > before.asked_at
    assert after.due - after.asked_at == timedelta(days=180)
    assert not world.is_waiting()


def test_children_that_e621_names_are_asked_about_again_where_they_say_another_parent(world):
    child, parent = world.add(2)
    world["e621"].put(md5_of(child), id=501, general="part")
    world["e621"].put(md5_of(parent), id=500, general="whole")
    world.enable("e621")
    world.look_up()
    assert world.post(child).parent_id is None
    becomes(world, child, "e621", general="part", parent_id=500)
    asked_long_ago(world, child)
    ask_about(world, parent)
    assert world.post(child).parent_id == parent
    requests = len(world["e621"].asked)
    asked_long_ago(world, child)
    ask_about(world, parent)
    assert len(world["e621"].asked) == requests + 1


def asked_long_ago(world, post):
    with world.sessions.begin() as session:
        session.get_one(RecordRow, (post, "e621")).asked_at = sa.func.now() - timedelta(days=9)


def ask_about(world, post):
    with world.sessions.begin() as session:
        session.get_one(RecordRow, (post, "e621")).due = sa.func.now()
    world.look_up()
