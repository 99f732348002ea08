import pytest
import sqlalchemy as sa

from homebooru.db.queries import counts
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PostRow, RootRow
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.services.tags.counting import fold_counts
from tests.factories import SPRING, make_location, make_post

EPOCH = sa.func.to_timestamp(SPRING / 1e9)


def seen(session, scope):
    return set(session.scalars(sa.select(PostRow.id).where(visible(scope))))


@pytest.fixture
def rated(sessions):
    with sessions.begin() as session:
        return [make_post(session, rating=rating).id for rating in ["g", "s", "q", "e", None]]


@pytest.mark.parametrize(
    ("ceiling", "unrated_as", "expected"),
    [
        ("e", "e", [0, 1, 2, 3, 4]),
        ("e", "g", [0, 1, 2, 3, 4]),
        ("q", "e", [0, 1, 2]),
        ("s", "e", [0, 1]),
        ("s", "s", [0, 1, 4]),
        ("g", "s", [0]),
        ("g", "g", [0, 4]),
    ],
)
def test_a_ceiling_hides_what_is_rated_above_it(sessions, rated, ceiling, unrated_as, expected):
    scope = Scope(ceiling=Rating(ceiling), unrated_as=Rating(unrated_as))
    with sessions() as session:
        assert seen(session, scope) == {rated[n] for n in expected}


def test_a_post_is_seen_where_it_lies_and_where_it_lay_if_it_lies_nowhere(sessions):
    with sessions.begin() as session:
        here = make_post(session, root="/here")
        there = make_post(session, root="/there")
        both = make_post(session, root="/here")
        make_location(session, both, name="copy.png", root="/there", missing_since=EPOCH)
        lost = make_post(session, root=None, missing_since=EPOCH)
        make_location(session, lost, name="lost.png", root="/there", missing_since=EPOCH)
        nowhere = make_post(session, root=None)
        roots = {root.name: root.id for root in session.scalars(sa.select(RootRow))}
    with sessions() as session:
        assert seen(session, EVERYTHING) == {
            here.id,
            there.id,
            both.id,
            lost.id,
            nowhere.id,
        }
        assert seen(session, Scope(roots=frozenset({roots["here"]}))) == {here.id, both.id}
        assert seen(session, Scope(roots=frozenset({roots["there"]}))) == {there.id, lost.id}
        assert seen(session, Scope(roots=frozenset())) == set()


def test_the_grid_has_neither_missing_nor_trashed_posts(sessions):
    with sessions.begin() as session:
        post = make_post(session)
        make_post(session, missing_since=EPOCH)
        make_post(session, trashed_at=EPOCH)
        make_post(session, rating="e")
    with sessions() as session:
        assert set(session.scalars(sa.select(PostRow.id).where(shown()))) == {post.id, 4}


@pytest.mark.parametrize("folded", [True, False])
def test_tags_are_listed_by_the_posts_that_one_may_see(sessions, folded, monkeypatch):
    monkeypatch.setattr(counts, "CHUNK", 2)
    with sessions.begin() as session:
        for number in range(6):
            names = " ".join(f"tag_{n}" for n in range(number + 1))
            make_post(session, tags=f"{names} other hidden_{number}", rating="ge"[number % 2])
        make_post(session, tags="tag_gone tag_5 tag_5", missing_since=EPOCH)
    if folded:
        fold_counts(sessions)
    with sessions() as session:

        def listed(prefix, scope, limit=50):
            found = counts.list_tags(session, prefix, scope, limit=limit)
            return [(tag.name, tag.count) for tag in found]

        everything = [(f"tag_{n}", 6 - n) for n in range(6)]
        assert listed("tag_", EVERYTHING) == everything
        assert listed("tag_", EVERYTHING, limit=3) == everything[:3]
        general = Scope(ceiling=Rating.GENERAL)
        assert listed("tag_", general) == [
            ("tag_0", 3),
            ("tag_1", 2),
            ("tag_2", 2),
            ("tag_3", 1),
            ("tag_4", 1),
        ]
        assert listed("tag_", general, limit=2) == [("tag_0", 3), ("tag_1", 2)]
        assert listed("hidden_1", general) == []
        assert listed("t%", EVERYTHING) == []
        assert len(listed("", EVERYTHING)) == 13


def test_a_quick_look_at_a_part_of_the_gallery_counts_so_far_and_no_further(sessions, monkeypatch):
    monkeypatch.setattr(counts, "GLANCE", 2)
    monkeypatch.setattr(counts, "CHUNK", 1)
    with sessions.begin() as session:
        for number in range(5):
            make_post(session, tags="often" if number else "often once", rating="g")
        make_post(session, tags="often on_secret", rating="e")
        trashed = make_post(session, tags="often", rating="g", trashed_at=EPOCH)
    general = Scope(ceiling=Rating.GENERAL)
    with sessions() as session:

        def glanced(scope):
            found = counts.list_tags(session, "o", scope, quick=True)
            return {tag.name: tag.count for tag in found}

        assert glanced(general) == {"often": 3, "once": 1}
        assert glanced(EVERYTHING) == {"often": 6, "once": 1, "on_secret": 1}
        seen = counts.count_tags(session, trashed.tag_ids, general, quick=True)
        assert [(tag.name, tag.count) for tag in seen.values()] == [("often", 3)]
