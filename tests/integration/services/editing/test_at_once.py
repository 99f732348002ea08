"""People and machines who change one post at the same time: everybody's wish is kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from homebooru.db.retrying import in_transaction
from homebooru.domain.editing.edits import Edit, difference
from homebooru.domain.editing.history import HistoryWish
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing import batches
from homebooru.services.editing.applying import apply_edit
from homebooru.services.editing.box import read_box
from homebooru.services.editing.history import list_edits
from homebooru.services.editing.posts import edit_post
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deriving import check
from homebooru.services.tags.history import list_acts
from tests.factories import make_post, said_tags
from tests.waiting import until

POSTS = 20
SOMEBODY = Hand(account_id=1)


@pytest.fixture
def posts(sessions):
    with sessions.begin() as session:
        return [make_post(session, tags="cat dog night").id for _ in range(POSTS)]


def guesses(sessions, post, tags, confidence=0.9):
    said = said_tags(tags)
    sure = tuple(confidence for _ in said)
    claims(sessions, post, "camie", Said(tags=said, confidences=sure))


def claims(sessions, post, source, said):
    in_transaction(sessions, lambda session: keep_claims(session, {(post, source): said}))


def edits(sessions, post, now, seen="cat dog night"):
    wish = difference(read_edit(seen), read_edit(now))
    edit_post(sessions, post, wish, EVERYTHING, SOMEBODY, create=True)


def at_once(*acts):
    """Run acts on each post, all of them at the same moment."""
    start = threading.Barrier(len(acts))

    def run(act, post):
        start.wait(30)
        act(post)

    def of_all(act):
        return lambda posts: [run(act, post) for post in posts]

    def on(posts):
        with ThreadPoolExecutor(len(acts)) as pool:
            for done in [pool.submit(of_all(act), posts) for act in acts]:
                done.result(60)

    return on


def test_two_people_and_a_model_at_one_post_all_keep_their_wishes(sessions, posts):
    at_once(
        lambda post: edits(sessions, post, "cat dog night sun rating:s"),
        lambda post: edits(sessions, post, "cat night parent:none stars:4"),
        lambda post: guesses(sessions, post, "dog moon sun tree"),
    )(posts)
    for post in posts:
        box = read_box(sessions, post, EVERYTHING)
        assert box.text == "cat moon night sun tree"
        assert [tag.name for tag in box.rejected] == ["dog"]
        assert (box.rating, box.stars) == (Rating.SENSITIVE, 4)
        assert len(list_edits(sessions, EVERYTHING, HistoryWish(post_id=post))) == 2


def test_who_comes_while_an_edit_is_being_made_waits_and_builds_on_it(sessions, posts):
    post = posts[0]

    def waits():
        blocked = sa.text(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        with sessions() as session:
            return session.scalar(blocked)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            apply_edit(
                session, Edit(add=frozenset({"sun"}), remove=frozenset({"dog"})), [post], SOMEBODY
            )
            comes = pool.submit(guesses, sessions, post, "dog moon")
            until(waits)
            assert not comes.done()
        comes.result(30)
    assert read_box(sessions, post, EVERYTHING).text == "cat moon night sun"


def test_a_category_that_an_edit_writes_is_noted_and_the_last_person_holds(sessions, posts):
    edits(sessions, posts[0], "character:cat dog night artist:ann")
    edits(sessions, posts[1], "species:cat dog night")
    edits(sessions, posts[2], "species:cat dog night")
    [cat] = [tag for tag in read_box(sessions, posts[3], EVERYTHING).tags if tag.name == "cat"]
    assert cat.category.label == "species"
    assert len(list_acts(sessions, EVERYTHING)) == 2


def test_a_person_and_machines_keep_their_wishes_while_a_batch_is_made_and_taken_back(
    sessions, posts, quiet, monkeypatch
):
    monkeypatch.setattr(batches, "BATCH", 3)
    with sessions.begin() as session:
        make_post(session, tags="sun moon star tree")  # what nobody ever heard of is not taken away
    wish = Edit(add=frozenset({"cat", "moon"}), remove=frozenset({"sun", "night"}))

    def batch():
        script = "sun star -cat rating:e"
        made = batches.edit_posts(sessions, posts, script, EVERYTHING, SOMEBODY, create=True)
        batches.edit_due(sessions, quiet)
        batches.revert_batch(sessions, made.id, EVERYTHING, SOMEBODY)
        batches.edit_due(sessions, quiet)

    def person():
        for post in reversed(posts):
            edit_post(sessions, post, wish, EVERYTHING, Hand(), create=True)

    def booru():
        for post in posts:
            said = Said(tags=said_tags("cat sun night tree"), rating=Rating.SENSITIVE)
            claims(sessions, post, "danbooru", said)

    def model():
        for post in posts:
            guesses(sessions, post, "sun moon night")

    acts = (batch, person, booru, model)
    at_once(*(lambda _, act=act: act() for act in acts))([None])
    for post in posts:
        box = read_box(sessions, post, EVERYTHING)
        assert box.text == "cat dog moon tree"
        assert [tag.name for tag in box.rejected] == ["night", "sun"]
        assert box.rating is Rating.SENSITIVE
    assert check(sessions, quiet) == 0
