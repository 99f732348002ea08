"""People's words: they outrank every claim, and only people take them away again."""

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, TagRow, VerdictRow
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import Edit
from homebooru.domain.said import Said
from homebooru.errors import InvalidInput
from homebooru.services.tags import vocabulary
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deriving import retag_due
from tests.factories import edit_post, make_post, said_tags


def names(session, post_id):
    post = session.get_one(PostRow, post_id, populate_existing=True)
    return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(post.tag_ids))))


def words(session):
    """Return what people say of tags, by name."""
    said = sa.select(TagRow.name, VerdictRow.yes).join(TagRow, TagRow.id == VerdictRow.tag_id)
    return dict(tuple(row) for row in session.execute(said))


def test_a_rejected_tag_stays_out_whoever_claims_it_later(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="cat dog").id
        edit_post(session, post, "-cat", reason="a lynx")
        for source in ("danbooru", "xmp", "text", "camie"):
            keep_claims(session, {(post, source): Said(tags=said_tags("cat dog"))})
            assert names(session, post) == {"dog"}
        verdict = session.scalars(sa.select(VerdictRow)).one()
        assert (verdict.account_id, verdict.reason) == (1, "a lynx")


def test_a_tag_that_a_person_added_stays_though_nobody_claims_it(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="dog").id
        edit_post(session, post, "Big_Cat")
        keep_claims(session, {(post, "text"): None})
        assert names(session, post) == {"big_cat"}


def test_a_tag_that_nobody_knows_is_not_made_by_taking_it_away(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="cat").id
        assert edit_post(session, post, "-unseen") is None
        edit_post(session, post, Edit(withdraw=frozenset({"unheard"})))
        assert set(session.scalars(sa.select(TagRow.name))) == {"cat"}


def test_taking_a_word_back_does_not_say_the_opposite(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="cat").id
        edit_post(session, post, "-cat dog")
        assert names(session, post) == {"dog"}
        edit_post(session, post, Edit(withdraw=frozenset({"cat", "dog"})))
        assert names(session, post) == {"cat"}
        assert words(session) == {}


def test_adding_a_rejected_tag_is_a_word_that_outlives_the_claims_that_bring_it(sessions, quiet):
    vocabulary.add_implication(sessions, "cat", "animal")
    with sessions.begin() as session:
        post = make_post(session, tags="cat sun").id
        edit_post(session, post, "-cat -animal -sun -moon")
        keep_claims(session, {(post, "text"): Said(tags=said_tags("cat"))})
        assert names(session, post) == set()
        edit_post(session, post, "cat animal sun")
        assert words(session) == {"cat": True, "animal": True, "sun": True}
        keep_claims(session, {(post, "text"): None})
        assert names(session, post) == {"cat", "animal", "sun"}


def test_the_newest_word_stands_and_saying_it_again_is_no_edit(sessions):
    with sessions.begin() as session:
        post = make_post(session).id
        assert edit_post(session, post, "cat") is not None
        assert edit_post(session, post, "cat", account_id=None) is None
        assert edit_post(session, post, "-cat") is not None
        assert edit_post(session, post, "cat") is not None
        assert names(session, post) == {"cat"}


def test_a_tag_that_follows_from_another_stays_away_once_it_is_taken_away(sessions):
    vocabulary.add_implication(sessions, "kitten", "cat")
    vocabulary.add_implication(sessions, "cat", "animal")
    with sessions.begin() as session:
        post = make_post(session, tags="kitten").id
        edit_post(session, post, "-cat")
        assert names(session, post) == {"kitten"}
        keep_claims(session, {(post, "text"): Said(tags=said_tags("kitten animal"))})
        assert names(session, post) == {"kitten", "animal"}


def test_words_are_about_what_a_tag_means(sessions, quiet):
    with sessions.begin() as session:
        post = make_post(session, tags="felis").id
        edit_post(session, post, "-felis")
    vocabulary.add_alias(sessions, "felis", "cat")
    retag_due(sessions, quiet)
    with sessions.begin() as session:
        edit_post(session, post, "cat")
        assert names(session, post) == {"cat"}
        assert words(session) == {"felis": False, "cat": True}
        assert edit_post(session, post, "felis") is None, "it is said already"
        edit_post(session, post, "-cat")
        assert words(session) == {"felis": False, "cat": False}
        edit_post(session, post, "felis")
        assert words(session) == {"felis": True, "cat": False}
        assert names(session, post) == {"cat"}
        with pytest.raises(InvalidInput, match="cat and felis"):
            edit_post(session, post, "felis -cat")
        edit_post(session, post, Edit(add=frozenset({"felis"}), gone=frozenset({"cat"})))
        assert names(session, post) == {"cat"}


def test_a_word_said_long_ago_counts_again_when_it_is_said_again(sessions, quiet):
    with sessions.begin() as session:
        post = make_post(session).id
        edit_post(session, post, "felis")
        edit_post(session, post, "-cat cat_is_a_tag")
    with sessions.begin() as session:
        edit_post(session, post, "cat")
        edit_post(session, post, "-cat")
    vocabulary.add_alias(sessions, "felis", "cat")
    retag_due(sessions, quiet)
    with sessions.begin() as session:
        assert "cat" not in names(session, post)
        edit_post(session, post, "felis")
        assert "cat" in names(session, post)
        assert words(session) == {"felis": True, "cat_is_a_tag": True}


def test_rating_parent_and_sources_are_decided_and_taken_back(sessions):
    with sessions.begin() as session:
        other = make_post(session)
        post = make_post(session, said=Said(rating="g", sources=("https://a.example",)))
        edit_post(session, post.id, f"rating:e parent:{other.id} source:https://b.example source:c")
        session.refresh(post)
        assert (post.rating, post.rating_by, post.parent_id) == ("e", "person", other.id)
        assert post.sources == ["https://b.example", "c"]
        edit_post(session, post.id, f"-parent:{post.id} source:none rating:none")
        session.refresh(post)
        assert (post.rating, post.parent_id, post.sources) == (None, other.id, [])
        edit_post(session, post.id, f"-parent:{other.id} parent:{post.id}")
        session.refresh(post)
        assert post.parent_id == other.id, "none is its own parent"
        edit_post(session, post.id, f"-parent:{other.id}")
        session.refresh(post)
        assert post.parent_id is None
        edit_post(session, post.id, Edit(hushed=frozenset(About)))
        session.refresh(post)
        assert (post.rating, post.rating_by, post.parent_id) == ("g", "text", None)
        assert post.sources == ["https://a.example"]
