from datetime import UTC, datetime, timedelta

import pytest

from homebooru.domain.posts import TagView, UnknownHolder, UnknownTag
from homebooru.domain.tags import Category
from homebooru.web import words
from homebooru.web.gallery import Paging


def tag(name):
    return TagView(name, Category.GENERAL)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "unknown size"), (0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KB")],
)
def test_sizes_are_spelled_for_people(value, text):
    assert words.size(value) == text


def test_lengths_are_spelled_as_a_player_does():
    assert [words.length_of(s) for s in (0.4, 65.2, 3661)] == ["0:00", "1:05", "1:01:01"]


def test_times_are_spelled_in_the_largest_unit():
    assert [words.spoken(s) for s in (1, 59, 60, 7200, 90_000)] == [
        "1 second",
        "59 seconds",
        "1 minute",
        "2 hours",
        "1 day",
    ]
    assert words.ago(datetime.now(UTC) - timedelta(hours=3)) == "3 hours ago"
    assert words.ago(None) == "never"


@pytest.mark.parametrize(
    ("query", "with_it", "without_it"),
    [
        ("", "cat", "-cat"),
        ("dog", "dog cat", "dog -cat"),
        ("dog cat", "dog cat", "dog -cat"),
        ("-cat dog", "dog cat", "dog -cat"),
        ("cat_ears scat", "cat_ears scat cat", "cat_ears scat -cat"),
        ('filename:"a  b"', 'filename:"a  b" cat', 'filename:"a  b" -cat'),
    ],
)
def test_a_tag_is_added_or_left_out_and_all_else_stays(query, with_it, without_it):
    assert words.narrowed(query, tag("cat")) == (with_it, without_it)


def test_a_tag_that_reads_like_something_else_is_quoted():
    assert words.only_tag(tag("or")) == 'tag:"or"'
    assert words.only_tag(tag("rating:s")) == 'tag:"rating:s"'
    assert words.only_tag(tag("saber_(fate)")) == "saber_(fate)"


def test_an_unknown_tag_is_replaced_where_it_stands():
    assert words.replaced("(huose or dog)", UnknownTag("huose", 1), "house") == "(house or dog)"


def test_an_unknown_pool_gets_another_name():
    unknown = UnknownHolder("pool", "sumer", "pool:sumer", ("Summer trip",))
    assert (
        words.renamed("cat pool:sumer dog", unknown, "Summer trip") == 'cat dog pool:"Summer trip"'
    )
    assert words.renamed('cat pool:"sumer"', unknown, "summer") == "pool:summer"


def test_a_term_is_dropped_only_where_it_is_written_like_that():
    assert words.dropped("cat dog", "dog") == "cat"
    assert words.dropped("cat (dog or ox)", "dog") is None


@pytest.mark.parametrize(
    ("page", "pages", "numbers"),
    [
        (1, 1, [1]),
        (1, 9, [1, 2, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (3, 4, [1, 2, 3, 4]),
    ],
)
def test_numbers_of_pages_far_away_are_left_out(page, pages, numbers):
    assert Paging(page, pages, 50).numbers == numbers


def test_a_page_beyond_the_last_leads_back_to_it():
    assert Paging(99, 3, 50).previous == 3
