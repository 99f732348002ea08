"""What is typed at a place, marked by `|` in the texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.query.caret import Typed, typed_at


def typed(marked: str) -> tuple[str, str, str | None]:
    """Return what is written before the mark, what would be replaced, and the metatag."""
    text = marked.replace("|", "", 1)
    found = typed_at(text, marked.index("|"))
    return found.prefix, text[found.start : found.end], found.metatag


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("|", ("", "", None)),
        ("ca|", ("ca", "ca", None)),
        ("c|at", ("c", "cat", None)),
        ("|cat", ("", "", None)),
        ("cat |", ("", "", None)),
        ("cat |dog", ("", "", None)),
        ("cat d|og bird", ("d", "dog", None)),
        ("cat -d|", ("d", "d", None)),
        ("cat ~d|", ("d", "d", None)),
        ("~-d|", ("d", "d", None)),
        ("cat -|", ("", "", None)),
        ("(cat or d|", ("d", "d", None)),
        ("(cat or d|)", ("d", "d", None)),
        ("((a b|))", ("b", "b", None)),
        ("miku_(voca|loid)", ("miku_(voca", "miku_(vocaloid)", None)),
        (") d|", ("d", "d", None)),
        (":|", (":", ":", None)),
        ("re:ze|ro", ("re:ze", "re:zero", None)),
        ("rating:|", ("", "", "rating")),
        ("RATING:e|", ("e", "e", "rating")),
        ("-rating:g,s| cat", ("s", "s", "rating")),
        ("rating:g|e,s", ("g", "ge", "rating")),
        ("rating:g,|", ("", "", "rating")),
        ("rat|ing:g", ("rat", "rating:", None)),
        ("folder:a,b|", ("a,b", "a,b", "folder")),
        ('folder:"my pic|', ("my pic", '"my pic', "folder")),
        ('folder:"my pi|cs" cat', ("my pi", '"my pics"', "folder")),
        ('folder:"my pi| cat', ("my pi", '"my pi', "folder")),
        ('folder:"a \\" b|" cat', ('a " b', '"a \\" b"', "folder")),
        ('folder:"my" c|', ("c", "c", None)),
        ("tag:or|", ("or", "or", "tag")),
        ("(folder:x or order:|)", ("", "", "order")),
    ],
)
def test_what_stands_at_the_caret(marked, expected):
    assert typed(marked) == expected


@settings(max_examples=200)
@given(st.text(alphabet="ab:-~()\"'\\, \tfolderis", max_size=30), st.integers(-2, 40))
def test_any_text_and_place_has_an_answer_that_fits_into_it(text, at):
    found = typed_at(text, at)
    inside = max(0, min(at, len(text)))

    assert 0 <= found.start <= inside <= found.end <= len(text)


def test_what_is_typed_is_a_value():
    assert typed_at("cat do", 6) == Typed("do", 4, 6)
