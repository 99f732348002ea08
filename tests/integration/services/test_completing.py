"""Completing a search: what a term may become, for whom, and what would be left."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PoolPostRow, PoolRow, SavedSearchRow, TagAliasRow, TagRow
from homebooru.domain.query.completion import Offer, TermKind
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.domain.tags import Category
from homebooru.search import finding
from homebooru.services import completing
from homebooru.services.completing import complete, read_terms, with_left
from tests.factories import make_post

TAME = Scope(ceiling=Rating.SENSITIVE, unrated_as=Rating.SENSITIVE)


@pytest.fixture
def library(sessions):
    with sessions.begin() as session:
        make_post(session, tags="cat artist:catherine sky", rating="g", folder="trips/day one")
        make_post(session, tags="cat dog", rating="s", folder="trips/day two")
        make_post(session, tags="cat catalogue", rating="e", folder="secret", root="/vault")
        make_post(session, tags="dog catnip", trashed_at=sa.func.now())
        kitty = TagRow(name="kitty")
        session.add(kitty)
        session.flush()
        cat = session.scalars(sa.select(TagRow.id).where(TagRow.name == "cat")).one()
        session.add(TagAliasRow(antecedent_id=kitty.id, consequent_id=cat))
    return sessions


def offered(sessions, text, scope=EVERYTHING, at=None):
    found = complete(sessions, text, len(text) if at is None else at, scope)
    return [(one.text, one.count) for one in found.suggestions]


def test_tags_by_prefix_come_with_their_posts_of_this_visitor(library):
    assert offered(library, "ca") == [("cat", 3), ("catalogue", 1), ("catherine", 1)]
    assert offered(library, "CA", TAME) == [("cat", 2), ("catherine", 1)]
    assert offered(library, "dog -cat", at=2) == [("dog", 1)]
    assert offered(library, "tag:cath") == [("catherine", 1)]
    artist = complete(library, "cath", 4, EVERYTHING).suggestions[0]
    assert (artist.category, artist.offer) == (Category.ARTIST, Offer.TAG)


def test_names_of_pools_and_searches_are_those_that_one_may_know(library):
    with library.begin() as session:
        session.add_all([PoolRow(id=1, name="Cats_of_day"), PoolRow(id=2, name="cats only")])
        session.add(SavedSearchRow(account_id=1, name="Cats, mine", query="cat"))
        session.flush()
        session.add(PoolPostRow(pool_id=1, post_id=3, position=0))
        session.add(PoolPostRow(pool_id=2, post_id=1, position=0))

    assert offered(library, "pool:cats_o") == [("Cats_of_day", None), ('"cats only"', None)]
    assert offered(library, "ordpool:cat", TAME) == [('"cats only"', None)]
    assert offered(library, "search:cats", Scope(account=1)) == [('"Cats, mine"', None)]
    assert offered(library, "search:cats", Scope(account=2)) == []


def test_another_name_leads_to_its_tag_and_the_place_that_it_takes(library):
    found = complete(library, "sky -kit dog", 8, EVERYTHING)

    assert (found.start, found.end) == (5, 8)
    [kitty] = found.suggestions
    assert (kitty.alias, kitty.text, kitty.count) == ("kitty", "cat", 3)


def test_metatags_and_then_their_values(library):
    assert ("rating:", None) in offered(library, "rat")
    assert [text for text, _ in offered(library, "rating:")][:2] == ["general", "sensitive"]
    assert offered(library, "rating:g,q") == [("questionable", None)]
    assert offered(library, "order:scor") == [("score", None), ("score_asc", None)]
    assert offered(library, "md5:") == []


def test_folders_are_those_with_posts_in_sight(library):
    assert [text for text, _ in offered(library, "folder:")] == [
        "pictures",
        "vault",
        "secret",
        '"trips/day one"',
        '"trips/day two"',
    ]
    assert [text for text, _ in offered(library, "folder:", TAME)] == [
        "pictures",
        '"trips/day one"',
        '"trips/day two"',
    ]
    assert [text for text, _ in offered(library, 'folder:"DAY t')] == ['"trips/day two"']


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("dog ca", {"cat": 1, "catalogue": 0, "catherine": 0}),
        ("cat -ca", {"cat": 0, "catalogue": 2, "catherine": 2}),
        ("sky or ca", {"cat": 3, "catalogue": 2, "catherine": 1}),
        ("dog rating:s", {"sensitive": 1, "safe": 1}),
        ("(dog ca", {"cat": None, "catalogue": None, "catherine": None}),
        ("ca", {"cat": None, "catalogue": None, "catherine": None}),
        ("dog order:scor", {"score": None, "score_asc": None}),
    ],
)
def test_what_would_be_left_with_each(library, text, left):
    found = with_left(library, text, complete(library, text, len(text), EVERYTHING), EVERYTHING)

    assert {one.text: one.left for one in found.suggestions} == left


def test_what_takes_too_long_to_count_is_left_open(library, monkeypatch):
    plain = complete(library, "dog ca", 6, EVERYTHING)
    monkeypatch.setattr(completing, "PATIENCE", "1ms")
    monkeypatch.setattr(finding, "kept", lambda _query: sa.func.pg_sleep(0.05).is_not(None))

    assert with_left(library, "dog ca", plain, EVERYTHING) == plain


def test_terms_are_told_by_what_the_visitor_may_see(library):
    texts = ("cat", "-catherine", "kitty", "catalogue", "rating:g", "(cat or dog)", "width:much")

    def kinds(scope):
        return [(term.kind, term.category) for term in read_terms(library, texts, scope)]

    tag, unknown = (TermKind.TAG, Category.GENERAL), (TermKind.UNKNOWN, None)
    rest = [(TermKind.OTHER, None), (TermKind.OTHER, None), (TermKind.MISTAKE, None)]
    artist = (TermKind.TAG, Category.ARTIST)
    assert kinds(EVERYTHING) == [tag, artist, tag, tag, *rest]
    assert kinds(TAME) == [tag, artist, tag, unknown, *rest]
