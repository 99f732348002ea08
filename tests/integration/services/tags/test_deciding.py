import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, TagRow, VerdictRow
from homebooru.domain.claims import About
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.errors import InvalidInput, InvalidTagName, NotFound
from homebooru.services.tags import deciding
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_post, said_tags


def names(session, post_id):
    post = session.get_one(PostRow, post_id, populate_existing=True)
    return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(post.tag_ids))))


def test_a_rejected_tag_stays_out_whoever_claims_it_later(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="cat dog").id
        deciding.decide(session, post, {"cat": False}, account_id=1, reason="a lynx")
        for source in ("danbooru", "xmp", "text", "camie"):
            keep_claims(session, {(post, source): Said(tags=said_tags("cat dog"))})
            assert names(session, post) == {"dog"}
        verdict = session.scalars(sa.select(VerdictRow)).one()
        assert (verdict.account_id, verdict.reason) == (1, "a lynx")


def test_a_tag_that_a_person_added_stays_though_nobody_claims_it(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="dog").id
        deciding.decide(session, post, {"Big Cat": True}, account_id=1)
        keep_claims(session, {(post, "text"): None})
        assert names(session, post) == {"big_cat"}


def test_undoing_takes_the_word_back_and_does_not_say_the_opposite(sessions):
    with sessions.begin() as session:
        post = make_post(session, tags="cat").id
        deciding.decide(session, post, {"cat": False, "dog": True}, account_id=1)
        assert names(session, post) == {"dog"}
        deciding.decide(session, post, {"cat": None, "dog": None, "unseen": None}, account_id=1)
        assert names(session, post) == {"cat"}
        assert session.scalar(sa.select(TagRow.id).where(TagRow.name == "unseen")) is None


def test_the_newest_word_stands(sessions):
    with sessions.begin() as session:
        post = make_post(session).id
        for yes in (True, False, True):
            deciding.decide(session, post, {"cat": yes}, account_id=1)
        assert names(session, post) == {"cat"}


def test_rating_parent_and_sources_are_decided_and_taken_back(sessions):
    said = Said(rating=Rating.GENERAL, sources=("https://a.example",))
    with sessions.begin() as session:
        other = make_post(session)
        post = make_post(session, said=said)
        deciding.decide_rating(session, post.id, Rating.EXPLICIT, account_id=1)
        deciding.decide_parent(session, post.id, other.id, account_id=1)
        deciding.decide_sources(session, post.id, ("https://b.example", "c"), account_id=1)
        session.refresh(post)
        assert (post.rating, post.rating_by, post.parent_id) == ("e", "person", other.id)
        assert post.sources == ["https://b.example", "c"]
        for about in About:
            deciding.take_back(session, post.id, about)
        session.refresh(post)
        assert (post.rating, post.rating_by, post.parent_id) == ("g", "text", None)
        assert post.sources == ["https://a.example"]


def test_what_makes_no_sense_is_refused(sessions):
    with sessions.begin() as session:
        post = make_post(session).id
        for error, refused in (
            (InvalidTagName, lambda: deciding.decide(session, post, {"a,b": True}, account_id=1)),
            (NotFound, lambda: deciding.decide(session, 99, {"a": True}, account_id=1)),
            (NotFound, lambda: deciding.decide_rating(session, 99, None, account_id=1)),
            (NotFound, lambda: deciding.decide_parent(session, post, 99, account_id=1)),
            (InvalidInput, lambda: deciding.decide_parent(session, post, post, account_id=1)),
            (
                InvalidInput,
                lambda: deciding.decide_sources(session, post, ("a\nb",), account_id=1),
            ),
        ):
            with pytest.raises(error):
                refused()
