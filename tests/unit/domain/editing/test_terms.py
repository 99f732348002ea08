"""What is being written of a term of the tag box, and which tags go with others."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.related import in_company, of_pictures_alike
from homebooru.domain.editing.terms import TypedTerm, typed_term


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("", TypedTerm(False, None, "")),
        ("-ca", TypedTerm(True, None, "ca")),
        ("Artist:so", TypedTerm(False, "artist", "so")),
        ('tag:"a', TypedTerm(False, "tag", "a")),
        ("-tag:a", TypedTerm(True, "tag", "a")),
        ("rating:g", TypedTerm(False, "rating", "g")),
        ("re:zero", TypedTerm(False, None, "re:zero")),
    ],
)
def test_what_is_written_of_a_term(text, typed):
    assert typed_term(text) == typed


def test_a_completed_term_is_read_as_the_tag_that_was_meant():
    names = ["cat", "rating:s", "re:zero", "o'clock", ":)", "a:b:c"]
    for name in names:
        for begun in ("", "-", "artist:", "tag:x"):
            term = typed_term(begun)
            assert term.is_tag
            edit = read_edit(term.with_tag(name))
            assert (edit.remove if term.minus else edit.add) == {name}
    assert typed_term("-art").with_word("artist") == "-artist:"
    assert not typed_term("parent:1").is_tag


counts = st.dictionaries(st.integers(1, 6), st.integers(1, 50), max_size=6)


@given(
    st.lists(st.tuples(st.integers(1, 50), counts), max_size=4),
    st.dictionaries(st.integers(1, 6), st.integers(1, 90)),
)
def test_what_stands_together_most_often_for_how_frequent_it_is_comes_first(together, totals):
    def closeness(tag):
        return sum(
            found[tag] / sqrt(count * totals[tag]) for count, found in together if tag in found
        )

    met = {tag for _, found in together for tag in found if tag in totals}
    order = in_company(together, totals)
    assert set(order) == met
    assert order == sorted(met, key=lambda tag: (-closeness(tag), tag))


def test_what_several_pictures_alike_have_comes_first_and_what_one_alone_has_does_not():
    near = [(0.9, [1, 2, 3]), (0.8, [2, 4]), (0.1, [1, 4])]
    assert of_pictures_alike(near) == [2, 1, 4]
    assert of_pictures_alike(near[:1]) == [1, 2, 3]
    assert of_pictures_alike([]) == []
