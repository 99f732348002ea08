"""Sentences that remember how they were made."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.errors import NotFound
from homebooru.phrases import Phrase, joined, phrase, read, spell

GERMAN = {
    "There is no {what}.": "{what} gibt es nicht.",
    "post {id}": "Beitrag {id}",
    "a post": "ein Beitrag",
    "The disk is full.": "Die Platte ist voll.",
}


def german(pattern: str) -> str:
    return GERMAN.get(pattern, pattern)


def test_a_phrase_is_a_text_that_can_be_said_otherwise_with_what_is_in_it():
    told = phrase("There is no {what}.", what=phrase("post {id}", id=7))
    assert told == "There is no post 7."
    assert told.said(german) == "Beitrag 7 gibt es nicht."


def test_it_stays_one_through_errors_and_processes():
    error = pickle.loads(pickle.dumps(NotFound(phrase("The disk is full."))))
    assert str(error) == "The disk is full."
    told = phrase("There is no {what}.", what=error)
    assert told.said(german) == "Die Platte ist voll. gibt es nicht."


def test_phrases_stand_one_after_another():
    both = joined([phrase("The disk is full."), "{odd}", phrase("The disk is full.")])
    assert both == "The disk is full. {odd} The disk is full."
    assert both.said(german) == "Die Platte ist voll. {odd} Die Platte ist voll."


@pytest.mark.parametrize("text", ["", "{", "50 % of {nothing}", '{"phrase": "{x.__class__}"}'])
def test_a_text_is_written_down_and_read_as_it_is(text):
    assert read(spell(text)) == text
    assert phrase("{text}", text=text).said(german) == text


VALUES = st.recursive(
    st.text() | st.integers() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(
        lambda values: joined(value if isinstance(value, str) else str(value) for value in values)
    ),
    max_leaves=5,
)


@given(VALUES)
def test_a_phrase_that_was_written_down_is_the_same_when_read(value):
    told = phrase("There is no {what}.", what=value)
    again = read(spell(told))
    assert again == told
    assert isinstance(again, Phrase)
    assert (again.pattern, again.values) == (told.pattern, told.values)
    assert again.said(german) == told.said(german)
