"""Editing a post for somebody: who may, what is told, and two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, TagRow
from homebooru.domain.editing.edits import Edit, difference
from homebooru.domain.editing.history import HistoryWish
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput, NewTags, NotFound
from homebooru.services.editing.history import list_edits
from homebooru.services.editing.posts import edit_post
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.tags import vocabulary
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.counting import fold_counts
from tests.factories import make_post, said_tags

ME = Hand(account_id=1)
CAREFUL = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def post(sessions):
    with sessions.begin() as session:
        return make_post(session, tags="cat dog", rating="g").id


def names(sessions, post_id):
    with sessions() as session:
        tags = session.get_one(PostRow, post_id).tag_ids
        return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(tags))))


def edit(sessions, post_id, text, scope=EVERYTHING, **more):
    return edit_post(sessions, post_id, read_edit(text), scope, ME, **more)


def test_who_does_not_see_a_post_can_neither_edit_it_nor_see_nor_undo_its_history(sessions, post):
    line = edit(sessions, post, "rating:e cat").edit_id
    with pytest.raises(NotFound):
        edit(sessions, post, "-cat", CAREFUL)
    with pytest.raises(NotFound):
        revert_edit(sessions, line, CAREFUL, ME)
    assert list_edits(sessions, CAREFUL) == ()
    with sessions.begin() as session:
        other = make_post(session, rating="g").id
    with pytest.raises(InvalidInput, match="could be the parent"):
        edit(sessions, other, f"parent:{post}", CAREFUL)
    for nobody in (99, 2**31 - 1):
        with pytest.raises(NotFound):
            edit(sessions, nobody, "cat")
    with pytest.raises(InvalidInput, match="its own parent"):
        edit(sessions, post, f"parent:{post}")


def test_new_tags_are_told_first_with_what_may_be_meant(sessions, post):
    for counts in (False, True):  # as the counts were before, and after they are folded in
        if counts:
            fold_counts(sessions)
        with pytest.raises(NewTags) as caught:
            edit(sessions, post, "cta unheard_of_thing dog")
        assert caught.value.nearest == {"cta": ("cat",), "unheard_of_thing": ()}
        assert "cta (did you mean cat?)" in str(caught.value)
    assert names(sessions, post) == {"cat", "dog"}
    edit(sessions, post, "cta", create=True)
    assert names(sessions, post) == {"cat", "cta", "dog"}


def test_what_is_out_of_sight_is_new_and_is_no_advice(sessions, post):
    with sessions.begin() as session:
        make_post(session, tags="secret", rating="e")
    vocabulary.add_alias(sessions, "feline", "cat")
    fold_counts(sessions)
    for name in ("secret", "secrets"):
        with pytest.raises(NewTags) as caught:
            edit(sessions, post, f"feline {name}", CAREFUL)
        assert caught.value.nearest == {name: ()}
    assert edit(sessions, post, "secret feline").edit_id is not None


def test_a_tag_written_with_a_category_moves_there(sessions, post):
    edit(sessions, post, "artist:dog")
    with sessions() as session:
        dog = session.scalars(sa.select(TagRow).where(TagRow.name == "dog")).one()
        assert (dog.category, dog.category_by) == (Category.ARTIST, "person")


def test_taking_away_what_others_imply_is_told_and_holds(sessions, post):
    vocabulary.add_implication(sessions, "kitten", "cat")
    edit(sessions, post, "kitten", create=True)
    assert edit(sessions, post, "-cat -dog").implied == {"cat": ("kitten",)}
    assert names(sessions, post) == {"kitten"}


def at_once(*acts):
    """Do things in threads of their own that all begin together."""
    start = threading.Barrier(len(acts))

    def run(act):
        start.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(30) for done in [pool.submit(run, act) for act in acts]]


def test_whoever_edits_at_once_keeps_their_wish(sessions, post):
    seen = read_edit("cat dog")

    def wish(text):
        wanted = difference(seen, read_edit(text))
        return lambda: edit_post(sessions, post, wanted, EVERYTHING, ME, create=True)

    def tag():
        with sessions.begin() as session:
            guesses = Said(tags=said_tags("tree dog"), confidences=(0.9, 0.99))
            keep_claims(session, {(post, "camie"): guesses})

    people = [wish(f"cat dog person_{n}") for n in range(4)]
    at_once(wish("cat"), wish("cat dog rating:s"), tag, *people)
    assert names(sessions, post) == {"cat", "tree", *(f"person_{n}" for n in range(4))}
    with sessions() as session:
        assert session.get_one(PostRow, post).rating == "s"
    assert len(list_edits(sessions, EVERYTHING)) == 6


def test_history_is_read_a_page_at_a_time(sessions, post):
    with sessions.begin() as session:
        other = make_post(session).id
    lines = [edit(sessions, post, f"tag_{n}", create=True).edit_id for n in range(5)]
    lines.append(
        edit_post(sessions, other, Edit(rating=Rating.EXPLICIT), EVERYTHING, Hand()).edit_id
    )
    found = list_edits(sessions, EVERYTHING, limit=4)
    assert [line.id for line in found] == lines[:1:-1]
    assert [line.id for line in list_edits(sessions, EVERYTHING, before=found[-1].id)] == [
        lines[1],
        lines[0],
    ]
    assert [
        line.id for line in list_edits(sessions, EVERYTHING, HistoryWish(post_id=other))
    ] == lines[-1:]
    assert [
        line.id for line in list_edits(sessions, EVERYTHING, HistoryWish(account_id=1))
    ] == lines[-2::-1]
    since = found[1].made_at
    assert [
        line.id for line in list_edits(sessions, EVERYTHING, HistoryWish(since=since))
    ] == lines[:3:-1]
    with pytest.raises(InvalidInput):
        list_edits(sessions, EVERYTHING, limit=0)
