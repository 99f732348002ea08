from concurrent.futures import ThreadPoolExecutor

import pytest

from homebooru.domain.query.writing import write_value
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, InvalidInput, NotFound, QuerySyntaxError
from homebooru.services.keeping import history, searches
from homebooru.services.keeping.history import forget_searches, past_searches, remember_search
from homebooru.services.keeping.searches import (
    change_search,
    count_searches,
    get_search,
    list_searches,
    remove_search,
    save_search,
)
from homebooru.services.searching import search
from tests.factories import make_post

ADA = 1
SCOPE = Scope(account=ADA)
GENERAL = Scope(account=ADA, ceiling=Rating.GENERAL)
NAMES = [
    "My cats",
    "a,b",
    'say "hi"',
    "back\\slash",
    "it's (so)",
    "x:y",
    "-minus",
    "ÄÖ",
    "a*b",
    "1 2",
]


@pytest.fixture
def posts(sessions):
    with sessions.begin() as session:
        tags = ("cat", "cat dog", "dog", "cat")
        return [
            make_post(session, tags=each, rating=r).id for each, r in zip(tags, "ggge", strict=True)
        ]


def names(sessions):
    return [saved.name for saved in list_searches(sessions, ADA)]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_saved_finds_what_its_search_finds_under_any_name(sessions, posts, name):
    saved = save_search(sessions, ADA, f"  {name} ", " cat ", SCOPE)
    assert (saved.name, saved.query) == (name, "cat")
    for key in (name, name.upper(), str(saved.id)):
        assert get_search(sessions, ADA, key) == saved
    found = search(sessions, f"search:{write_value(name)} dog", SCOPE)
    assert [post.id for post in found.posts] == [posts[1]]
    [counted] = count_searches(sessions, [saved], SCOPE)
    assert (counted.search, counted.count, counted.mistake) == (saved, 3, None)
    assert count_searches(sessions, [saved], GENERAL)[0].count == 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "12", "٣", "a\0b", "a\u202eb"])
def test_a_name_has_to_be_one(sessions, name):
    with pytest.raises(InvalidInput):
        save_search(sessions, ADA, name, "cat", SCOPE)
    assert names(sessions) == []


def test_a_search_that_makes_no_sense_is_told_at_its_character_and_not_saved(sessions, posts):
    with pytest.raises(QuerySyntaxError) as told:
        save_search(sessions, ADA, "broken", "cat (dog", SCOPE)
    assert told.value.position == len("cat (dog")
    saved = save_search(sessions, ADA, "cats", "cat", SCOPE)
    for query in ("rating:x", "search:cats", "search:unknown"):
        with pytest.raises(QuerySyntaxError):
            change_search(sessions, ADA, "cats", SCOPE, query=query)
    assert list_searches(sessions, ADA) == (saved,)


def test_a_name_is_given_once_case_aside_and_can_be_given_again_when_free(sessions):
    one = save_search(sessions, ADA, "Cats", "cat", SCOPE)
    save_search(sessions, ADA, "dogs", "dog", SCOPE)
    with pytest.raises(Conflict):
        save_search(sessions, ADA, "cATS", "dog", SCOPE)
    with pytest.raises(Conflict):
        change_search(sessions, ADA, str(one.id), SCOPE, name="DOGS")
    changed = change_search(sessions, ADA, "cats", SCOPE, name="CATS", query="cat dog")
    assert (changed.id, changed.name, changed.query) == (one.id, "CATS", "cat dog")
    assert changed.updated_at > one.updated_at
    removed = remove_search(sessions, ADA, "cats")
    again = save_search(sessions, ADA, removed.name, removed.query, SCOPE)
    assert names(sessions) == ["CATS", "dogs"]
    assert again.query == "cat dog"


def test_what_makes_no_sense_any_more_says_why_and_leaves_the_others_alone(sessions, posts):
    save_search(sessions, ADA, "cats", "cat", SCOPE)
    save_search(sessions, ADA, "of cats", "search:cats dog", SCOPE)
    save_search(sessions, ADA, "wild", "d* order:score limit:1", SCOPE)
    remove_search(sessions, ADA, "cats")
    lost, wild = count_searches(sessions, list_searches(sessions, ADA), SCOPE)
    assert (lost.search.name, lost.count) == ("of cats", 0)
    assert "cats" in lost.mistake
    assert (wild.count, wild.mistake) == (2, None)


def test_searches_of_others_do_not_exist(sessions):
    saved = save_search(sessions, ADA, "cats", "cat", SCOPE)
    for key in ("cats", str(saved.id), "99", "9" * 30, "\0", ""):
        for deed in (get_search, remove_search):
            with pytest.raises(NotFound):
                deed(sessions, 2, key)
    with pytest.raises(NotFound):
        change_search(sessions, 2, "cats", Scope(account=2), name="mine")
    assert names(sessions) == ["cats"]


def test_one_of_many_who_save_a_name_at_once_gets_it(sessions):
    def attempt(number):
        try:
            return save_search(sessions, ADA, "cats", f"cat -t{number}", SCOPE).query
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        saved = [query for query in pool.map(attempt, range(8)) if query]
    assert len(saved) == 1
    assert get_search(sessions, ADA, "cats").query == saved[0]


def test_there_is_an_end_to_saving(sessions, monkeypatch):
    monkeypatch.setattr(searches, "MOST", 1)
    save_search(sessions, ADA, "cats", "cat", SCOPE)
    with pytest.raises(InvalidInput, match="Remove some"):
        save_search(sessions, ADA, "dogs", "dog", SCOPE)


def test_the_history_holds_each_search_once_the_last_one_first(sessions):
    for text in (
        "cat",
        "dog",
        " cat ",
        "order:random:abc cat",
        "cat order:random:def",
        "",
        "xy " * 1000,
        "fav:me",
        "search:cats",
    ):
        remember_search(sessions, ADA, text)
    past = past_searches(sessions, ADA)
    assert [(each.query, each.times) for each in past] == [
        ("cat order:random", 2),
        ("cat", 2),
        ("dog", 1),
    ]
    assert past_searches(sessions, 2) == ()
    assert len(past_searches(sessions, ADA, limit=1)) == 1


def test_the_history_forgets_what_is_old_and_what_it_is_told_to(sessions, monkeypatch):
    monkeypatch.setattr(history, "MOST", 3)
    for text in ("a", "b", "c", "a", "d"):
        remember_search(sessions, ADA, text)
    assert [each.query for each in past_searches(sessions, ADA)] == ["d", "a", "c"]
    forget_searches(sessions, ADA, "a")
    assert [each.query for each in past_searches(sessions, ADA)] == ["d", "c"]
    forget_searches(sessions, 2)
    forget_searches(sessions, ADA)
    assert past_searches(sessions, ADA) == ()
