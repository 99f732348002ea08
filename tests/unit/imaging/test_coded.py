import io
import struct
import time

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from homebooru.imaging.coded import walk
from homebooru.imaging.sniffing import Kind
from tests.corpus import (
    animation,
    encoded,
    gif,
    gif_of_frames,
    jpeg,
    jpeg_of_scans,
    picture,
    png,
    webp,
)

MAKERS = {Kind.JPEG: jpeg, Kind.PNG: png, Kind.GIF: gif, Kind.WEBP: webp}
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def digest(kind, data, orientation=1):
    return walk(kind, data).digest(orientation)


def exif(artist="somebody", orientation=1):
    found = Image.Exif()
    found[0x013B], found[0x0112] = artist, orientation
    return found.tobytes()


@pytest.mark.parametrize("kind", MAKERS)
def test_other_pixels_have_another_digest(kind):
    make = MAKERS[kind]

    assert digest(kind, make(seed=1)) == digest(kind, make(seed=1))
    assert digest(kind, make(seed=1)) != digest(kind, make(seed=2))


@pytest.mark.parametrize("kind", [Kind.JPEG, Kind.PNG, Kind.WEBP])
def test_metadata_leaves_the_digest_alone(kind):
    make = MAKERS[kind]
    plain = digest(kind, make())

    assert digest(kind, make(exif=exif())) == plain
    assert digest(kind, make(exif=exif("somebody else entirely"))) == plain


def test_xmp_and_comments_leave_the_digest_of_a_jpeg_alone():
    assert digest(Kind.JPEG, jpeg(xmp=XMP, comment="hello")) == digest(Kind.JPEG, jpeg())


def test_texts_leave_the_digest_of_a_png_alone():
    words = PngInfo()
    words.add_text("parameters", "1girl, solo")
    words.add_itxt("XML:com.adobe.xmp", XMP.decode())

    assert digest(Kind.PNG, png(pnginfo=words)) == digest(Kind.PNG, png())


def test_comments_leave_the_digest_of_a_gif_alone():
    assert digest(Kind.GIF, gif(comment=b"hello")) == digest(Kind.GIF, gif())


def test_what_follows_the_end_of_a_jpeg_does_not_count():
    assert digest(Kind.JPEG, jpeg() + b"trailer \xff\xda") == digest(Kind.JPEG, jpeg())


@pytest.mark.parametrize("kind", [Kind.PNG, Kind.GIF, Kind.WEBP])
def test_zeros_behind_a_picture_cost_nothing_and_do_not_count(kind):
    began = time.process_time()
    padded = digest(kind, MAKERS[kind]() + bytes(64 << 20))

    assert padded == digest(kind, MAKERS[kind]())
    assert time.process_time() - began < 1


@pytest.mark.parametrize("kind", MAKERS)
def test_a_picture_that_is_to_be_turned_has_another_digest(kind):
    data = MAKERS[kind]()

    assert digest(kind, data, 6) != digest(kind, data, 1)


def test_two_colours_swapped_in_a_palette_are_another_picture():
    image = picture().quantize(4)
    swapped = image.copy()
    swapped.putpalette(bytes(reversed(image.getpalette())))

    assert digest(Kind.PNG, encoded(image, "PNG")) != digest(Kind.PNG, encoded(swapped, "PNG"))


@pytest.mark.parametrize(
    ("kind", "name"), [(Kind.PNG, "PNG"), (Kind.GIF, "GIF"), (Kind.WEBP, "WEBP")]
)
def test_frames_are_counted_and_their_times_added_up(kind, name):
    found = walk(kind, animation(name, frames=4, milliseconds=50))

    assert (found.frames, found.duration) == (4, 0.2)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_still_picture_has_one_frame_and_no_duration(kind):
    found = walk(kind, MAKERS[kind]())

    assert (found.frames, found.duration) == (1, None)


def test_a_hasty_gif_is_as_slow_as_browsers_show_it():
    assert walk(Kind.GIF, animation("GIF", frames=3, milliseconds=0)).duration == 0.3


def test_frames_without_end_are_counted_without_decoding_them():
    found = walk(Kind.GIF, gif_of_frames(10_000))

    assert (found.frames, found.duration) == (10_000, 200.0)


def test_the_scans_of_a_jpeg_are_counted():
    assert walk(Kind.JPEG, jpeg()).scans == 1
    assert walk(Kind.JPEG, jpeg(progressive=True)).scans == 10
    assert walk(Kind.JPEG, jpeg_of_scans(500)).scans == 509


def test_a_jpeg_that_restarts_is_one_scan():
    assert walk(Kind.JPEG, jpeg(restart_marker_blocks=1)).scans == 1


@pytest.mark.parametrize("kind", MAKERS)
def test_no_broken_file_stops_a_walk(kind):
    whole = MAKERS[kind]()

    for end in range(0, len(whole), 7):
        assert walk(kind, whole[:end]).frames == 1
        walk(kind, whole[:end] + b"\xff" * 40)


def test_an_endless_png_chunk_stops_a_walk():
    broken = png()[:33] + struct.pack(">I4s", 0xFFFFFFFF, b"IDAT")

    assert walk(Kind.PNG, broken).frames == 1


@pytest.mark.parametrize("kind", [Kind.AVIF, Kind.HEIC, Kind.JXL, Kind.BMP, Kind.TIFF])
def test_other_kinds_are_told_by_decoding_alone(kind):
    assert walk(kind, b"") is None


def test_a_lossless_turn_of_the_pixels_is_another_picture():
    image = picture()
    turned = image.transpose(Image.Transpose.ROTATE_90)
    buffer = io.BytesIO()
    turned.save(buffer, "PNG")

    assert digest(Kind.PNG, buffer.getvalue()) != digest(Kind.PNG, encoded(image, "PNG"))
