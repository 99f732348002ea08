"""What is about the same: posts that share the tags that say most, with the reasons."""

from __future__ import annotations

import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.domain.tags import Category
from homebooru.errors import NotFound
from homebooru.services.alike.subject import by_tags
from tests.factories import make_post

MODEST = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def about(sessions):
    """Posts by what they share with the first one."""
    said = {
        "here": "character:ada artist:bo copyright:tale hat smile meta:highres",
        "character": "character:ada",
        "copyright": "copyright:tale tree",
        "artist": "artist:bo",
        "twin": "character:ada artist:bo copyright:tale hat smile",
        "common": "smile",
        "hidden": "character:ada artist:bo copyright:tale hat smile",
        "meta": "meta:highres",
        "other": "smile sky",
    }
    with sessions.begin() as session:
        return {
            name: make_post(session, tags=tags, rating="e" if name == "hidden" else "g").id
            for name, tags in said.items()
        }


def test_what_shares_a_character_comes_before_what_shares_less_and_says_so(sessions, about):
    found = by_tags(sessions, about["here"], MODEST)
    names = {post: name for name, post in about.items()}
    assert [names[one.post.id] for one in found] == [
        "twin", "character", "copyright", "artist", "other", "common",
    ]  # fmt: skip
    twin, character, *_ = found
    assert [one.tag.name for one in twin.shared] == ["ada", "tale", "bo", "hat", "smile"]
    assert (twin.likeness, twin.shared[0].tag.category) == (1.0, Category.CHARACTER)
    assert character.likeness == pytest.approx(
        twin.shared[0].weight / sum(x.weight for x in twin.shared)
    )
    assert [one.post.id for one in by_tags(sessions, about["here"], EVERYTHING, limit=2)] == [
        about["hidden"],
        about["twin"],
    ]


def test_only_who_may_see_the_post_is_told(sessions, about):
    with pytest.raises(NotFound):
        by_tags(sessions, about["hidden"], MODEST)
    with sessions.begin() as session:
        plain = make_post(session, rating="g").id
    assert by_tags(sessions, plain, MODEST) == ()
