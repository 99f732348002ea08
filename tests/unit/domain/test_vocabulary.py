from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary


def test_aliases_are_followed_to_the_end():
    words = Vocabulary(aliases={1: 2, 2: 3})
    assert [words.resolve(tag) for tag in (1, 2, 3, 4)] == [3, 3, 3, 4]


def test_a_circle_of_aliases_has_one_meaning():
    words = Vocabulary(aliases={5: 3, 3: 4, 4: 3, 6: 5})
    assert {words.resolve(tag) for tag in (3, 4, 5, 6)} == {3}


def test_an_implication_of_an_alias_is_one_of_its_meaning():
    words = Vocabulary(aliases={1: 2, 3: 4}, implications={1: frozenset({3}), 2: frozenset({5})})
    assert words.close([2]) == {2, 4, 5}


def test_circles_of_implications_end():
    words = Vocabulary(implications={1: frozenset({2}), 2: frozenset({1})})
    assert words.close([1]) == {1, 2}


def test_nothing_follows_through_or_into_what_is_rejected():
    words = Vocabulary(implications={1: frozenset({2, 4}), 2: frozenset({3})})
    assert words.close([1, 5], frozenset({2, 5})) == {1, 4}


def test_following_is_meaning_or_implying():
    words = Vocabulary(aliases={1: 2}, implications={2: frozenset({3})})
    assert words.follows(1, 2)
    assert words.follows(1, 3)
    assert words.follows(2, 1)
    assert not words.follows(3, 1)


def test_an_unknown_tag_is_general():
    words = Vocabulary(categories={1: Category.ARTIST})
    assert (words.category(1), words.category(2)) == (Category.ARTIST, Category.GENERAL)
