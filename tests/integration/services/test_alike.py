"""Models that describe posts: chosen, at work, replaced, dropped, and asked by words."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
import sqlalchemy as sa

from homebooru.db.queries import looks
from homebooru.db.queries.alike import orders, spaces
from homebooru.db.queries.alike.nearest import follow
from homebooru.db.tables import EmbeddingOrderRow, SpaceRow
from homebooru.domain.alike.spaces import BUILT_IN, MOST_NUMBERS
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import InvalidInput, ModelUnusable, NotFound, QuerySyntaxError
from homebooru.search.index.live import LiveIndex
from homebooru.services.alike import registry
from homebooru.services.alike.describing import embed_due
from homebooru.services.alike.reading import read_words
from homebooru.services.searching import search
from homebooru.services.similar import looks_like
from tests.factories import make_post
from tests.integration.services.lookups.conftest import Told

WIDTH = 3
COLOURS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "violet": (0.8, 0, 0.6)}


class MadeUp:
    """A model that sees pictures by what their name says, and the small copies it sees them by."""

    reads = True

    def __init__(self, name="clip", version="one"):
        self.name, self.is_called, self.trouble = name, version, None
        self.seen, self.colours = [], {}

    def version(self):
        return self.is_called

    def dimensions(self):
        return WIDTH

    def preview(self, sha256):
        return sha256 if sha256 in self.colours else None

    def see(self, pictures):
        if self.trouble:
            raise self.trouble
        self.seen += pictures
        return [self.read(self.colours[picture]) for picture in pictures]

    def read(self, text):
        return np.array(COLOURS[text], "<f2").tobytes()

    def close(self):
        """Nothing is held."""


@pytest.fixture
def model():
    return MadeUp()


def add(sessions, model, colour, **columns):
    """Add a post of a colour, of which all look the same to our own descriptor."""
    with sessions.begin() as session:
        post = make_post(session, state="ready", **columns)
        model.colours[post.sha256] = colour
        look = np.zeros(128, "<f2")
        look[0] = 1
        looks.keep_looks(session, {post.id: look.tobytes()})
        return post.id


def states(sessions, *there):
    return {one.name: one for one in registry.states(sessions, there)}


def near(sessions, post_id, scope=EVERYTHING):
    return {one.post.id: round(one.likeness, 1) for one in looks_like(sessions, post_id, scope)}


def test_the_new_model_serves_once_it_is_through_and_the_old_one_until_then(
    sessions, model, quiet, for_batches, monkeypatch
):
    monkeypatch.setattr("homebooru.services.alike.describing.AT_ONCE", 2)
    monkeypatch.setattr("homebooru.services.alike.describing.LISTED", 3)
    red, violet, blue, *others = (
        add(sessions, model, colour)
        for colour in ("red", "violet", "blue", "green", "green", "green", "green")
    )
    blind = add(sessions, MadeUp(), "red")
    assert states(sessions, model)["clip"].described == 0
    registry.use(sessions, "clip", [model])

    embed_due(sessions, [model], model, for_batches(4))
    halfway = states(sessions, model)
    assert halfway["clip"].wanted
    assert halfway[BUILT_IN].serves
    assert 0 < halfway["clip"].described < 7
    assert near(sessions, red) == dict.fromkeys((violet, blue, blind, *others), 1.0)

    embed_due(sessions, [model], model, quiet)
    through = states(sessions, model)
    assert through["clip"].serves
    assert not through[BUILT_IN].serves
    assert (through["clip"].described, through["clip"].left) == (7, 0)
    assert sorted(model.seen) == sorted(model.colours)  # each once, though it was interrupted
    assert near(sessions, red) == {violet: 0.8}
    assert near(sessions, blind) == dict.fromkeys((red, violet, blue, *others), 1.0)

    model.colours[next(iter(model.colours))] = "blue"
    with sessions.begin() as session:
        orders.order(session, [red])  # its picture is another one
    embed_due(sessions, [model], model, quiet)
    assert near(sessions, red) == {blue: 1.0, violet: 0.6}

    registry.use(sessions, BUILT_IN, [])
    assert near(sessions, red)[blind] == 1.0
    registry.drop(sessions, "clip")
    assert set(states(sessions)) == {BUILT_IN}
    with sessions() as session:
        left = "select count(*) from pg_tables where tablename like 'embedding_clip%'"
        assert session.scalar(sa.text(left)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(EmbeddingOrderRow)) == 0


def test_other_files_of_the_same_name_describe_everything_anew(sessions, model, quiet):
    add(sessions, model, "red")
    registry.use(sessions, "clip", [model])
    embed_due(sessions, [model], model, quiet)
    model.is_called = "two"

    embed_due(sessions, [model], model, quiet)

    assert len(model.seen) == 2
    assert states(sessions, model)["clip"].serves


def test_a_model_that_fails_or_is_gone_is_left_alone_with_the_reason(sessions, model, quiet):
    add(sessions, model, "red")
    registry.use(sessions, "clip", [model])
    model.trouble = ModelUnusable("The file is broken off.")
    told = Told()
    embed_due(sessions, [model], model, told)
    assert told.errors == {"clip": "The file is broken off."}
    assert states(sessions, model)["clip"].reason == "The file is broken off."
    with sessions() as session:
        assert not session.scalar(sa.select(orders.is_waiting(or_claimed=True)))

    model.trouble = None
    reopen(sessions)
    embed_due(sessions, [], model, quiet)
    assert "not there any more" in states(sessions)["clip"].reason
    reopen(sessions)
    embed_due(sessions, [model], model, quiet)
    assert states(sessions, model)["clip"].serves


def test_a_model_that_describes_by_other_numbers_than_before_says_so(sessions, model, monkeypatch):
    add(sessions, model, "red")
    registry.use(sessions, "clip", [model])
    monkeypatch.setattr(model, "read", lambda text: b"\0" * 2 * (WIDTH + 1))
    told = Told()
    embed_due(sessions, [model], model, told)
    assert f"by {WIDTH + 1} numbers now, and by {WIDTH}" in told.errors["clip"]
    with pytest.raises(ModelUnusable, match="choose it again"):
        read_words(sessions, "near:red", [model])


def reopen(sessions):
    with sessions.begin() as session:
        session.execute(sa.update(SpaceRow).values(closed_until=None))


def test_a_model_may_describe_by_as_many_numbers_as_an_index_takes(sessions):
    most, more = (MadeUp(name) for name in ("most", "more"))
    most.dimensions, more.dimensions = (lambda: MOST_NUMBERS), (lambda: MOST_NUMBERS + 1)
    registry.use(sessions, "most", [most])
    with pytest.raises(ModelUnusable, match=r"no more than 4000\. Use another model"):
        registry.use(sessions, "more", [more])
    assert set(states(sessions)) == {BUILT_IN, "most"}
    with sessions.begin() as session:
        row = session.get(SpaceRow, "most")
        posts = [make_post(session, state="ready").id for _ in range(2)]
        vectors = np.eye(2, MOST_NUMBERS, dtype="<f2")
        spaces.keep_vectors(session, row, dict(zip(posts, map(bytes, vectors), strict=True)))
        there = spaces.vectors_of(row)
        found = follow(session, there, vectors[1].astype(float).tolist(), 2)
    assert [post for post, _ in found] == posts[::-1]


def test_what_is_not_there_can_neither_be_used_nor_dropped(sessions):
    for act in (lambda: registry.use(sessions, "x", []), lambda: registry.drop(sessions, "x")):
        with pytest.raises(NotFound, match="no model 'x'"):
            act()
    with pytest.raises(InvalidInput, match="always kept"):
        registry.drop(sessions, BUILT_IN)


@pytest.fixture
def index(sessions):
    index = LiveIndex(sessions, "test")
    yield index
    index.close()


def test_words_find_the_nearest_of_what_else_is_searched_for(
    sessions, model, quiet, index, monkeypatch
):
    monkeypatch.setattr("homebooru.search.nearness.MOST", 3)
    red, violet, hidden = (
        add(sessions, model, colour, tags="cat", rating=rating)
        for colour, rating in (("red", "g"), ("violet", "g"), ("red", "e"))
    )
    dogs = [add(sessions, model, "red", tags="dog", rating="g") for _ in range(4)]
    registry.use(sessions, "clip", [model])
    embed_due(sessions, [model], model, quiet)
    index.load()
    modest = Scope(ceiling=Rating.GENERAL)

    def found(text, scope=EVERYTHING):
        answers = [
            search(sessions, text, scope, now=datetime(2026, 1, 1, tzinfo=UTC), **finder)
            for finder in ({}, {"finder": index})
        ]
        pages = [[post.id for post in answer.posts] for answer in answers]
        assert pages[0] == pages[1]
        assert [answer.count for answer in answers] == [len(page) for page in pages]
        return pages[0]

    with pytest.raises(QuerySyntaxError, match="did not read these words yet"):
        found("near:red cat")
    for text in ("near:red", "near:blue"):
        read_words(sessions, text, [model])
    assert found("near:red cat", modest) == [red, violet]
    assert set(found("near:red cat")[:2]) == {red, hidden}
    assert found("near:blue cat", modest) == [violet, red]
    assert set(found("near:red dog")) < set(dogs)
    assert found("near:red cat order:id", modest) == [red, violet]
    assert len(found("near:red")) == 3
    assert found("near:red near:blue cat", modest) == [red, violet]
    assert set(found("cat -near:red", modest)) <= {red, violet}
