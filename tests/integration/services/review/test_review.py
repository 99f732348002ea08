"""Questions are asked, answered, skipped and taken back; leaving loses nothing."""

import pytest

from homebooru.db.queries.reviewing.answers import Mine
from homebooru.db.queries.tags import tag_names
from homebooru.db.tables import EditBatchRow, EditRow, PostRow
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.review.items import SKIP, Key
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import NotFound
from homebooru.services.accounts.accounts import add_account
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.review.answering import answer, undo
from homebooru.services.review.desk import begin, begin_batch, count_queues, open_desk
from homebooru.services.review.known import WALL
from homebooru.services.review.walls import list_walls, open_wall
from homebooru.services.tags.claiming import keep_claims
from tests.factories import edit_post, make_post

ME = Hand(account_id=1)
MINE = Mine(1, "suggestions")
THEIRS = Mine(1, "disagreements")


def tags_of(sessions, post):
    with sessions() as session:
        ids = session.get_one(PostRow, post).tag_ids
        return sorted(tag_names(session, ids).values())


def say(sessions, choice, mine=MINE, scope=EVERYTHING):
    key = open_desk(sessions, mine, scope).item.key
    begin(sessions, mine, scope)
    answer(sessions, mine, {key: choice}, scope, ME)
    return key


def test_what_a_model_suggests_is_asked_the_most_open_question_first(sessions, add):
    nearly, open_ = add(camie={"cat": 0.45}), add(camie={"dog": 0.49, "cat": 0.21})
    desk = open_desk(sessions, MINE, EVERYTHING)
    assert (desk.size, desk.done, desk.posts) == (3, 0, 2)
    assert desk.item.key.post_id == nearly
    assert desk.item.question == "Does “cat” belong to it?"
    assert "camie is 45 % sure of it; it is believed from 50 % on." in desk.item.why
    assert desk.following.id == open_
    say(sessions, "yes")
    assert tags_of(sessions, nearly) == ["cat"]
    say(sessions, "no")
    assert count_queues(sessions, EVERYTHING) == {"suggestions": 1, "disagreements": 0}


def test_leaving_and_coming_back_goes_on_and_what_was_skipped_is_not_asked_again(sessions, add):
    for _ in range(3):
        add(camie={"cat": 0.4})
    first = say(sessions, SKIP)
    second = say(sessions, "yes")
    desk = open_desk(sessions, MINE, EVERYTHING)
    assert (desk.done, desk.size, desk.skipped) == (2, 3, 1)
    assert desk.item.key not in {first, second}
    say(sessions, "no")
    done = open_desk(sessions, MINE, EVERYTHING)
    assert (done.item, done.done) == (None, 3)
    assert done.answers == {"yes": 1, "no": 1, SKIP: 1}
    assert begin_batch(sessions, MINE, EVERYTHING) == 0
    assert begin_batch(sessions, MINE, EVERYTHING, again=True) == 1
    assert open_desk(sessions, MINE, EVERYTHING).item.key == first


def test_each_person_is_at_their_own_place(sessions, add):
    add(camie={"cat": 0.4}), add(camie={"cat": 0.4})
    add_account(sessions, "Ada", "a few quiet words")
    other = add_account(sessions, "Ben", "a few quiet words").id
    say(sessions, SKIP)
    assert open_desk(sessions, Mine(other, "suggestions"), EVERYTHING).done == 0


def test_answers_are_edits_and_are_taken_back_even_later(sessions, add):
    post = add(camie={"cat": 0.4, "dog": 0.3})
    first, second = say(sessions, "yes"), say(sessions, "no")
    assert undo(sessions, MINE, EVERYTHING, ME) == (second,)
    assert undo(sessions, MINE, EVERYTHING, ME) == (first,)
    assert undo(sessions, MINE, EVERYTHING, ME) == ()
    assert tags_of(sessions, post) == []
    desk = open_desk(sessions, MINE, EVERYTHING)
    assert (desk.item.key, desk.done) == (first, 0)
    with sessions() as session:
        assert session.query(EditRow).count() == 4  # the answers, and taking them back


def test_what_others_settled_meanwhile_stays_as_they_wished(sessions, add):
    post = add(camie={"cat": 0.4})
    key = open_desk(sessions, MINE, EVERYTHING).item.key
    with sessions.begin() as session:
        edit_post(session, post, "-cat")
    answered = answer(sessions, MINE, {key: "yes"}, EVERYTHING, ME)
    assert (answered.keys, answered.settled) == ((), (key,))
    assert tags_of(sessions, post) == []
    assert open_desk(sessions, MINE, EVERYTHING).item is None


def test_what_is_out_of_sight_is_neither_asked_nor_answered(sessions, add):
    post = add(camie={"cat": 0.4})
    with sessions.begin() as session:
        edit_post(session, post, "rating:e")
    scope = Scope(ceiling=Rating.GENERAL, account=1)
    assert open_desk(sessions, MINE, scope).item is None
    assert count_queues(sessions, scope)["suggestions"] == 0
    assert list_walls(sessions, scope) == ()
    with pytest.raises(NotFound):
        open_wall(sessions, Mine(1, WALL), "cat", scope)
    begin_batch(sessions, MINE, EVERYTHING)
    key = open_desk(sessions, MINE, EVERYTHING).item.key
    assert answer(sessions, MINE, {key: "yes"}, scope, ME).keys == ()


def test_a_wall_is_answered_at_once_and_taken_back_at_once(sessions, add):
    posts = [add(camie={"cat": 0.2 + n / 100, "dog": 0.2}) for n in range(5)]
    assert [(tag.name, tag.count) for tag in list_walls(sessions, EVERYTHING)] == [
        ("cat", 5),
        ("dog", 5),
    ]
    mine = Mine(1, WALL)
    wall = open_wall(sessions, mine, "cat", EVERYTHING)
    assert [brick.post.id for brick in wall.bricks] == posts[::-1]  # the surest first
    choices = {b.key: "no" if b.post.id in posts[:2] else "yes" for b in wall.bricks}
    answer(sessions, mine, choices, EVERYTHING, ME)
    assert [tags_of(sessions, post) for post in posts] == [[], [], ["cat"], ["cat"], ["cat"]]
    with sessions() as session:
        assert {(b.script, b.changed) for b in session.query(EditBatchRow)} == {
            ("cat", 3),
            ("-cat", 2),
        }
    assert len(undo(sessions, mine, EVERYTHING, ME)) == 5
    assert [tags_of(sessions, post) for post in posts] == [[]] * 5
    assert open_wall(sessions, mine, "cat", EVERYTHING).waiting == 5


def test_a_model_against_a_booru(sessions, add):
    post = add(camie={"cat": 0.9}, danbooru="dog")
    item = open_desk(sessions, THEIRS, EVERYTHING).item
    assert "danbooru knows the picture, and does not say it." in item.why
    assert "camie is 90 % sure of it; it is believed from 50 % on." in item.why
    say(sessions, "yes", THEIRS)
    assert tags_of(sessions, post) == ["cat", "dog"]
    assert open_desk(sessions, THEIRS, EVERYTHING).item is None


@pytest.mark.parametrize(
    ("choice", "tags"),
    [("1", ["artist_a"]), ("2", ["artist_b"]), ("all", ["artist_a", "artist_b"]), ("none", [])],
)
def test_two_boorus_against_each_other(sessions, add, choice, tags):
    post = add(danbooru="artist:artist_a", gelbooru="artist:artist_b")
    item = open_desk(sessions, THEIRS, EVERYTHING).item
    assert item.question == "By whom is it?"
    assert [each.words for each in item.choices[:2]] == [
        "artist a (danbooru)",
        "artist b (gelbooru)",
    ]
    say(sessions, choice, THEIRS)
    assert tags_of(sessions, post) == tags
    assert count_queues(sessions, EVERYTHING)["disagreements"] == 0


def test_ratings_against_each_other(sessions):
    with sessions.begin() as session:
        post = make_post(session).id
        said = {(post, "danbooru"): Said(rating=Rating.GENERAL)}
        keep_claims(session, said | {(post, "e621"): Said(rating=Rating.EXPLICIT)})
    item = open_desk(sessions, THEIRS, EVERYTHING).item
    assert (item.key, item.question) == (Key(post, "rating"), "How explicit is it?")
    say(sessions, "q", THEIRS)
    with sessions() as session:
        assert session.get_one(PostRow, post).rating == "q"
        assert not session.get_one(PostRow, post).disagrees


def test_a_post_is_marked_reviewed_by_hand_and_that_is_taken_back(sessions):
    with sessions.begin() as session:
        post = make_post(session).id
        line = edit_post(session, post, "is:reviewed")
    with sessions() as session:
        assert session.get_one(PostRow, post).reviewed_at is not None
    revert_edit(sessions, line, EVERYTHING, ME)
    with sessions() as session:
        assert session.get_one(PostRow, post).reviewed_at is None


def test_there_is_no_other_queue_question_or_answer(sessions, add):
    add(camie={"cat": 0.4})
    with pytest.raises(NotFound):
        open_desk(sessions, Mine(1, "nothing"), EVERYTHING)
    key = open_desk(sessions, MINE, EVERYTHING).item.key
    with pytest.raises(NotFound):
        answer(sessions, MINE, {key: "perhaps"}, EVERYTHING, ME)
    for about in ("rating", "999999", "artist"):
        assert answer(sessions, MINE, {Key(key.post_id, about): "yes"}, EVERYTHING, ME).keys == ()
