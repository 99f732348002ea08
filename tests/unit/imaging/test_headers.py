import struct

import pillow_jxl  # noqa: F401 (makes Pillow write JPEG XL)
import pytest

from homebooru.imaging.headers import jxl_size, pages_of, sequence_of
from tests.corpus import animation, encoded, picture


@pytest.mark.parametrize("size", [(64, 48), (256, 256), (257, 100), (8, 8), (4000, 3000), (3, 700)])
def test_the_size_of_a_jpeg_xl_is_told_by_its_header(size):
    assert jxl_size(encoded(picture(*size), "JXL", effort=1)) == size


def test_the_size_of_a_jpeg_xl_in_a_container_is_told():
    data = encoded(picture(300, 200), "JXL", use_container=True, effort=1)

    assert jxl_size(data) == (300, 200)


def test_a_jpeg_xl_without_a_codestream_has_no_size():
    assert jxl_size(b"\x00\x00\x00\x0cJXL \r\n\x87\n") is None


def test_pages_of_a_tiff_are_counted():
    assert pages_of(encoded(picture(), "TIFF")) == 1
    assert pages_of(encoded(picture(), "TIFF", big_tiff=True)) == 1
    three = encoded(picture(), "TIFF", save_all=True, append_images=[picture(seed=1)] * 2)
    assert pages_of(three) == 3


def test_pages_that_run_in_a_circle_are_counted_once():
    circle = b"II*\x00" + struct.pack("<IHI", 8, 0, 8)

    assert pages_of(circle) == 1


def test_a_broken_tiff_has_a_page():
    assert pages_of(b"MM\x00*\xff\xff\xff\xff") == 1


def test_an_animated_avif_tells_its_frames_and_its_time():
    assert sequence_of(animation("AVIF", frames=5, milliseconds=100)) == (5, 0.5)


def test_a_still_avif_is_one_frame():
    assert sequence_of(encoded(picture(), "AVIF")) == (1, None)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 64, b"\x00\x00\x00\x08moov" * 40, struct.pack(">I4sQ", 1, b"moov", 2**63)],
)
def test_boxes_that_make_no_sense_are_one_frame(data):
    assert sequence_of(data) == (1, None)


def test_boxes_within_boxes_have_a_bottom():
    data = b""
    for _ in range(2000):
        data = struct.pack(">I4s", len(data) + 8, b"moov") + data

    assert sequence_of(data) == (1, None)
