"""What looks like a post: exactly the nearest of those that the asker may see."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import sqlalchemy as sa

from homebooru.db.queries import looks
from homebooru.db.queries.alike import spaces
from homebooru.db.tables import LookOrderRow, LookRow, SpaceRow
from homebooru.domain.alike.spaces import BUILT_IN, BUILT_IN_BEFORE, Space
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import NotFound
from homebooru.files.probe import probe
from homebooru.files.thumbs import ThumbStore
from homebooru.services.alike import registry
from homebooru.services.searching import search
from homebooru.services.similar import FARTHEST, describe_due, looks_like
from tests import corpus
from tests.factories import make_post, make_posts

POSTS = 120
MODEST = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def crowd(sessions):
    """Posts in a few clusters of looks; one in twenty is rated general, as is the first."""
    chance = np.random.default_rng(5)
    centres = chance.normal(size=(6, 128))
    vectors = centres[chance.integers(0, 6, POSTS)] + chance.normal(0, 0.6, (POSTS, 128))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    halves = vectors.astype(np.float16)
    with sessions.begin() as session:
        ratings = ({"rating": "e" if number % 20 else "g"} for number in range(POSTS))
        posts = [post.id for post in make_posts(session, ratings)]
        kept = {post: half.tobytes() for post, half in zip(posts, halves, strict=True)}
        looks.keep_looks(session, kept)
    return dict(zip(posts, halves.astype(np.float64), strict=True))


def nearest(crowd, post_id, among, limit):
    """Compare with each, one by one."""
    here = crowd[post_id]
    likeness = {
        other: float(here @ there / np.linalg.norm(here) / np.linalg.norm(there))
        for other, there in crowd.items()
        if other in among and other != post_id
    }
    order = sorted(likeness, key=lambda other: -likeness[other])[:limit]
    return {other: likeness[other] for other in order if likeness[other] >= 1 - FARTHEST}


@pytest.mark.parametrize("scope", [EVERYTHING, MODEST])
def test_those_nearest_are_found_among_what_may_be_seen_however_few_these_are(
    sessions, crowd, scope
):
    posts = list(crowd)
    among = set(posts if scope is EVERYTHING else posts[::20])
    for post_id in posts[:: 20 * 3]:
        found = looks_like(sessions, post_id, scope, limit=30)
        wanted = nearest(crowd, post_id, among, 30)
        assert {one.post.id for one in found} == set(wanted)
        assert [one.likeness for one in found] == pytest.approx(
            sorted(wanted.values(), reverse=True), abs=2e-3
        )


def test_a_post_that_may_not_be_seen_is_not_there_and_one_without_a_look_has_nobody(
    sessions, crowd
):
    with pytest.raises(NotFound):
        looks_like(sessions, list(crowd)[1], MODEST)
    with sessions.begin() as session:
        plain = make_post(session).id
    assert looks_like(sessions, plain, EVERYTHING) == ()


def test_pictures_that_came_before_are_described_by_their_thumbnails(sessions, tmp_path, quiet):
    thumbs = ThumbStore(tmp_path / "thumbnails")
    file = tmp_path / "picture.png"
    file.write_bytes(corpus.png(480, 320, seed=3))
    digest = hashlib.sha256(file.read_bytes()).digest()
    seen = probe(bytes(file), digest, megapixels=50)
    thumbs.keep(digest, seen.thumbnails)
    with sessions.begin() as session:
        there = make_post(session, sha256=digest, state="ready").id
        gone = make_post(session, state="ready").id
        session.add_all([LookOrderRow(post_id=one) for one in (there, gone)])
    describe_due(sessions, thumbs, quiet)
    with sessions() as session:
        [row] = session.scalars(sa.select(LookRow)).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(LookOrderRow)) == 0
    look = np.frombuffer(seen.facts.look, np.float16).astype(np.float32)
    assert row.post_id == there
    assert float(np.array(row.vector) @ look) > 0.98


class Renderings:
    """Posts as they would be described by their thumbnails, by their digests."""

    def __init__(self):
        self.looks = {}

    def look_of(self, sha256):
        return self.looks.get(sha256)


def pointing(place):
    """Return a direction of its own for each place; the same places look the same."""
    look = np.zeros(128, "<f2")
    look[place] = 1
    return look.tobytes()


def test_while_a_changed_descriptor_describes_anew_what_it_said_before_serves(
    sessions, for_batches, quiet, monkeypatch
):
    monkeypatch.setattr("homebooru.services.similar.AT_ONCE", 1)
    renderings = Renderings()
    with sessions.begin() as session:
        before = spaces.make(session, Space(BUILT_IN_BEFORE, "1", 128, reads=False))
        posts = [make_post(session, state="ready") for _ in range(4)]
        one, twin, other, late = (post.id for post in posts)
        said = {one: pointing(0), twin: pointing(0), other: pointing(1)}
        spaces.keep_vectors(session, before, said)
        session.add_all(LookOrderRow(post_id=post) for post in (one, twin, other))
        looks.keep_looks(session, {late: pointing(5)})  # came after the change
        renderings.looks = {post.sha256: pointing(5) for post in posts if post.id != twin}

    def near(post_id):
        return {each.post.id for each in looks_like(sessions, post_id, EVERYTHING)}

    describe_due(sessions, renderings, for_batches(2))
    assert near(one) == {twin}
    assert search(sessions, f"similar:{one}", EVERYTHING).undescribed == 1
    [state] = registry.states(sessions, [])
    assert (state.name, state.serves, state.left) == (BUILT_IN, True, 1)

    describe_due(sessions, renderings, quiet)
    assert near(one) == {other, late}
    assert search(sessions, f"similar:{one}", EVERYTHING).undescribed == 0
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SpaceRow)) == 0
        left = "select count(*) from pg_tables where tablename like 'embedding_look_before%'"
        assert session.scalar(sa.text(left)) == 0
