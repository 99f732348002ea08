from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from homebooru.db.tables import FavouriteRow
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.services import selecting
from homebooru.services.keeping.favourites import (
    add_favourites,
    favourites_among,
    like,
    remove_favourites,
    unlike,
)
from homebooru.services.keeping.pool_views import get_pool
from homebooru.services.keeping.pools import add_pool
from homebooru.services.library.settling import unite
from tests.factories import make_post

ADA = 1
GENERAL = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def posts(sessions):
    """Three posts rated general, and an explicit one."""
    with sessions.begin() as session:
        return [make_post(session, rating=rating).id for rating in "ggge"]


def kept(sessions):
    with sessions.begin() as session:
        return session.scalars(sa.select(FavouriteRow.post_id).order_by(FavouriteRow.post_id)).all()


def test_liking_twice_is_liking_once_and_since_the_first_time(sessions, posts):
    like(sessions, ADA, posts[0], EVERYTHING)
    with sessions.begin() as session:
        since = session.scalars(sa.select(FavouriteRow.made_at)).one()
    like(sessions, ADA, posts[0], EVERYTHING)
    with sessions.begin() as session:
        assert session.scalars(sa.select(FavouriteRow.made_at)).one() == since
    unlike(sessions, ADA, posts[0], EVERYTHING)
    unlike(sessions, ADA, posts[0], EVERYTHING)
    assert kept(sessions) == []


def test_nobody_likes_or_unlikes_what_they_may_not_see(sessions, posts):
    hidden = posts[3]
    for change in (like, unlike):
        for post_id in (hidden, 99, 0, -1, 2**40):
            with pytest.raises(NotFound):
                change(sessions, ADA, post_id, GENERAL)
    assert add_favourites(sessions, ADA, [*posts[::-1], 99], GENERAL).seen == tuple(posts[2::-1])
    like(sessions, ADA, hidden, EVERYTHING)
    assert remove_favourites(sessions, ADA, posts, GENERAL).seen == tuple(posts[:3])
    assert kept(sessions) == [hidden]


def test_more_than_can_be_changed_at_once_changes_nothing(sessions, posts, monkeypatch):
    monkeypatch.setattr(selecting, "MOST", 2)
    with pytest.raises(InvalidInput, match="Narrow the search"):
        add_favourites(sessions, ADA, posts, EVERYTHING)
    with pytest.raises(InvalidInput, match="4 posts at once"):
        selecting.selected_by_search(sessions, "", EVERYTHING)
    assert kept(sessions) == []
    assert selecting.selected_by_search(sessions, "rating:g id:2,3", EVERYTHING) == (3, 2)


def test_each_account_likes_for_itself(sessions, posts):
    with sessions.begin() as session:
        bo = session.scalar(
            sa.text("insert into account (name, is_admin) values ('Bo', false) returning id")
        )
    add_favourites(sessions, ADA, posts[:2], EVERYTHING)
    add_favourites(sessions, bo, posts[1:3], EVERYTHING)
    assert favourites_among(sessions, ADA, posts) == set(posts[:2])
    assert favourites_among(sessions, bo, posts) == set(posts[1:3])
    assert favourites_among(sessions, bo, ()) == set()


def test_what_is_kept_of_two_posts_that_become_one_is_kept_of_it_once(sessions, posts):
    lost, kept, other, _ = posts
    add_favourites(sessions, ADA, [lost], EVERYTHING)
    trip = add_pool(sessions, "trip", EVERYTHING, posts=[other, lost]).id
    both = add_pool(sessions, "both", EVERYTHING, posts=[lost, other, kept]).id
    with sessions.begin() as session:
        unite(session, kept, lost)
    assert favourites_among(sessions, ADA, posts) == {kept}
    assert get_pool(sessions, trip, EVERYTHING).posts == (other, kept)
    assert get_pool(sessions, both, EVERYTHING).posts == (other, kept)


def test_many_who_like_the_same_posts_at_once_do_not_fail_each_other(sessions, posts):
    with ThreadPoolExecutor(4) as pool:
        orders = [posts, posts[::-1], posts[2:] + posts[:2], posts[1:]] * 4
        list(pool.map(lambda ids: add_favourites(sessions, ADA, ids, EVERYTHING), orders))
    assert kept(sessions) == posts
