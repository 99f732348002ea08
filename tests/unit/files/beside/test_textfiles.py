import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import Unreadable
from homebooru.files.beside.textfiles import read_text


def names(text):
    return [tag.name for tag in read_text(text.encode()).tags]


def test_one_tag_a_line():
    assert names("1girl\nblue_hair\r\n\n  long hair \nrem_(re:zero)\n") == [
        "1girl",
        "blue_hair",
        "long_hair",
        "rem_(re:zero)",
    ]


def test_catalogues_with_kinds_before_a_colon():
    said = read_text(
        b"creator:john smith\nseries:the lord of the rings\ncharacter:frodo\nrating:safe\n"
        b"page:3\ntitle:A walk\nhttps://a.example/1\nblue eyes\nre:zero\n"
    )

    assert said == Said(
        tags=(
            SaidTag("blue_eyes"),
            SaidTag("frodo", Category.CHARACTER),
            SaidTag("john_smith", Category.ARTIST),
            SaidTag("re:zero"),
            SaidTag("the_lord_of_the_rings", Category.COPYRIGHT),
        ),
        rating=Rating.GENERAL,
        sources=("https://a.example/1",),
        description="A walk",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1girl, long hair, smile", ["1girl", "long_hair", "smile"]),
        ("1girl, long hair,\nsmile, solo,\n", ["1girl", "long_hair", "smile", "solo"]),
        ("1girl long_hair smile", ["1girl", "long_hair", "smile"]),
        ("solo", ["solo"]),
        ("creator:john smith", ["john_smith"]),
        ("artist:john_smith character:rem solo", ["john_smith", "rem", "solo"]),
        ("artist:someone 1girl long_hair", ["1girl", "long_hair", "someone"]),
        ("solo\nsmith, john\nsmile", ["smile", "smith_john", "solo"]),
        ("", []),
        (" \n\n", []),
        (":3", [":3"]),
    ],
)
def test_lines_are_parted_by_what_is_in_them(text, found):
    assert names(text) == found


@pytest.mark.parametrize(
    "data",
    ["\ufeffé_tag".encode(), "é_tag".encode("latin-1"), "é_tag".encode("utf-16")],
)
def test_encodings_are_told_apart(data):
    assert read_text(data).tags == (SaidTag("é_tag"),)


def test_addresses_alone_are_sources():
    assert read_text(b"https://a.example/?x=1,2\nhttp://b.example") == Said(
        sources=("http://b.example", "https://a.example/?x=1,2")
    )


@pytest.mark.parametrize(
    "text",
    [
        "This picture was taken on a sunny day.\nWe were all very happy to be there again at last.",
        "a photo of a cat sitting on a bench",
        "A girl stands in the rain, and looks at the long road ahead of her.",
        "From: a@b.example\nContent-Type: text/plain\nhello",
        "# settings\n# of a program\non",
        "Pythonの開発は、ごろから開始されています。\n次",
        "one two three four five six and seven\nshort",
        "Author: Jane Doe\nLicence: free for everybody\nA nice set",
        "Textures\n\nThese pictures may be used by anybody for any purpose without asking.\n",
    ],
)
def test_prose_is_refused(text):
    with pytest.raises(Unreadable, match="prose"):
        read_text(text.encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\0\0", "no text"),
        (b"masterpiece, 1girl\nNegative prompt: bad\nSteps: 20, Sampler: x", "image generator"),
        (b"a\n" * 1001, "1001 entries"),
        (b"a" * (1024 * 1024 + 1), "larger than 1 MB"),
    ],
)
def test_what_is_no_list_of_tags_is_named(data, reason):
    with pytest.raises(Unreadable, match=reason):
        read_text(data)


def test_foreign_tags_are_left_out():
    assert read_text(b"autotag_x\nsolo", ("autotag_*",)).tags == (SaidTag("solo"),)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_text(data)
    except Unreadable:
        return
