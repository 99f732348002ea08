"""Words that are no tags but stand in names of files."""

from __future__ import annotations

import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.services.named import by_file_names
from homebooru.services.searching import search
from tests.factories import make_post


@pytest.fixture
def library(sessions):
    with sessions.begin() as session:
        make_post(session, tags="sky", name="Summer Holiday (1).jpg")
        make_post(session, tags="sky cat", name="other.jpg")
        make_post(session, name="private-plan.jpg", rating="e")
    return sessions


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("holiday", "filename:*holiday*"),
        ("sky -cat holiday", "sky -cat filename:*holiday*"),
        ("summer_holiday", '(filename:*summer_holiday* or filename:"*summer holiday*")'),
        ("HOLIDAY other", None),
        ("holiday cat", None),
        ("sky", None),
        ("nowhere", None),
        ("tag:holiday", None),
        ("private-plan", "filename:*private-plan*"),
    ],
)
def test_a_word_in_the_name_of_a_file_stands_in_for_an_unknown_tag(library, text, instead):
    answer = search(library, text, EVERYTHING)

    assert by_file_names(library, answer, EVERYTHING) == instead


def test_names_of_hidden_files_do_not_count(library):
    tame = Scope(ceiling=Rating.GENERAL, unrated_as=Rating.GENERAL)

    assert by_file_names(library, search(library, "private-plan", tame), tame) is None
