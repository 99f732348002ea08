import io
import struct

import pytest

from homebooru.files.metadata.blocks import MAX_BYTES, Block, Kind, Span
from homebooru.files.metadata.containers import find_blocks
from homebooru.files.metadata.jpeg import XMP_HEAD, in_photoshop_resources
from homebooru.files.metadata.png import PNG_HEAD


def blocks(data):
    return list(find_blocks(io.BytesIO(data)))


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def chunk(name, data):
    return struct.pack(">I4s", len(data), name) + data + b"crc!"


def box(name, data):
    return struct.pack(">I4s", len(data) + 8, name) + data


def profile(name, data):
    text = f"\n{name}\n{len(data):8}\n{data.hex()}\n".encode()
    return PNG_HEAD + chunk(b"tEXt", b"Raw profile type " + name.encode() + b"\0" + text)


def test_a_jpeg_that_breaks_off_keeps_what_came_before():
    data = b"\xff\xd8" + segment(0xE1, XMP_HEAD + b"<a/>") + b"\xff\xe1\xff\xff cut"

    assert blocks(data) == [Block(Kind.XMP, b"<a/>")]


def test_fill_bytes_and_markers_without_content_are_passed_over():
    data = b"\xff\xd8\xff\xd0\xff\xff\x01\xff" + segment(0xE1, XMP_HEAD + b"x") + b"\xff\xd9"

    assert blocks(data) == [Block(Kind.XMP, b"x")]


def test_long_xmp_is_put_together_whatever_the_order_of_its_parts():
    def part(offset, data):
        head = b"http://ns.adobe.com/xmp/extension/\0" + b"G" * 32
        return segment(0xE1, head + struct.pack(">II", 6, offset) + data)

    assert blocks(b"\xff\xd8" + part(3, b"def") + part(0, b"abc")) == [Block(Kind.XMP, b"abcdef")]


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("xmp", b"<a/>", [Block(Kind.XMP, b"<a/>")]),
        ("exif", b"Exif\0\0II*\0", [Block(Kind.EXIF, b"II*\0")]),
        ("exif", b"II*\0", [Block(Kind.EXIF, b"II*\0")]),
        ("APP1", XMP_HEAD + b"<a/>", [Block(Kind.XMP, b"<a/>")]),
        ("iptc", b"\x1c\2\x19\0\1a", [Block(Kind.IPTC, b"\x1c\2\x19\0\1a")]),
        ("iptc", b"8BIM\4\4\0\0\0\0\0\1x", [Block(Kind.IPTC, b"x")]),
        ("icc", b"abc", []),
    ],
)
def test_profiles_in_png_are_unpacked(name, data, found):
    assert blocks(profile(name, data)) == found


@pytest.mark.parametrize(
    "data",
    [
        chunk(b"zTXt", b"Description\0\0no zlib"),
        chunk(b"tEXt", b"Raw profile type xmp\0no hex"),
        chunk(b"tEXt", b"Comment\0hello"),
        chunk(b"iTXt", b"Description\0\1\0\0"),
        chunk(b"tEXt", b""),
    ],
)
def test_broken_texts_in_png_do_not_hide_later_ones(data):
    later = chunk(b"tEXt", b"Description\0later")

    assert Block(Kind.DESCRIPTION, b"later") in blocks(
        PNG_HEAD + chunk(b"IDAT", b"x") + data + later
    )


def test_photoshops_resources_are_walked_by_their_names_and_sizes():
    def resource(number, name, data):
        named = bytes([len(name)]) + name
        padded = named + b"\0" * (len(named) % 2)
        size = struct.pack(">I", len(data))
        return b"8BIM" + struct.pack(">H", number) + padded + size + data + b"\0" * (len(data) % 2)

    data = resource(1, b"", b"abc") + resource(2, b"name", b"ab") + resource(0x404, b"odd", b"iptc")

    assert list(in_photoshop_resources(data)) == [Block(Kind.IPTC, b"iptc")]


def heic(iloc, infe=b"\2\0\0\0\0\1\0\0mime\0application/rdf+xml\0", idat=b""):
    entries = box(b"iinf", b"\0\0\0\0\0\1" + box(b"infe", infe))
    meta = box(b"meta", b"\0\0\0\0" + entries + box(b"iloc", iloc) + idat)
    return box(b"ftyp", b"heic") + meta


def test_items_may_lie_in_several_places_and_in_the_item_data():
    iloc = b"\1\0\0\0" + b"\x44\x00" + b"\0\1" + b"\0\1" + b"\0\1" + b"\0\0" + b"\0\2"
    iloc += struct.pack(">IIII", 0, 2, 4, 2)

    assert blocks(heic(iloc, idat=box(b"idat", b"ab--cd"))) == [Block(Kind.XMP, b"abcd")]


def test_wide_numbers_of_items_are_read():
    infe = b"\3\0\0\0" + struct.pack(">IH", 70_000, 0) + b"Exif\0"
    iloc = b"\2\0\0\0" + b"\x44\x00" + struct.pack(">IIHHHII", 1, 70_000, 1, 0, 1, 0, 8)

    found = blocks(heic(iloc, infe, box(b"idat", b"\0\0\0\0II*\0")))

    assert found == [Block(Kind.EXIF, b"II*\0")]


@pytest.mark.parametrize("size", [0, 2, 7])
def test_boxes_of_impossible_sizes_end_the_search(size):
    assert blocks(box(b"ftyp", b"mp42") + struct.pack(">I4s", size, b"moov") + b"x" * 50) == []


def test_large_boxes_tell_their_size_in_eight_bytes():
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"movie"

    assert blocks(box(b"ftyp", b"mp42") + large + box(b"xml ", b"<a/>")) == [
        Block(Kind.XMP, b"<a/>")
    ]


def test_other_files_hold_nothing():
    assert blocks(b"") == []
    assert blocks(b"BM" + b"\0" * 100) == []


def test_a_span_never_reads_more_than_its_budget():
    span = Span(io.BytesIO(b"x" * 100))
    with pytest.raises(EOFError):
        span.take(-1)
    with pytest.raises(EOFError):
        span.take(101)
    with pytest.raises(EOFError):
        span.go_to(-1)
    span.go_to(10**30)
    assert span.tell() == 100
    with pytest.raises(EOFError):
        span.spend(MAX_BYTES)
