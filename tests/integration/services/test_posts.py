"""Reading a post, and going on to the next."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from homebooru.db.tables import AccountRow, LocationRow, PostRow, TagRow, VerdictRow
from homebooru.domain.policy import HISTORY
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import NotFound, QuerySyntaxError
from homebooru.search.index.live import LiveIndex
from homebooru.services.posts import get_post, neighbours
from homebooru.services.searching import search
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_location, make_post

TAME = Scope(ceiling=Rating.SENSITIVE)


@pytest.fixture
def family(sessions):
    """Post 1 and its children 2, 3 (explicit) and 4 (trashed)."""
    with sessions.begin() as session:
        make_post(session, tags="cat artist:somebody", rating="g")
        make_post(session, tags="cat", rating="g", parent_id=1)
        make_post(session, tags="cat", rating="e", parent_id=1)
        make_post(session, tags="cat", rating="g", parent_id=1, trashed_at=datetime.now(UTC))
    return sessions


def set_parents(sessions):
    with sessions.begin() as session:
        session.execute(sa.update(PostRow).where(PostRow.id > 1).values(parent_id=1))


def test_a_post_comes_with_everything_said_of_it(family):
    with family.begin() as session:
        cat = session.scalars(sa.select(TagRow.id).where(TagRow.name == "cat")).one()
        session.execute(sa.update(AccountRow).values(name="Ada"))
        session.add(VerdictRow(post_id=1, tag_id=cat, yes=True, account_id=1))
    set_parents(family)

    details = get_post(family, 1, EVERYTHING)

    [claim] = details.claims
    assert (claim.source, claim.rating) == ("text", Rating.GENERAL)
    assert [(tag.name, sure) for tag, sure in claim.tags] == [("cat", None), ("somebody", None)]
    [verdict] = details.verdicts
    assert (verdict.tag.name, verdict.yes, verdict.by) == ("cat", True, "Ada")
    assert details.children == (2, 3)
    assert [(tag.name, tag.count) for tag in details.post.tags] == [("somebody", 1), ("cat", 3)]


@pytest.mark.parametrize("scope", [EVERYTHING, TAME])
def test_the_index_counts_what_the_tables_would(family, scope):
    with closing(LiveIndex(family, "test")) as index:
        index.load()
        assert get_post(family, 1, scope, finder=index) == get_post(family, 1, scope)


def test_a_post_is_told_to_lie_where_it_is_found(sessions):
    gone = datetime.now(UTC)
    with sessions.begin() as session:
        here = make_post(session)
        make_location(session, here, name="old.jpg", folder="before", missing_since=gone)
        lost = make_post(session, missing_since=gone)
        session.execute(
            sa.update(LocationRow)
            .where(LocationRow.post_id == lost.id)
            .values(name="lost.jpg", folder="before", missing_since=gone)
        )

    def told(post_id):
        places = get_post(sessions, post_id, EVERYTHING).post.locations
        return [(place.path, place.missing_since is not None) for place in places]

    def found(text):
        return [post.id for post in search(sessions, text, EVERYTHING).posts]

    assert (len(told(1)), told(2)) == (1, [("before/lost.jpg", True)])
    assert told(1) != [("before/old.jpg", True)]
    assert found("folder:before") == found("filename:old.jpg") == []
    assert found("folder:before is:missing") == found("filename:lost is:missing") == [2]


def test_the_picture_that_lay_here_before_is_family_and_no_voice(family):
    with family.begin() as session:
        keep_claims(session, {(4, HISTORY): Said(parent="post:3")})

    details = get_post(family, 4, EVERYTHING)

    assert (details.earlier, details.post.parent_id) == (3, 3)
    assert [claim.source for claim in details.claims] == ["text"]
    assert get_post(family, 4, TAME).earlier is None
    assert search(family, "metadata:missing", EVERYTHING).count == 0
    with family.begin() as session:
        make_post(session, said=Said(parent="post:1"), source=HISTORY)
    assert search(family, "metadata:missing", EVERYTHING).count == 1
    with pytest.raises(QuerySyntaxError):
        search(family, "from:homebooru", EVERYTHING)


def test_a_hidden_parent_is_not_found_out_by_its_children(family):
    with family.begin() as session:
        session.execute(sa.update(PostRow).where(PostRow.id == 1).values(parent_id=3))

    for text, everything in (("parent:3", [3, 1]), ("has:parent", [1]), ("is:child", [1])):
        found = search(family, text, EVERYTHING).posts
        assert [post.id for post in found] == everything
        assert search(family, text, TAME).count == 0
    assert search(family, "parent:none", TAME).count == 2


def test_what_is_hidden_is_not_there(family):
    set_parents(family)

    assert get_post(family, 1, TAME).children == (2,)
    assert [tag.count for tag in get_post(family, 1, TAME).post.tags] == [1, 2]
    for nobody in (3, 99, 0, -1, 2**40):
        with pytest.raises(NotFound):
            get_post(family, nobody, TAME)


def test_a_hidden_parent_is_not_named(family):
    set_parents(family)
    with family.begin() as session:
        session.execute(sa.update(PostRow).where(PostRow.id == 1).values(rating="q"))

    assert get_post(family, 2, EVERYTHING).post.parent_id == 1
    assert get_post(family, 2, TAME).post.parent_id is None


def test_trashed_posts_can_be_read(family):
    assert get_post(family, 4, EVERYTHING).post.trashed_at is not None


def test_neighbours_are_those_in_the_search(family):
    assert neighbours(family, 2, "", EVERYTHING) == (3, 1)
    assert neighbours(family, 3, "", EVERYTHING) == (None, 2)
    assert neighbours(family, 2, "", TAME) == (None, 1)
    assert neighbours(family, 2, "order:id", EVERYTHING) == (1, 3)
    assert neighbours(family, 1, "somebody", EVERYTHING) == (None, None)
    assert neighbours(family, 2, "somebody", EVERYTHING) == (None, None)
    assert neighbours(family, 2**40, "", EVERYTHING) == (None, None)
    with pytest.raises(QuerySyntaxError):
        neighbours(family, 1, "(", EVERYTHING)
