import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.fields import path_in_hierarchy, path_in_tags_list
from homebooru.domain.outgoing.naming import path_of, rating_path, spelled
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


@given(st.text(min_size=1, max_size=30), st.sampled_from(Category), st.sampled_from(Spelling))
def test_what_is_spelled_is_read_back_as_the_same_tag(text, category, spelling):
    try:
        name = tag_name(text)
    except InvalidTagName:
        return
    profile = Profile(spelling=spelling, characters=Naming.READABLE)
    assert tag_name(spelled(name, category, profile)) == name


@given(st.lists(st.text("ab/|∣(", min_size=1), min_size=1, max_size=4))
def test_entries_are_read_back_but_for_a_bar_that_stands_for_another(parts):
    path = tuple(parts)
    read = tuple(part.replace("∣", "|") for part in path)
    assert path_in_tags_list(tags_list_entry(path)) == read
    assert path_in_hierarchy(hierarchy_entry(path)) == read


def test_settings_of_a_profile_are_read_back():
    profile = Profile(
        root="x", boorus=True, categories=frozenset({Category.ARTIST}), spelling=Spelling.SPACES
    )
    assert read_profile(profile_settings(profile)) == profile
    assert read_profile({}) == Profile()
