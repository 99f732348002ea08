from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from homebooru.domain.fields import path_in_hierarchy, path_in_tags_list
from homebooru.domain.outgoing.naming import path_of, rating_path, read_back, spelled
from homebooru.domain.outgoing.profile import (
    Naming,
    Profile,
    Spelling,
    profile_settings,
    read_profile,
)
from homebooru.domain.outgoing.sidecars import hierarchy_entry, tags_list_entry
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidTagName

READABLE = Profile(characters=Naming.READABLE)


@pytest.mark.parametrize(
    ("name", "readable"),
    [
        ("hinata_hyuga_(naruto)", "Hinata Hyuga (Naruto)"),
        ("rem_(re:zero)", "Rem (Re:Zero)"),
        ("saber", "Saber"),
        ("2b_(nier:automata)", "2b (Nier:Automata)"),
        ("jean-paul", "Jean-Paul"),
        ("éclair_(quo_vadis)", "Éclair (Quo Vadis)"),
    ],
)
def test_characters_can_be_readable(name, readable):
    assert spelled(name, Category.CHARACTER, READABLE) == readable
    assert spelled(name, Category.GENERAL, READABLE) == name


def test_where_a_character_is_from_can_be_said_in_words():
    profile = Profile(characters=Naming.FROM)
    assert (
        spelled("hinata_hyuga_(naruto)", Category.CHARACTER, profile) == "Hinata Hyuga from Naruto"
    )
    assert spelled("saber", Category.CHARACTER, profile) == "Saber"


def test_no_tag_goes_out_bare():
    assert path_of("1e5", Category.GENERAL, Profile(root="")) == ("General", "1e5")
    assert path_of("solo", Category.GENERAL, Profile()) == ("booru", "General", "solo")
    assert rating_path(Rating.EXPLICIT, Profile()) == ("booru", "Rating", "explicit")


AWKWARD = (
    "22/7",
    "fate/stay_night",
    ":/",
    "//",
    "a_from_b",
    "a_(b)",
    "a_from_b_(c_from_d)",
    "_(b)",
    "1e5",
    "null",
    "|",
    "∣¦|¦¦∣",
    "💧",
    "ǆ_ß_İ",
    "x" * 255,
)
names = st.sampled_from(AWKWARD) | st.text(min_size=1, max_size=30)


@given(names, st.sampled_from(Category), st.sampled_from(Spelling), st.sampled_from(Naming))
@example("i̇_from_(x)", Category.CHARACTER, Spelling.BOORU, Naming.FROM)
def test_what_is_spelled_is_read_back_as_the_same_tag(text, category, spelling, characters):
    try:
        name = tag_name(text)
    except InvalidTagName:
        return
    profile = Profile(spelling=spelling, characters=characters)
    path = path_of(name, category, profile)
    for entry, read in ((tags_list_entry, path_in_tags_list), (hierarchy_entry, path_in_hierarchy)):
        *above, leaf = read(entry(path))
        assert (*above, read_back(leaf, category, profile)) == (*path[:-1], name)


@pytest.mark.parametrize(("spelling", "characters"), [*product(Spelling, Naming)])
def test_no_two_tags_look_the_same_there(spelling, characters):
    tags = {tag_name(name) for name in (*AWKWARD, "a|b", "a∣b", "a/b", "a_b", "a__b", "a∣¦b")}
    profile = Profile(spelling=spelling, characters=characters)
    entries = {
        tags_list_entry(path_of(name, category, profile)) for name in tags for category in Category
    }
    assert len(entries) == len(tags) * len(Category)


@given(st.lists(st.text("ab/|∣¦(", min_size=1), min_size=1, max_size=4))
def test_entries_are_read_back(parts):
    path = tuple(parts)
    assert path_in_tags_list(tags_list_entry(path)) == path
    assert path_in_hierarchy(hierarchy_entry(path)) == path


def test_settings_of_a_profile_are_read_back():
    profile = Profile(
        root="x", boorus=True, categories=frozenset({Category.ARTIST}), spelling=Spelling.SPACES
    )
    assert read_profile(profile_settings(profile)) == profile
    assert read_profile({}) == Profile()
