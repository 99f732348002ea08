"""Edits of many posts: at once or by a job, killed in the middle, stopped, taken back whole."""

import pytest
import sqlalchemy as sa

from homebooru.db.tables import EditOrderRow, EditRow, PostRow, TagRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import InvalidInput, NewTags, NotFound, QuerySyntaxError
from homebooru.services.editing import batches
from homebooru.services.editing.history import list_edits
from homebooru.services.tags import vocabulary
from homebooru.services.tags.deriving import check
from tests.factories import edit_post, make_post
from tests.integration.services.editing.test_reverting import words

ME = Hand(account_id=1, via=Via.API)
CAREFUL = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def posts(sessions, monkeypatch):
    """Seven posts, where three are too many for one transaction."""
    monkeypatch.setattr(batches, "BATCH", 2)
    with sessions.begin() as session:
        made = [make_post(session, tags="cat" if n % 2 else "dog", rating="g") for n in range(6)]
        made.append(make_post(session, tags="cat", rating="e"))
        edit_post(session, made[2].id, "-sun rating:s", account_id=None, reason="night")
        return [post.id for post in made]


def having(sessions, name):
    with sessions() as session:
        tag = session.scalar(sa.select(TagRow.id).where(TagRow.name == name))
        held = sa.select(PostRow.id).where(PostRow.tag_ids.contains([tag])).order_by(PostRow.id)
        return list(session.scalars(held))


def all_words(sessions):
    with sessions() as session:
        return words(session)


def edit(sessions, posts, text, scope=EVERYTHING, **more):
    return batches.edit_posts(sessions, posts, text, scope, ME, **more)


def test_a_few_posts_are_edited_at_once(sessions, posts):
    done = edit(sessions, posts[1::-1], "sun", query="cat", create=True)
    assert (done.posts, done.done, done.changed, done.query) == (2, 2, 2, "cat")
    assert (done.script, done.via, done.account_id) == ("sun", Via.API, 1)
    assert done.finished_at is not None
    assert having(sessions, "sun") == posts[:2]
    assert {line.batch_id for line in list_edits(sessions, EVERYTHING)[:2]} == {done.id}
    assert list_edits(sessions, EVERYTHING)[0].script == "sun"


def test_many_are_the_work_of_a_job_that_may_be_interrupted(sessions, posts, quiet, for_batches):
    before = all_words(sessions)
    ordered = edit(sessions, posts, "sun -cat rating:q", create=True)
    assert (ordered.posts, ordered.done, ordered.finished_at) == (7, 0, None)
    with sessions.begin() as session:
        make_post(session, tags="cat")  # comes too late
    assert batches.edit_due(sessions, for_batches(2)) == 4
    assert batches.show_batch(sessions, ordered.id, EVERYTHING).done == 4
    assert having(sessions, "sun") == posts[:4]
    assert batches.edit_due(sessions, quiet) == 3
    done = batches.show_batch(sessions, ordered.id, EVERYTHING)
    assert (done.done, done.changed) == (7, 7)
    assert done.finished_at is not None
    assert having(sessions, "sun") == posts
    assert having(sessions, "cat") == [posts[-1] + 1]
    after = all_words(sessions)

    undone = batches.revert_batch(sessions, ordered.id, EVERYTHING, ME)
    batches.edit_due(sessions, quiet)
    assert all_words(sessions) == before
    batches.revert_batch(sessions, undone.id, EVERYTHING, ME)
    batches.edit_due(sessions, quiet)
    assert all_words(sessions) == after
    assert check(sessions, quiet) == 0


def test_a_batch_that_is_stopped_is_taken_back_as_far_as_it_got(sessions, posts, for_batches):
    before = all_words(sessions)
    for stop in (True, False):
        ordered = edit(sessions, posts, "sun", create=True)
        batches.edit_due(sessions, for_batches(1))
        if stop:
            assert batches.stop_batch(sessions, ordered.id, EVERYTHING).finished_at is not None
            assert batches.edit_due(sessions, for_batches(1)) == 0
        undone = batches.revert_batch(sessions, ordered.id, EVERYTHING, ME)
        assert (undone.posts, undone.changed, undone.undoes_batch_id) == (2, 2, ordered.id)
        assert all_words(sessions) == before
        with sessions() as session:
            assert session.scalars(sa.select(EditOrderRow)).all() == []


def test_what_somebody_changed_since_is_left_alone(sessions, posts):
    done = edit(sessions, posts[:2], "sun moon", create=True)
    with sessions.begin() as session:
        edit_post(session, posts[0], "-sun")
    undone = batches.revert_batch(sessions, done.id, EVERYTHING, ME)
    assert (undone.changed, undone.left_alone) == (2, 1)
    assert having(sessions, "moon") == []


def test_all_of_an_account_since_a_moment_is_taken_back(sessions, posts, quiet):
    with sessions.begin() as session:
        edit_post(session, posts[0], "dog rating:s")
    before = all_words(sessions)
    with sessions.begin() as session:
        line = edit_post(session, posts[0], "-dog rating:q")
    edit(sessions, posts, "sun dog", create=True)
    batches.edit_due(sessions, quiet)
    with sessions.begin() as session:
        edit_post(session, posts[0], "rating:e", account_id=None)
    since = next(one.made_at for one in list_edits(sessions, EVERYTHING) if one.id == line)
    undone = batches.revert_account(sessions, 1, since, EVERYTHING, ME)
    assert batches.edit_due(sessions, quiet) == 7
    undone = batches.show_batch(sessions, undone.id, EVERYTHING)
    assert (undone.changed, undone.left_alone) == (7, 1)
    newer = all_words(sessions) - before
    assert {word[2:4] for word in newer} == {("e", None)}
    assert len(before - all_words(sessions)) == 1
    assert check(sessions, quiet) == 0


def test_only_what_is_seen_is_edited_and_taken_back(sessions, posts, quiet):
    done = edit(sessions, [*posts[-2:], 99], "sun", create=True)
    assert done.posts == 2
    mine = Scope(ceiling=Rating.GENERAL, account=1)
    hidden = edit(sessions, posts[-1:], "moon", create=True)
    for scope in (CAREFUL, Scope(ceiling=Rating.GENERAL, account=2)):
        with pytest.raises(NotFound):
            batches.revert_batch(sessions, hidden.id, scope, ME)
        with pytest.raises(NotFound):
            batches.stop_batch(sessions, hidden.id, scope)
        with pytest.raises(NotFound):
            batches.show_batch(sessions, 99, scope)
        assert edit(sessions, posts[-1:], "cat", scope).posts == 0
    assert batches.show_batch(sessions, hidden.id, mine).posts == 1
    assert batches.revert_batch(sessions, done.id, CAREFUL, ME).posts == 1
    assert having(sessions, "sun") == posts[-1:]


def test_what_makes_no_sense_is_told_before_anything_is_ordered(sessions, posts):
    vocabulary.add_alias(sessions, "kitty", "cat")
    for wrong, error in (
        ("sun", NewTags),
        ("width:5", QuerySyntaxError),
        ("parent:99", InvalidInput),
        ("kitty -cat", InvalidInput),
    ):
        with pytest.raises(error):
            edit(sessions, posts[:2], wrong)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(EditRow)) == 1


def test_a_batch_that_can_no_longer_be_made_is_struck_and_told(sessions, posts, quiet, monkeypatch):
    ordered = edit(sessions, posts, "kitty -cat", create=True)
    later = edit(sessions, posts, "sun", create=True)
    vocabulary.add_alias(sessions, "kitty", "cat")
    told = []
    monkeypatch.setattr(quiet, "report_error", lambda *said: told.append(said))
    assert batches.edit_due(sessions, quiet) == 7
    assert told == [
        (f"Batch {ordered.id}", "Only one thing can be done at once with cat and kitty.")
    ]
    assert batches.show_batch(sessions, ordered.id, EVERYTHING).finished_at is not None
    assert batches.show_batch(sessions, later.id, EVERYTHING).done == 7
