"""Names that differ by one letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.editing.slips import is_one_slip

words = st.text("abc", max_size=5)


def slips(word):
    """Return all that one slip makes of a word, as plainly as possible."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    made = {a + b[1:] for a, b in cuts if b}
    made |= {a + c + b for a, b in cuts for c in "abc"}
    made |= {a + c + b[1:] for a, b in cuts if b for c in "abc"}
    made |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return made - {word}


@given(words, words)
def test_a_slip_is_a_letter_more_less_other_or_two_swapped(one, other):
    assert is_one_slip(one, other) == (other in slips(one))


@given(words, st.data())
def test_what_a_slip_makes_is_one_slip_away(word, data):
    assert is_one_slip(data.draw(st.sampled_from(sorted(slips(word)))), word)


@pytest.mark.parametrize("other", ["hatsune_mkiu", "hatsune_mik", "hatsune_mikuu", "hatsune_niku"])
def test_names_as_they_are_mistyped(other):
    assert is_one_slip("hatsune_miku", other)
