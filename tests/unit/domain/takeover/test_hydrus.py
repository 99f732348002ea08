"""What a Hydrus client knows, in our words."""

from datetime import UTC, datetime

import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.domain.takeover.hydrus import (
    HydrusFile,
    Kind,
    Service,
    Tagged,
    Wishes,
    read_namespaces,
    translator,
)
from homebooru.errors import InvalidInput

MINE = Service(key="m", name="my tags", kind=Kind.LOCAL_TAGS)
LOADED = Service(key="d", name="downloader tags", kind=Kind.LOCAL_TAGS)
PUBLIC = Service(key="p", name="public", kind=Kind.TAG_REPOSITORY)
LIKES = Service(key="l", name="favourites", kind=Kind.LIKE_RATING)
OTHER_LIKES = Service(key="o", name="seen", kind=Kind.LIKE_RATING)
STARS = Service(key="s", name="quality", kind=Kind.NUMERICAL_RATING, stars=10)
ALL = (MINE, LOADED, PUBLIC, LIKES, OTHER_LIKES, STARS)
AT = datetime(2026, 1, 1, tzinfo=UTC)


def told(wishes=None, services=ALL, **file):
    given = {"number": 1, "sha256": "ab" * 32, "size": 5, "extension": ".png"}
    one = HydrusFile(**given, is_here=True, is_trash=False, **file)
    return translator(services, wishes or Wishes()).picture(one, AT)


def said(*tags, wishes=None, **file):
    [heard] = told(wishes, tags={"m": Tagged(there=tags)}, **file).heard
    return heard.said


def test_namespaces_tell_categories_and_what_is_no_tag_is_something_else():
    assert said(
        "creator:john smith",
        "series:re:zero",
        "person:some one",
        ":re:zero",
        "::3",
        "clothing:red skirt",
        "blue sky",
        "rating:safe",
        "title:A walk",
        "page:3",
        "source:https://a.example/1",
        "",
    ) == Said(
        tags=(
            SaidTag(":3"),
            SaidTag("blue_sky"),
            SaidTag("clothing:red_skirt"),
            SaidTag("john_smith", Category.ARTIST),
            SaidTag("re:zero", Category.COPYRIGHT),
            SaidTag("some_one", Category.CHARACTER),
        ),
        rating=Rating.GENERAL,
        description="A walk",
        sources=("https://a.example/1",),
    )


def test_a_person_says_what_namespaces_mean():
    wishes = Wishes(namespaces=read_namespaces([("Clothing", "general"), ("creator", "-")]))
    assert said("clothing:red skirt", "creator:x", wishes=wishes).tags == (
        SaidTag("red_skirt", Category.GENERAL),
    )
    with pytest.raises(InvalidInput, match="'painter' is no category of tags"):
        read_namespaces([("creator", "painter")])


def test_notes_addresses_and_ratings_are_kept():
    assert said(
        notes={"two": "b", "one": "a", "none": " "},
        addresses=("https://a.example/1", "https://b.example/2"),
        ratings={"s": 7, "l": True},
    ) == Said(
        description="one: a\n\ntwo: b",
        sources=("https://a.example/1", "https://b.example/2"),
        stars=4,
    )


@pytest.mark.parametrize(
    ("stars", "ours"), [(None, None), (0, None), (1, 1), (5, 2), (9, 4), (10, 5), (True, None)]
)
def test_stars_are_of_five(stars, ours):
    assert said(ratings={"s": stars}).stars == ours


@pytest.mark.parametrize(
    ("services", "ratings", "wishes", "is_favourite"),
    [
        (ALL, {"l": True}, Wishes(), True),
        (ALL, {"l": False, "o": True}, Wishes(), False),
        (ALL, {"o": True}, Wishes(favourites_from="seen"), True),
        ((OTHER_LIKES,), {"o": True}, Wishes(), True),
        ((), {"l": True}, Wishes(), False),
    ],
)
def test_what_is_liked_becomes_a_favourite(services, ratings, wishes, is_favourite):
    assert told(wishes, services, ratings=ratings).favourite is is_favourite


@pytest.mark.parametrize(
    ("tags", "removed"),
    [
        ({"m": Tagged(gone=("blue sky",))}, {"blue_sky"}),
        ({"d": Tagged(gone=("character:some one",))}, {"some_one"}),
        ({"p": Tagged(gone=("sky",))}, set()),
        ({"p": Tagged(there=("sky",), unwanted=("sky",))}, {"sky"}),
        ({"d": Tagged(gone=("sky",)), "m": Tagged(there=("sky",))}, set()),
        ({"m": Tagged(gone=("sky",)), "p": Tagged(there=("sky",), unwanted=("sky",))}, {"sky"}),
        ({"m": Tagged(there=("sky",)), "p": Tagged(there=("sky",), unwanted=("sky",))}, set()),
        ({"m": Tagged(gone=("rating:safe",))}, set()),
    ],
)
def test_only_what_is_clearly_a_persons_own_no_is_one(tags, removed):
    acts = told(tags=tags).acts
    assert (acts.removed, acts.added) == (removed, frozenset())


def test_tags_come_from_the_services_that_a_person_names():
    tags = {"m": Tagged(there=("mine",)), "p": Tagged(there=("everybodys",), gone=("x",))}
    [heard] = told(Wishes(tags_from=("my tags",)), tags=tags).heard
    assert heard.said.tags == (SaidTag("mine"),)
    [heard] = told(tags=tags).heard
    assert heard.said.tags == (SaidTag("everybodys"), SaidTag("mine"))
    with pytest.raises(InvalidInput, match=r"no such service called 'mine'\. It has my tags, "):
        told(Wishes(tags_from=("mine",)))
