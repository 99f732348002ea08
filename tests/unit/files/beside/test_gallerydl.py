import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import Unreadable
from homebooru.files.beside.jsonfiles import read_json_sidecar

DANBOORU = {
    "id": 7001,
    "score": 12,
    "source": "https://artist.example/works/9",
    "md5": "0123456789abcdef0123456789abcdef",
    "rating": "s",
    "tag_string": "1girl blue_hair rem_(re:zero)",
    "tag_string_general": "1girl blue_hair",
    "tag_string_character": "rem_(re:zero)",
    "tag_string_copyright": "",
    "tag_string_artist": "some_artist",
    "tag_string_meta": "highres",
    "parent_id": 6999,
    "media_asset": {"id": 1},
    "file_url": "https://cdn.donmai.us/original/01/23/x.jpg",
    "date": "2025-01-02 03:04:05",
    "tags": ["1girl", "blue_hair", "rem_(re:zero)", "some_artist", "highres"],
    "tags_general": ["1girl", "blue_hair"],
    "tags_character": ["rem_(re:zero)"],
    "tags_copyright": [],
    "tags_artist": ["some_artist"],
    "tags_meta": ["highres"],
    "category": "mybooru",
    "subcategory": "post",
}
E621 = {
    "id": 42,
    "file": {"md5": "0123456789abcdef0123456789abcdef", "url": "https://static1.e621.net/x.png"},
    "score": {"up": 9, "down": -2, "total": 7},
    "flags": {"deleted": False},
    "rating": "s",
    "sources": ["https://x.example/1", "-https://dead.example/2"],
    "relationships": {"parent_id": None},
    "description": "me, fr",
    "tags": ["1:1", "felid", "someone", "wrong_tag", "a_hand"],
    "tags_species": ["felid"],
    "tags_contributor": ["a_hand"],
    "tags_artist": ["someone"],
    "tags_invalid": ["wrong_tag"],
    "tags_lore": [],
    "tags_meta": ["1:1"],
    "category": "homee",
}
GELBOORU = {
    "id": 8,
    "score": 0,
    "md5": "0123456789abcdef0123456789abcdef",
    "rating": "questionable",
    "source": "https://a.example/?x=1&amp;y=2",
    "owner": "uploader",
    "parent_id": 0,
    "tags": "2girls grabbing_another&#039;s_arm bang_dream!",
    "title": "",
    "file_url": "https://img4.gelbooru.com/images/x.png",
    "category": "gelbooru",
}
MOEBOORU = {
    "id": 5,
    "tags": "chibi k-on! tainaka_ritsu",
    "author": "uploader",
    "source": "Animedia 2010-12",
    "score": "3",
    "rating": "s",
    "is_shown_in_index": True,
    "parent_id": 17,
    "file_url": "https://files.yande.re/image/x.png",
    "category": "localhost:1234",
}


def read_gallerydl(data, foreign=()):
    voice, said = read_json_sidecar(data, foreign)
    assert voice == "gallery-dl"
    return said


def read(post, **more):
    return read_gallerydl(json.dumps({**post, **more}).encode())


def tags(post, **more):
    return {tag.name: tag.category for tag in read(post, **more).tags}


def test_danbooru():
    assert read(DANBOORU) == Said(
        tags=(
            SaidTag("1girl", Category.GENERAL),
            SaidTag("blue_hair", Category.GENERAL),
            SaidTag("highres", Category.META),
            SaidTag("rem_(re:zero)", Category.CHARACTER),
            SaidTag("some_artist", Category.ARTIST),
        ),
        rating=Rating.SENSITIVE,
        parent="danbooru:6999",
        sources=("https://artist.example/works/9",),
        md5="0123456789abcdef0123456789abcdef",
        remote_ids=("danbooru:7001",),
        score=12,
    )


def test_e621():
    said = read(E621)

    assert {tag.name: tag.category for tag in said.tags} == {
        "1:1": Category.META,
        "a_hand": Category.ARTIST,
        "felid": Category.SPECIES,
        "someone": Category.ARTIST,
        "wrong_tag": Category.META,
    }
    assert said.rating is Rating.GENERAL
    assert said.score == 7
    assert said.parent is None
    assert said.description == "me, fr"
    assert said.sources == ("https://dead.example/2", "https://x.example/1")


def test_e621_as_the_site_itself_groups_tags():
    assert tags(E621, tags={"general": ["tail"], "species": ["felid"], "odd": ["y"]}) == {
        "1:1": Category.META,
        "a_hand": Category.ARTIST,
        "felid": Category.SPECIES,
        "someone": Category.ARTIST,
        "tail": Category.GENERAL,
        "wrong_tag": Category.META,
        "y": None,
    }


def test_gelbooru():
    said = read(GELBOORU)

    assert [tag.name for tag in said.tags] == ["2girls", "bang_dream!", "grabbing_another's_arm"]
    assert said.rating is Rating.QUESTIONABLE
    assert said.score == 0
    assert said.parent is None
    assert said.sources == ("https://a.example/?x=1&y=2",)


def test_gelbooru_with_categories_as_texts():
    found = tags(GELBOORU, tags_metadata="highres", tags_character="a&amp;b c")

    assert found["highres"] is Category.META
    assert found["a&b"] is found["c"] is Category.CHARACTER


def test_moebooru():
    said = read(MOEBOORU)

    assert [tag.name for tag in said.tags] == ["chibi", "k-on!", "tainaka_ritsu"]
    assert said.rating is Rating.GENERAL
    assert said.parent == "yandere:17"
    assert said.sources == ("Animedia 2010-12", "https://yande.re/post/show/5")
    assert said.score == 3
    assert tags(MOEBOORU, tags_circle="some_circle")["some_circle"] is Category.ARTIST


def test_szurubooru():
    said = read(
        {
            "category": "mine",
            "safety": "sketchy",
            "checksumMD5": "0" * 32,
            "tags": ["a", "b"],
            "tags_artist": ["b"],
            "source": "https://a.example\nhttps://b.example",
        }
    )

    assert said.tags == (SaidTag("a"), SaidTag("b", Category.ARTIST))
    assert said.rating is Rating.QUESTIONABLE
    assert said.sources == ("https://a.example", "https://b.example")


def test_pixiv():
    said = read(
        {
            "category": "pixiv",
            "id": 99,
            "title": "Night",
            "caption": "my first",
            "user": {"id": 3, "name": "画家", "account": "gaka"},
            "tags": ["オリジナル", "star sky", {"name": "moon", "translated_name": None}],
            "rating": "R-18",
            "date": "2020-01-02 00:00:00",
            "score": None,
        }
    )

    assert said.tags == (
        SaidTag("gaka", Category.ARTIST),
        SaidTag("moon"),
        SaidTag("star_sky"),
        SaidTag("オリジナル"),
    )
    assert said.rating is Rating.EXPLICIT
    assert said.description == "Night\n\nmy first"
    assert said.sources == ("https://www.pixiv.net/artworks/99",)
    assert said.taken_at is None


def test_who_shares_a_picture_elsewhere_is_not_its_artist():
    said = read(
        {
            "category": "twitter",
            "content": "look",
            "author": {"name": "fan"},
            "hashtags": ["cat"],
            "rating": 5,
        }
    )

    assert said == Said(tags=(SaidTag("cat"),), description="look")


def test_other_sites_may_put_the_kind_before_a_colon():
    found = tags({"category": "philomena", "tags": ["artist:someone", "safe"], "id": 1})

    assert found == {"someone": Category.ARTIST, "safe": None}


def test_a_text_of_tags_on_other_sites_is_parted_at_commas_where_it_has_some():
    assert set(tags({"category": "x", "tags": "blue sky, sea"})) == {"blue_sky", "sea"}
    assert set(tags({"category": "x", "tags": "blue_sky sea"})) == {"blue_sky", "sea"}


@pytest.mark.parametrize(
    ("letter", "rating"),
    [
        ("g", Rating.GENERAL),
        ("s", Rating.SENSITIVE),
        ("q", Rating.QUESTIONABLE),
        ("e", Rating.EXPLICIT),
        ("x", None),
        (None, None),
    ],
)
def test_danboorus_letters(letter, rating):
    assert read(DANBOORU, rating=letter).rating is rating


@pytest.mark.parametrize(
    "post",
    [E621, MOEBOORU, GELBOORU, {key: DANBOORU[key] for key in DANBOORU if key != "media_asset"}],
    ids=["e621", "moebooru", "gelbooru", "danbooru before 2022"],
)
def test_elsewhere_and_formerly_s_is_safe(post):
    assert read(post, rating="s").rating is Rating.GENERAL
    assert read(post, rating="e").rating is Rating.EXPLICIT


def test_the_parent_of_an_unknown_site_goes_by_the_name_it_was_given():
    assert read(DANBOORU, file_url="/data/x.jpg").parent == "mybooru:6999"
    assert read(DANBOORU, parent_id="none").parent is None


@pytest.mark.parametrize("number", ["²", "9" * 5000, 0, "0", "", True, 1.5, [7], {}])
def test_odd_numbers_are_no_parent_and_no_page(number):
    said = read(DANBOORU, parent_id=number, id=number, source=None)

    assert said.parent is None
    assert said.sources == ()


def test_nothing_is_kept_that_a_database_cannot_hold():
    said = read(
        DANBOORU,
        source="https://a.example/\0x\ud800",
        tags=["nul\0", "half\udc00"],
        description="a\0b",
        category="c\0d",
        file_url=None,
    )

    assert said.sources == ("https://a.example/x",)
    assert {"nul", "half"} <= {tag.name for tag in said.tags}
    assert (said.description, said.parent) == ("ab", "cd:6999")


@pytest.mark.parametrize("url", ["http://[", 5, None, "x"])
def test_odd_addresses_are_no_site(url):
    assert read(DANBOORU, file_url=url).parent == "mybooru:6999"


def test_a_post_that_names_no_source_is_one():
    assert read(DANBOORU, source="").sources == ("https://danbooru.donmai.us/posts/7001",)


def test_foreign_tags_are_left_out():
    said = read_gallerydl(json.dumps(MOEBOORU).encode(), ("chibi", "k-*"))

    assert [tag.name for tag in said.tags] == ["tainaka_ritsu"]


def test_a_work_names_who_is_in_it():
    gallery = {"category": "nhentai", "gallery_id": 3, "tags": ["sky"], "characters": ["some one"]}
    assert tags(gallery, parody=["re zero"], artist=["x"], group="y") == {
        "sky": None,
        "some_one": Category.CHARACTER,
        "re_zero": Category.COPYRIGHT,
        "x": Category.ARTIST,
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "cut short or broken"),
        (b'{"category": "danbooru", "tags": [', "cut short or broken"),
        (b"[" * 100_000, "cut short or broken"),
        (b'{"x": ' + b"9" * 5000 + b"}", "cut short or broken"),
        (b"[]", "holds no JSON object"),
        (b'{"frames": [], "meta": {"size": 3}}', "does not name the site"),
        (b'{"category": 5}', "does not name the site"),
        (b'{"category": "\xff"}', "not written in UTF-8"),
        (
            b'{"category": "x", "tags": 5}',
            "`tags` should be a list of tags or a text, not a number",
        ),
        (b'{"category": "x", "tags": ["a", null]}', "names of tags, not nothing"),
        (b'{"category": "x", "tags_artist": [["a"]]}', "`tags_artist` should hold names"),
        (b'{"category": "x", "md5": "zz"}', "`md5` should be 32"),
        (b'{"category": "x", "tag_string": "a", "rating": 1}', "`rating` should be a word"),
        (b" " * (16 * 1024 * 1024 + 1), "larger than 16 MB"),
    ],
)
def test_what_does_not_fit_is_named(data, reason):
    with pytest.raises(Unreadable, match=reason):
        read_gallerydl(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted({*DANBOORU, *E621, *GELBOORU, "user", "safety"})), JSON)
)
@settings(max_examples=100)
def test_any_json_is_read_or_refused(post):
    for data in (post, {**post, "category": "pixiv"}):
        try:
            _, said = read_json_sidecar(json.dumps(data).encode())
        except Unreadable:
            continue
        assert all(tag.name for tag in said.tags)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_json_sidecar(data)
    except Unreadable:
        return


@pytest.mark.parametrize(
    ("post", "md5"),
    [
        (DANBOORU, "ab" * 16),
        (E621, "cd" * 16),
        ({"category": "x", "safety": "safe", "checksumMD5": "0"}, "ef" * 16),
        ({"category": "pixiv"}, None),
    ],
)
def test_the_md5_of_the_file_as_the_site_has_it_is_kept(post, md5):
    said = read(
        post,
        **({"md5": "AB" * 16} if post is DANBOORU else {}),
        **({"file": {"md5": "cd" * 16}} if post is E621 else {}),
        **({"checksumMD5": "ef" * 16} if "safety" in post else {}),
    )

    assert said.md5 == md5


@pytest.mark.parametrize(
    ("post", "remote_ids"),
    [
        (E621, ("e621:42",)),
        ({"category": "pixiv", "id": 5, "md5": ""}, ()),
        ({**DANBOORU, "id": "x"}, ()),
        ({**DANBOORU, "file_url": None}, ("mybooru:7001",)),
    ],
)
def test_a_boorus_post_is_named_by_site_and_number(post, remote_ids):
    assert read(post).remote_ids == remote_ids
