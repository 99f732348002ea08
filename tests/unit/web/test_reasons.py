"""What the badges say why one post is shown beside another."""

import pytest

from homebooru.domain.posts import TagView
from homebooru.domain.tags import Category
from homebooru.web.alike.reasons import told

KINDS = {
    "c": Category.CHARACTER,
    "w": Category.COPYRIGHT,
    "a": Category.ARTIST,
    "g": Category.GENERAL,
}


@pytest.mark.parametrize(
    ("tags", "badges"),
    [
        ("a1 g1 w1 c1", "c1 w1 a1"),
        ("c1 c2 c3 a1 w1 w2", "c1 w1 a1"),
        ("c2 c1 g1", "c2 c1"),
        ("c1 c2 a1", "c1 c2 a1"),
        ("g1 g2", ""),
    ],
)
def test_whom_of_what_and_whose_before_more_of_the_same_kind(tags, badges):
    views = [TagView(tag, KINDS[tag[0]]) for tag in tags.split()]

    assert [tag.name for tag in told(views)] == badges.split()
