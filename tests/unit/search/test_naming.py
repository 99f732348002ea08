"""What looks like a name that means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.search.naming import likest, slips

words = st.text("ab", max_size=6)


def steps(word):
    """Return what comes of a word by one slip."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in cuts if right),
        *(left + letter + right for left, right in cuts for letter in "ab"),
        *(left + letter + right[1:] for left, right in cuts for letter in "ab" if right),
        *(left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1),
    }


@given(words, st.data())
def test_one_slip_is_one_and_no_slip_is_none(word, data):
    slipped = data.draw(st.sampled_from(sorted(steps(word))))

    assert slips(word, slipped) == slips(slipped, word) == (word != slipped)


@given(words, words)
def test_a_slip_brings_words_no_further_apart_than_by_one(one, other):
    assert abs(slips(one, other) - min(slips(step, other) for step in steps(one))) <= 1


@pytest.mark.parametrize(
    ("mistake", "name"), [("tuek", "tuke"), ("bike_tukke", "bike_tuke"), ("sumer", "summer")]
)
def test_the_name_that_one_slip_leads_to_comes_first(mistake, name):
    names = ["tubeko", "tubeku", "tuke", "bipoki_tukake", "bike_tuke", "summit", "summer"]

    assert likest(mistake, names)[0] == name
