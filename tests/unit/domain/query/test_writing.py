"""What is written is read again as the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from homebooru.domain.query import parse, unparse
from homebooru.errors import QuerySyntaxError
from tests.trees import queries, scribbles


@settings(max_examples=400, deadline=None)
@given(queries)
def test_a_search_that_is_written_and_read_again_is_the_same(query):
    assert parse(unparse(query)) == query


@settings(max_examples=600, deadline=None)
@given(scribbles)
def test_any_text_is_a_search_or_a_mistake_with_a_place(text):
    mistake = None
    try:
        query = parse(text)
    except QuerySyntaxError as error:
        mistake = error
    else:
        assert parse(unparse(query)) == query
    assert mistake is None or 0 <= mistake.position <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a -b (c or d)",
        "a or (b c)",
        "-(a b)",
        "(a or b) order:score_asc limit:5",
        "order:random",
        'order:"random:a \\"b\\""',
        'tag:"or"',
        'tag:"order:x" a*',
        ":)",
        'tag:":("',
        "score:5 width:>=1001 height:<=5 id:1..3,9",
        "score:-5..-1",
        "mpixels:1.5..1.5 duration:0.25..90 ratio:1.78 conf:<=0.5 age:>=60s ratio:..-0.01",
        "date:2024 date:>=2024-05 date:<=2024-05-01 date:2023..2024",
        "added:today added:>today added:<yesterday added:>=yesterday added:2024..today",
        f"md5:{'0' * 32}",
        "rating:g,s filetype:gif,jpg from:danbooru,person",
        'folder:"a b" parent:5 child:1..2',
        "has:stars -is:trashed metadata:found",
    ],
)
def test_what_is_written_plainly_stays_as_it_is(text):
    assert unparse(parse(text)) == text.replace("..-0.01", "<=-0.01")
