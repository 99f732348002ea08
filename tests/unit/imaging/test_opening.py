import pillow_heif
import pillow_jxl  # noqa: F401 (makes Pillow write JPEG XL)
import pytest
from PIL import Image, ImageFile

from homebooru.errors import Unreadable
from homebooru.imaging.opening import open_picture
from homebooru.imaging.sniffing import sniff
from tests.corpus import black_png, encoded, jpeg, picture, png

pillow_heif.register_heif_opener(thumbnails=False)


def opened(data, megapixels=50, enough=None):
    return open_picture(sniff(data), data, megapixels=megapixels, enough=enough)


def test_a_large_jpeg_is_decoded_to_as_few_pixels_as_will_do():
    found = opened(jpeg(4000, 3000), enough=1000)

    assert found.size == (4000, 3000)
    assert found.image.size == (2000, 1500)


def test_other_formats_are_decoded_whole():
    assert opened(png(400, 300), enough=100).image.size == (400, 300)


def test_size_is_judged_before_anything_is_decoded():
    with pytest.raises(Unreadable, match="megapixels"):
        opened(black_png(5000, 5000), megapixels=24)
    assert opened(black_png(4000, 3000), megapixels=12).size == (4000, 3000)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "JXL"])
def test_every_format_is_judged_by_its_size(kind):
    data = encoded(Image.new("RGB", (1200, 1000)), kind)

    with pytest.raises(Unreadable, match="megapixels"):
        opened(data, megapixels=1)


def test_a_heic_is_judged_by_its_size_too():
    with pytest.raises(Unreadable, match="megapixels"):
        opened(encoded(Image.new("RGB", (1200, 1000)), "HEIF"), megapixels=1)


def test_pillows_own_limit_is_left_as_it_was():
    before = Image.MAX_IMAGE_PIXELS
    opened(png())

    assert before == Image.MAX_IMAGE_PIXELS


def test_a_jpeg_xl_is_not_turned_by_its_exif():
    exif = Image.Exif()
    exif[0x0112] = 6
    found = opened(encoded(picture(), "JXL", exif=exif.tobytes()))

    assert (found.size, found.orientation) == ((64, 48), 1)


def test_a_broken_off_picture_is_shown_as_far_as_it_goes():
    whole = encoded(picture(400, 300), "JPEG")
    found = opened(whole[: len(whole) // 2])

    assert "broken off" in found.damage
    assert found.image.getpixel((10, 10)) == opened(whole).image.getpixel((10, 10))
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_whole_picture_has_no_damage():
    assert opened(jpeg()).damage is None


def test_what_cannot_be_mended_is_told():
    with pytest.raises(Unreadable, match="WEBP file is broken"):
        opened(encoded(picture(400, 300), "WEBP")[:300])
    with pytest.raises(Unreadable, match="begins like PNG, but is broken"):
        opened(b"\x89PNG\r\n\x1a\n" + bytes(100))


@pytest.mark.parametrize("exif", [b"Exif\x00\x00nonsense", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"])
def test_exif_that_makes_no_sense_turns_nothing(exif):
    assert opened(jpeg(exif=exif)).orientation == 1


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_orientation_that_there_is_not_turns_nothing(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation

    assert opened(jpeg(exif=exif)).orientation == 1
