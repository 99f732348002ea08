import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.fields import Fields
from homebooru.files.metadata.blocks import Block, Kind, Span
from homebooru.files.metadata.exif import read_exif

ASCII, SHORT, LONG, RATIONAL, BYTES = 2, 3, 4, 5, 7


def tiff(*entries, order="<"):
    """Return a TIFF of one directory: entries of tag, type, count and bytes."""
    start = 8 + 2 + 12 * len(entries) + 4
    directory, rest = b"", b""
    for tag, kind, count, data in entries:
        directory += struct.pack(order + "HHL", tag, kind, count)
        if len(data) > 4:
            directory += struct.pack(order + "L", start + len(rest))
            rest += data
        else:
            directory += data.ljust(4, b"\0")
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(order + "LH", 8, len(entries))
    return head + directory + b"\0\0\0\0" + rest


def read(data):
    return read_exif(Span(io.BytesIO(data)))


@pytest.mark.parametrize("order", ["<", ">"])
def test_short_and_long_values_are_found(order):
    data = tiff(
        (0x010E, ASCII, 4, b"sea\0"),
        (0x4746, SHORT, 1, struct.pack(order + "H", 4)),
        (0x9C9E, BYTES, 10, "a; b".encode("utf-16-le") + b"\0\0"),
        order=order,
    )

    assert read(data) == (Fields(description="sea", stars=4, words=("a", "b")), [])


def test_descriptions_are_utf_8_else_latin_1():
    assert read(tiff((0x010E, ASCII, 3, "海".encode())))[0].description == "海"
    assert read(tiff((0x010E, ASCII, 3, b"\xe9t\xe9")))[0].description == "été"


def test_blocks_of_other_standards_are_handed_on():
    iptc = b"\x1c\2\x19\0\1a\0\0"
    swapped = struct.pack(">2L", *struct.unpack("<2L", iptc))
    resources = b"8BIM\4\4\0\0\0\0\0\2xy"

    assert read(tiff((0x02BC, BYTES, 5, b"<a/> ")))[1] == [Block(Kind.XMP, b"<a/> ")]
    assert read(tiff((0x83BB, BYTES, 8, iptc)))[1] == [Block(Kind.IPTC, iptc)]
    assert read(tiff((0x83BB, LONG, 2, swapped)))[1] == [Block(Kind.IPTC, iptc)]
    assert read(tiff((0x8649, BYTES, len(resources), resources)))[1] == [Block(Kind.IPTC, b"xy")]
    assert read(tiff((0x8649, BYTES, 9, b"8BIM\4\4\0\0\xff")))[1] == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II",
        b"nonsense",
        b"II*\0\xff\xff\xff\xff",
        tiff((0x010E, ASCII, 2**31, b"\0\0\0\0\0")),
        tiff((0x010E, 99, 1, b"x")),
        tiff((0x8769, LONG, 1, struct.pack("<L", 2**32 - 1))),
        tiff((0x4746, RATIONAL, 1, b"\0" * 8)),
    ],
)
def test_what_is_broken_says_nothing(data):
    assert read(data) == (Fields(), [])


def test_a_directory_that_leads_to_itself_ends():
    data = tiff((0x8769, LONG, 1, struct.pack("<L", 8)), (0x8825, LONG, 1, struct.pack("<L", 8)))

    assert read(data) == (Fields(), [])


@given(st.binary(max_size=120), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"]))
@settings(max_examples=200)
def test_any_bytes_are_read(data, head):
    read(head + data)
