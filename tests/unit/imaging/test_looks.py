import io
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from homebooru.domain.similarity import hamming_distance
from homebooru.imaging import looks
from homebooru.imaging.opening import open_picture
from homebooru.imaging.sniffing import sniff
from tests.corpus import animation, encoded, jpeg, picture, png, png_chunk
from tests.unit.imaging.profiles import swapped_profile

pillow_heif.register_heif_opener(thumbnails=False)

CORNERS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
UPRIGHT = {  # where the corners of an upright picture lie in a file of each orientation
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width=64, height=48):
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(CORNERS):
        x, y = number % 2 * width // 2, number // 2 * height // 2
        image.paste(colour, (x, y, x + width // 2, y + height // 2))
    return image


def shown(data, side=1000):
    opened = open_picture(sniff(data), data, megapixels=50, enough=side)
    return looks.shrink(opened, side)


def mean(image):
    return np.asarray(image.convert("RGB")).mean((0, 1))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_every_orientation_is_turned_upright(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = quarters()
    if (how := UPRIGHT[orientation]) is not None:
        stored = stored.transpose(how)
    options = {"lossless": True} if kind == "WEBP" else {}

    image = shown(encoded(stored, kind, exif=exif.tobytes(), **options))

    assert image.size == (64, 48)
    found = np.asarray(image)[[8, 8, 40, 40], [8, 56, 8, 56]]
    assert np.abs(found.astype(int) - CORNERS).max() <= (0 if kind in ("PNG", "TIFF") else 8)


def test_a_sixteen_bit_grey_keeps_its_lightness():
    ramp = np.linspace(0, 65_535, 4096).reshape(64, 64).astype(np.uint16)

    for kind in ("PNG", "TIFF"):
        assert mean(shown(encoded(Image.fromarray(ramp), kind)))[0] == pytest.approx(127, abs=1)


@pytest.mark.parametrize("most", [1.0, 255.0, 65_535.0, 1e9])
def test_a_tiff_of_numbers_keeps_its_lightness(most):
    ramp = np.linspace(0, most, 4096).reshape(64, 64).astype(np.float32)

    image = shown(encoded(Image.fromarray(ramp), "TIFF"))

    assert mean(image)[0] == pytest.approx(127, abs=1)


def test_numbers_that_are_all_one_are_shown():
    image = shown(encoded(Image.fromarray(np.full((8, 8), 1e9, np.float32)), "TIFF"))

    assert image.size == (8, 8)


def test_numbers_that_are_none_are_black():
    image = shown(encoded(Image.fromarray(np.full((8, 8), np.nan, np.float32)), "TIFF"))

    assert mean(image)[0] == 0


def test_a_sixteen_bit_png_in_colour_is_read():
    header = (8).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 0])
    row = b"\x00" + b"\xff\xff\x80\x00\x00\x00" * 8
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
    data += png_chunk(b"IDAT", zlib.compress(row * 8)) + png_chunk(b"IEND", b"")

    assert mean(shown(data)) == pytest.approx([255, 128, 0], abs=1)


def test_a_cmyk_jpeg_shows_its_colours():
    image = shown(encoded(quarters().convert("CMYK"), "JPEG", quality=95))

    assert image.mode == "RGB"
    assert mean(image) == pytest.approx(mean(quarters()), abs=4)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I", "RGBX", "YCbCr", "LAB", "CMYK"])
def test_a_tiff_of_every_mode_is_shown(mode):
    image = shown(encoded(quarters().convert("L" if mode == "I" else "RGB").convert(mode), "TIFF"))

    assert image.mode in ("RGB", "RGBA")
    assert image.size == (64, 48)


def test_transparency_of_a_palette_is_kept():
    image = quarters().quantize(4)
    clear = image.getpixel((0, 0))

    found = shown(encoded(image, "PNG", transparency=clear))

    assert found.mode == "RGBA"
    assert found.getpixel((0, 0))[3] == 0
    assert found.getpixel((63, 47))[3] == 255


def test_an_alpha_channel_that_hides_nothing_is_dropped():
    assert shown(encoded(quarters().convert("RGBA"), "PNG")).mode == "RGB"


def test_colours_do_not_bleed_out_of_what_is_hidden():
    image = Image.new("RGBA", (2000, 100), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 1000, 100))

    found = np.asarray(shown(encoded(image, "PNG"), 100))

    assert found[found[..., 3] > 0][:, 1].max() == 0


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_colour_profile_is_followed(mode):
    image = Image.new(mode, (64, 48), (255, 0, 0, 128)[: len(mode)])

    found = shown(encoded(image, "PNG", icc_profile=swapped_profile()))

    assert found.mode == mode
    assert found.getpixel((9, 9))[:3] == pytest.approx((0, 0, 255), abs=3)


def test_a_profile_of_srgb_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    found = shown(png(icc_profile=profile))

    assert np.array_equal(np.asarray(found), np.asarray(picture()))


@pytest.mark.parametrize("profile", [b"nonsense", b"\x00" * 200])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
def test_a_broken_profile_is_ignored(profile, mode):
    image = picture().convert(mode)

    found = shown(encoded(image, "PNG", icc_profile=profile))

    assert mean(found) == pytest.approx(mean(image), abs=1)


def test_a_profile_for_other_colours_is_ignored():
    found = shown(encoded(picture().convert("L"), "PNG", icc_profile=swapped_profile()))

    assert mean(found) == pytest.approx(mean(picture().convert("L")), abs=1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_shows_its_first_frame(kind):
    found = shown(animation(kind))

    assert mean(found) == pytest.approx(mean(picture(48, 32, 0)), abs=6)


@pytest.mark.parametrize(
    ("size", "side", "fitted"),
    [
        ((4000, 3000), 1000, (1000, 750)),
        ((3000, 4000), 360, (270, 360)),
        ((200, 100), 360, (200, 100)),
        ((65_535, 1), 1000, (1000, 1)),
        ((1, 65_535), 360, (1, 360)),
        ((1000, 1000), 1000, (1000, 1000)),
    ],
)
def test_a_rendering_fits_and_is_never_larger(size, side, fitted):
    assert looks.fitted(size, side) == fitted


def test_thumbnails_carry_nothing_but_pixels():
    exif = Image.Exif()
    exif[0x8298] = "my address"
    image = shown(jpeg(exif=exif, comment="my secret", icc_profile=swapped_profile()))

    thumbnail = looks.to_webp(image)

    assert b"my address" not in thumbnail
    assert set(Image.open(io.BytesIO(thumbnail)).info) <= {"background", "loop"}


@pytest.mark.parametrize("seed", range(5))
def test_the_perceptual_hash_outlives_scaling_and_encoding(seed):
    large = picture(900, 700, seed)
    one = looks.perceptual_hash(large)
    other = looks.perceptual_hash(shown(encoded(large.resize((450, 350)), "JPEG", quality=60)))

    assert hamming_distance(one, other) <= 4
    assert hamming_distance(one, looks.perceptual_hash(picture(900, 700, seed + 1))) > 12


def test_the_perceptual_hash_fits_into_a_column():
    hashes = [looks.perceptual_hash(picture(seed=seed)) for seed in range(20)]

    assert all(-(2**63) <= one < 2**63 for one in hashes)
    assert len(set(hashes)) == 20


def test_a_plain_picture_has_a_hash_that_stays():
    plain = [looks.perceptual_hash(Image.new("RGB", size, "navy")) for size in ((64, 48), (9, 9))]

    assert plain[0] == plain[1]


def test_what_is_hidden_counts_as_white_for_the_hash():
    clear = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 20, 20))
    white = Image.new("RGB", (64, 48), "white")
    white.paste((0, 0, 0), (0, 0, 20, 20))

    assert looks.perceptual_hash(clear) == looks.perceptual_hash(white)


def test_decoded_pixels_have_a_digest_of_their_own():
    def digest(image, kind="BMP", frames=1):
        data = encoded(image, kind)
        return looks.digest_of_pixels(open_picture(sniff(data), data, megapixels=9), frames)

    assert digest(picture(64, 600)) == digest(picture(64, 600))
    assert digest(picture(64, 600)) != digest(picture(64, 600, 1))
    assert digest(picture(64, 600)) != digest(picture(64, 600), frames=2)
    assert digest(Image.new("L", (20, 10))) != digest(Image.new("L", (10, 20)))
    one, other = picture().quantize(4), picture().quantize(4)
    other.putpalette(bytes(reversed(other.getpalette())))
    assert digest(one) != digest(other)
