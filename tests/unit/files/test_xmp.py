from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.fields import Fields, said_by_fields
from homebooru.domain.ratings import Rating
from homebooru.errors import Unreadable
from homebooru.files.xmp.reading import read_xmp

SPACES = """
    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:dk="http://www.digikam.org/ns/1.0/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/"
    xmlns:hb="http://homebooru.example/ns/1.0/"
"""


def xmp(inner="", attributes="", *, wrap=True):
    rdf = (
        f"<rdf:RDF {SPACES}><rdf:Description rdf:about='' {attributes}>{inner}</rdf:Description>"
        "</rdf:RDF>"
    )
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{rdf}</x:xmpmeta>" if wrap else rdf


def bag(name, *entries, kind="Bag"):
    items = "".join(f"<rdf:li>{entry}</rdf:li>" for entry in entries)
    return f"<{name}><rdf:{kind}>{items}</rdf:{kind}></{name}>"


def read(inner="", attributes=""):
    return read_xmp(xmp(inner, attributes).encode())


def test_tags_with_their_ancestors_and_flat_ones():
    fields = read(
        bag("dk:TagsList", "Character/Rem (Re:Zero)", "Copyright/fate|stay_night", kind="Seq")
        + bag("lr:hierarchicalSubject", "Copyright|fate/stay_night")
        + bag("dc:subject", "solo", "", "a &amp; b")
    )

    assert fields == Fields(
        paths=(
            ("Character", "Rem (Re:Zero)"),
            ("Copyright", "fate/stay_night"),
            ("Copyright", "fate/stay_night"),
        ),
        words=("solo", "a & b"),
    )


def test_microsofts_keywords_count_where_there_is_no_hierarchy():
    keywords = bag("MicrosoftPhoto:LastKeywordXMP", "fate/zero")

    assert read(keywords).words == ("fate/zero",)
    assert read(keywords + bag("dk:TagsList", "fate|zero")).words == ()


def test_an_empty_entry_alone_means_that_somebody_cleared_the_tags():
    assert read(bag("dk:TagsList", "")).cleared
    assert not read(bag("dk:TagsList")).cleared
    assert not read(bag("dk:TagsList", "a")).cleared


def test_attributes_and_elements_mean_the_same():
    assert read(attributes='xmp:Rating="4" hb:rating="explicit"') == read(
        "<xmp:Rating>4</xmp:Rating><hb:rating>explicit</hb:rating>"
    )
    assert read(attributes='xmp:Rating="4" hb:rating="explicit"') == Fields(
        stars=4, rating=Rating.EXPLICIT
    )


def test_a_bare_rdf_root_and_several_descriptions_are_read():
    data = (
        f"<?xpacket begin='' id='x'?><rdf:RDF {SPACES}><!-- kept --><rdf:Description xmp:Rating='2'/>"
        f"<rdf:Description>{bag('dc:subject', 'a')}</rdf:Description></rdf:RDF><?xpacket end='w'?>"
    )

    assert read_xmp(data.encode()) == Fields(stars=2, words=("a",))


@pytest.mark.parametrize("value", ["0", "-1", "6", "", "good", "nan", "inf"])
def test_other_ratings_than_one_to_five_are_no_stars(value):
    assert read(f"<xmp:Rating>{value}</xmp:Rating>").stars is None


def test_the_default_language_describes_a_picture_else_the_first():
    def description(*entries):
        items = "".join(f"<rdf:li xml:lang='{lang}'>{text}</rdf:li>" for lang, text in entries)
        return read(f"<dc:description><rdf:Alt>{items}</rdf:Alt></dc:description>").description

    assert description(("ja", "海"), ("x-default", "sea")) == "sea"
    assert description(("ja", "海"), ("de", "Meer")) == "海"
    assert read("<dc:description>plain</dc:description>").description == "plain"


def test_values_with_qualifiers_and_addresses_are_read():
    fields = read(
        "<dc:subject><rdf:Bag><rdf:li rdf:parseType='Resource'><rdf:value>a</rdf:value></rdf:li>"
        "<rdf:li><rdf:Description><rdf:value>b</rdf:value></rdf:Description></rdf:li>"
        "</rdf:Bag></dc:subject><dc:source rdf:resource='https://a.example'/>"
    )

    assert fields == Fields(words=("a", "b"), sources=("https://a.example",))


def test_dates_and_places():
    fields = read(
        "<photoshop:DateCreated>2019-01-02</photoshop:DateCreated>"
        "<exif:DateTimeOriginal>nonsense</exif:DateTimeOriginal>"
        "<xmp:CreateDate>2020-01-01</xmp:CreateDate>"
        "<exif:GPSLatitude>48,51.5S</exif:GPSLatitude>"
        "<exif:GPSLongitude>2,17,40.2E</exif:GPSLongitude>"
    )

    assert fields.taken_at == datetime(2019, 1, 2)
    assert fields.place == "-48.85833, 2.29450"
    named = read(attributes="photoshop:City='Rome' photoshop:Country='Italy'")
    assert named.place == "Rome, Italy"


@pytest.mark.parametrize("text", ["48.8", "48,51.5X", "9999,1N", ""])
def test_odd_coordinates_are_no_place(text):
    fields = read(attributes=f"exif:GPSLatitude='{text}' exif:GPSLongitude='2,0.0E'")

    assert fields.place is None


def test_our_own_entries_are_told():
    fields = read(bag("hb:ownedTags", "booru/Artist/x") + bag("dk:TagsList", "booru/Artist/x", "y"))

    assert [tag.name for tag in said_by_fields(fields).tags] == ["y"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declaration", [True, False])
@pytest.mark.parametrize("padding", ["", "\0" * 2048, "\n" + " " * 2048])
def test_encodings_and_padding(coding, declaration, padding):
    name = coding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    start = f"<?xml version='1.0' encoding='{name}'?>\n" if declaration else ""
    text = start + xmp(bag("dc:subject", "海😀")) + padding

    assert read_xmp(text.encode(coding)).words == ("海😀",)


BOMB = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>" + xmp(
    bag("dc:subject", "&b;")
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\0" * 100, "empty"),
        (b"\xff\xfe", "empty"),
        (xmp().encode()[:-10], "cut short"),
        (xmp(bag("dc:subject", "&nbsp;")).encode(), "cut short or no XML"),
        (b"not xml", "cut short or no XML"),
        (b"<?xml version='1.0' encoding='nonsense'?><a/>", "cut short or no XML"),
        (b"<svg/>", "no rdf:RDF"),
        (BOMB.encode(), "document type"),
        (BOMB.encode("utf-16"), "document type"),
        (("<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + xmp()).encode(), "document type"),
        (("<?xml version='1.0' encoding='cp037'?>" + BOMB).encode("cp037"), "XMP"),
        (b" " * (16 * 1024 * 1024 + 1), "larger than 16 MB"),
        (b"<a>" * 100_000, "cut short or no XML"),
    ],
)
def test_what_is_wrong_is_named(data, reason):
    with pytest.raises(Unreadable, match=reason):
        read_xmp(data)


SAMPLE = xmp(
    bag("dk:TagsList", "a/b") + "<exif:GPSLatitude>1,2.3N</exif:GPSLatitude>", "xmp:Rating='1'"
).encode()


@given(st.data())
@settings(max_examples=150)
def test_any_damage_is_read_or_refused(data):
    at = data.draw(st.integers(0, len(SAMPLE)))
    length = data.draw(st.integers(0, 30))
    damaged = SAMPLE[:at] + data.draw(st.binary(max_size=8)) + SAMPLE[at + length :]
    try:
        said_by_fields(read_xmp(damaged))
    except Unreadable:
        return


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        read_xmp(data)
    except Unreadable:
        return
