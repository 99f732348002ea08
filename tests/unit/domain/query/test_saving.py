"""A saved search stands for what it finds, and alone for its order and limit too."""

from __future__ import annotations

import pytest

from homebooru.domain.query import parse
from homebooru.domain.query.parser import MAX_PATTERNS
from homebooru.domain.query.saving import MAX_DEPTH, expanded
from homebooru.domain.query.tree import Status
from homebooru.errors import QuerySyntaxError

TEXTS = {
    "cats": "(cat or big_cat) order:score limit:5",
    "pets": "search:Cats or dog",
    "trash": "is:trashed",
    "best cats": 'search:"cats" order:stars',
    "same cats": "search:cats",
    "all": "",
    "loop": "a search:pool",
    "pool": "-search:LOOP",
    "lost": "search:cast",
    "broken": "rating:gg",
    "0": "cat",
    **{str(n): f"search:{n - 1} a{n}" for n in range(1, MAX_DEPTH + 1)},
    "wide0": " or ".join(f"a{n}" for n in range(450)),
    "wide1": "search:wide0 -(search:wide0 b)",
    "wide2": "search:wide1 or -(search:wide1 c)",
    "wide3": "search:wide2 or -(search:wide2 d)",
    "stars": " or ".join(f"a{n}*" for n in range(MAX_PATTERNS)),
    "same stars": "search:stars -(search:stars b)",
    "texts": "filename:a or pool:b* or suggested:c*",
}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("search:cats", "(cat or big_cat) order:score limit:5"),
        ("search:CATS order:id_desc", "(cat or big_cat) limit:5"),
        ("search:cats limit:9", "(cat or big_cat) order:score limit:9"),
        ("search:cats dog", "(cat or big_cat) dog"),
        ("-search:cats order:date", "-(cat or big_cat) order:date"),
        ("search:pets", "cat or big_cat or dog"),
        ('search:"best  cats"', "(cat or big_cat) order:stars limit:5"),
        ('search:"same cats"', "(cat or big_cat) order:score limit:5"),
        ("search:all dog", "dog"),
        ("search:all", ""),
        ("dog", "dog"),
    ],
)
def test_a_name_stands_for_its_search(text, same):
    assert expanded(parse(text), TEXTS) == parse(same)


def test_a_search_speaks_of_what_is_spoken_of_in_it():
    assert not parse("search:trash").lifts()
    assert expanded(parse("a -search:trash"), TEXTS).lifts() == {Status.TRASHED}


@pytest.mark.parametrize(
    ("text", "position", "message", "suggestion"),
    [
        ("a search:cast", 9, "no saved search named `cast`. Did you mean `cats`?", "cats"),
        ("search:xyz", 7, "You have no saved search named `xyz`.", None),
        ("a search:lost", 9, "named `cast`; `lost` asks for it.", None),
        ("search:loop", 7, "The saved search `LOOP` contains itself.", None),
        ("a or search:broken", 12, "`broken` makes no sense any more: rating:", None),
        ("search:10", 7, "at most 10 deep", None),
        ("search:9 search:wide3", 16, "at most 5,000 terms", None),
        ('search:"same stars" search:texts', 27, "at most 50 patterns", None),
    ],
)
def test_what_cannot_be_put_in_is_told_at_its_name(text, position, message, suggestion):
    with pytest.raises(QuerySyntaxError) as caught:
        expanded(parse(text), TEXTS)

    assert message in str(caught.value)
    assert (caught.value.position, caught.value.suggestion) == (position, suggestion)
