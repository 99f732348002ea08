"""What is written is read again as the same."""

from __future__ import annotations

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
