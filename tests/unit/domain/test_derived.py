from datetime import UTC, datetime

import pytest

from homebooru.domain.claims import Effective, Suggestion
from homebooru.domain.derived import MOST, derived, own_parent
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_row_holds_sorted_tags_and_counts_by_category():
    words = Vocabulary(categories={3: Category.ARTIST, 1: Category.LORE})
    row = derived(
        Effective(tag_ids=frozenset({3, 1, 2}), rating=Rating.SENSITIVE, rating_by="xmp"),
        words,
        parent_id=7,
        oldest=DAY,
    )
    assert row.tag_ids == (1, 2, 3)
    assert (row.general_count, row.artist_count, row.lore_count, row.meta_count) == (1, 1, 1, 0)
    assert (row.rating, row.rating_by, row.parent_id) == ("s", "xmp", 7)
    assert (row.taken_at, row.dated_at) == (None, DAY)


def test_when_it_was_taken_goes_before_the_date_of_the_file():
    later = DAY.replace(year=2027)
    row = derived(Effective(taken_at=later), Vocabulary(), parent_id=None, oldest=DAY)
    assert row.dated_at == later


def test_a_row_keeps_the_surest_suggestions():
    surest = tuple(Suggestion(tag, 1 / tag) for tag in range(1, 30))
    row = derived(Effective(suggestions=surest), Vocabulary(), parent_id=None, oldest=None)
    assert row.suggestion_ids == tuple(range(1, 21))


def test_a_count_stays_within_its_column():
    many = Effective(tag_ids=frozenset(range(MOST + 5)))
    assert derived(many, Vocabulary(), parent_id=None, oldest=None).general_count == MOST


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ("post:12", 12),
        ("post:", None),
        ("post:-1", None),
        ("post:²", None),
        ("post:99999999999", None),
        ("danbooru:12", None),
        ("12", None),
        (None, None),
    ],
)
def test_only_posts_of_ours_are_parents_here(parent, expected):
    assert own_parent(parent) == expected
