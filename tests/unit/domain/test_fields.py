from datetime import UTC, datetime

import pytest

from homebooru.domain.fields import (
    Fields,
    path_in_hierarchy,
    path_in_tags_list,
    place_at,
    said_by_fields,
    unite_fields,
)
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import SaidTag


def names(fields, foreign=()):
    return {tag.name for tag in said_by_fields(fields, foreign).tags}


@pytest.mark.parametrize(
    "parts",
    [("Character", "Rem (Re:Zero)"), ("Copyright", "fate/stay_night"), ("a|b", "c/d|e"), ("solo",)],
)
def test_both_spellings_of_a_hierarchy_are_undone(parts):
    """A part's bar is written as a sign like it; TagsList then writes its slash as a bar."""
    written = [part.replace("|", "∣") for part in parts]

    assert path_in_hierarchy("|".join(written)) == parts
    assert path_in_tags_list("/".join(part.replace("/", "|") for part in written)) == parts


def test_flat_keywords_that_repeat_a_hierarchy_are_left_out():
    fields = Fields(
        paths=(("Animals", "Mammals", "Dog"),),
        words=("Animals", "mammals", "Dog", "Beach", "Animals|Mammals|Dog"),
    )

    assert names(fields) == {"dog", "beach"}


def test_an_ancestor_counts_when_it_stands_alone_too_unless_it_names_a_group():
    fields = Fields(
        paths=(
            ("Animals",),
            ("Animals", "Dog"),
            ("Character",),
            ("Character", "Rem"),
            ("booru",),
            ("booru", "Artist"),
            ("booru", "Artist", "x"),
        )
    )

    assert names(fields) == {"animals", "dog", "rem", "x"}


def test_our_own_echo_is_not_heard():
    fields = Fields(
        paths=(("booru", "Character", "Rem"), ("booru", "Copyright", "fate/zero"), ("mine",)),
        words=("Rem", "fate/zero", "solo", "beach"),
        owned=("booru/Character/Rem", "booru|Copyright|fate/zero", "solo"),
        rating=Rating.EXPLICIT,
    )

    assert said_by_fields(fields) == Said(tags=(SaidTag("beach"), SaidTag("mine")))


def test_a_rating_that_we_did_not_write_is_heard():
    assert said_by_fields(Fields(rating=Rating.EXPLICIT)).rating is Rating.EXPLICIT
    assert said_by_fields(Fields(paths=(("x", "Rating", "safe"),))).rating is Rating.GENERAL


def test_tags_cleared_on_purpose_do_not_come_back_from_stale_fields():
    fields = Fields(paths=(("a",),), words=("b",), cleared=True, stars=3)

    assert said_by_fields(fields) == Said(stars=3)


def test_foreign_tags_are_left_out_of_all_fields():
    fields = Fields(paths=(("x", "autotag_a"),), words=("autotag_b", "c"))

    assert names(fields, ("autotag_*",)) == {"c"}


def test_words_that_cannot_be_tags_do_not_disturb_others():
    assert names(Fields(words=("-x", "", "*", "ok"), paths=(("A", "*"),))) == {"ok"}


def test_everything_else_is_cleaned():
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    fields = Fields(
        stars=5,
        description=" A\0 day ",
        place=" Rome ",
        taken_at=moment,
        sources=("https://a.example https://b.example", "Reuters"),
    )

    assert said_by_fields(fields) == Said(
        stars=5,
        description="A day",
        place="Rome",
        taken_at=moment,
        sources=("https://a.example", "https://b.example"),
    )


@pytest.mark.parametrize("stars", [-1, 0, 6])
def test_stars_are_one_to_five(stars):
    assert said_by_fields(Fields(stars=stars)).stars is None


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "DCIM", "Exif_JPEG_PICTURE", "default"])
def test_what_a_camera_calls_every_picture_describes_none(text):
    assert said_by_fields(Fields(description=text)).description is None
    assert unite_fields([Fields(description=text), Fields(description="Us")]).description == "Us"


def test_blocks_unite_their_tags_and_the_first_to_know_tells_the_rest():
    united = unite_fields(
        [
            Fields(words=("a",), stars=None, place="Rome"),
            Fields(words=("b",), stars=2, place="Paris", cleared=True, owned=("b",)),
            Fields(paths=(("c",),), sources=("s",)),
        ]
    )

    assert united == Fields(
        words=("a", "b"),
        paths=(("c",),),
        owned=("b",),
        cleared=True,
        stars=2,
        place="Rome",
        sources=("s",),
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "place"),
    [
        (48.858, 2.2945, "48.85800, 2.29450"),
        (0.0, 0.0, None),
        (91.0, 0.0, None),
        (1.0, -181.0, None),
        (None, 1.0, None),
    ],
)
def test_coordinates_name_a_place(latitude, longitude, place):
    assert place_at(latitude, longitude) == place
