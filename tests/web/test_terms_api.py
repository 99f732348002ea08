"""What helps whoever writes in a tag box: whole terms to complete with, and what terms are."""

from __future__ import annotations

import pytest

from homebooru.services.tags import vocabulary
from homebooru.services.tags.counting import fold_counts


@pytest.fixture
def ask(client, house, sessions):
    house.add("1.png", tags="cat cathedral character:catherine", thumbnails=False)
    house.add("2.png", tags="cat cathedral", thumbnails=False, seed=2)
    vocabulary.add_alias(sessions, "kitty", "cat")
    fold_counts(sessions)
    return lambda where, *terms: (
        client.get(f"/api/edits/{where}", query_string=[("term", term) for term in terms]).json
    )


@pytest.mark.parametrize(
    ("term", "offered"),
    [
        ("cathe", ["cathedral", "catherine"]),
        ("-cathe", ["-cathedral", "-catherine"]),
        ("character:cathe", ["character:catherine", "character:cathedral"]),
        ("kit", ["cat"]),
        ("rating:e", ["rating:explicit"]),
        ("stars:", ["stars:1", "stars:2", "stars:3", "stars:4", "stars:5", "stars:none"]),
        ("lor", ["lore:"]),
        ("parent:1", []),
    ],
)
def test_whole_terms_are_offered(ask, term, offered):
    assert [one["text"] for one in ask("complete", term)["suggestions"]] == offered


def test_terms_are_told_apart(ask):
    told = ask("terms", "kitty", "-cat", "artist:cat", "ctaherine", "rating:s", "parent:x")["terms"]
    assert [(one["kind"], one["category"]) for one in told] == [
        ("tag", "general"),
        ("tag", "general"),
        ("tag", "artist"),
        ("unknown", None),
        ("other", None),
        ("mistake", None),
    ]
    assert told[3]["nearest"] == ["catherine"]
    assert "number of a post" in told[5]["mistake"]
