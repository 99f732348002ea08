import hashlib
import io
import os
import random

import pillow_heif
import pillow_jxl  # noqa: F401 (makes Pillow write JPEG XL)
import pytest
from PIL import Image

from homebooru.errors import FileGone, Unreadable
from homebooru.files.probe import probe
from homebooru.files.thumbs import LARGE, SMALL
from tests.corpus import animation, encoded, film, hostile_files, jpeg, picture, png

pillow_heif.register_heif_opener(thumbnails=False)
HOSTILE = hostile_files()


@pytest.fixture
def look(tmp_path):
    def look(data, megapixels=50):
        file = tmp_path / os.fsdecode(b"m\xfcll\n.jpg")
        file.write_bytes(data)
        return probe(os.fsencode(file), hashlib.sha256(data).digest(), megapixels=megapixels)

    return look


def thumbnail(rendering, size):
    image = Image.open(io.BytesIO(rendering.thumbnails[size]))
    assert image.format == "WEBP"
    image.load()
    return image


@pytest.mark.parametrize("name", HOSTILE)
def test_what_nobody_wants_becomes_a_picture_or_a_named_reason(look, name):
    data, expected = HOSTILE[name]
    if expected in ("ready", "damaged"):
        rendering = look(data, megapixels=300)
        assert bool(rendering.facts.damage) is (expected == "damaged")
        assert max(thumbnail(rendering, SMALL).size) <= SMALL
        assert max(thumbnail(rendering, LARGE).size) <= LARGE
    else:
        with pytest.raises(Unreadable, match=expected):
            look(data, megapixels=300)


@pytest.mark.parametrize(
    ("kind", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("HEIF", "image/heic"),
        ("JXL", "image/jxl"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
    ],
)
def test_every_format_has_facts_and_thumbnails(look, kind, mime):
    rendering = look(encoded(picture(1300, 700, 3), kind))
    facts = rendering.facts

    assert (facts.mime, facts.width, facts.height) == (mime, 1300, 700)
    assert (facts.frames, facts.duration, facts.has_sound) == (1, None, False)
    assert facts.damage is None
    assert len(facts.pixel_digest) == 32
    assert len(facts.thumbhash) > 15
    assert abs(facts.phash) < 2**63
    assert thumbnail(rendering, LARGE).size == (1000, 538)
    assert thumbnail(rendering, SMALL).size == (360, 194)


def test_one_picture_looks_alike_in_every_format(look):
    kinds = ["JPEG", "PNG", "WEBP", "AVIF", "HEIF", "JXL", "BMP", "TIFF"]
    hashes = [look(encoded(picture(300, 200, 3), kind)).facts.phash for kind in kinds]

    assert all((one ^ hashes[0]).bit_count() <= 4 for one in hashes)


@pytest.mark.parametrize(
    ("kind", "frames", "duration"),
    [("GIF", 4, 0.2), ("WEBP", 4, 0.2), ("PNG", 4, 0.2), ("AVIF", 4, 0.2)],
)
def test_an_animation_tells_its_frames_and_its_time(look, kind, frames, duration):
    facts = look(animation(kind)).facts

    assert (facts.frames, facts.duration) == (frames, duration)
    assert (facts.width, facts.height) == (48, 32)


def test_frames_are_cut_to_what_a_database_holds(look, monkeypatch):
    monkeypatch.setattr("homebooru.files.probe.MOST_FRAMES", 3)

    assert look(animation("GIF", frames=5)).facts.frames == 3


def test_noise_in_any_file_is_a_picture_or_a_named_reason(look):
    dice = random.Random(7)
    kinds = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "JXL", "BMP"]
    files = [encoded(picture(), kind) for kind in kinds] + [film("mp4"), film("webm")]
    for data in files * 25:
        noisy = bytearray(data)
        for _ in range(dice.choice([1, 3, 20])):
            noisy[dice.randrange(len(noisy))] = dice.choice([0, 255, dice.randrange(256)])
        try:
            assert look(bytes(noisy)).thumbnails[SMALL]
        except Unreadable as reason:
            assert str(reason).endswith(".")  # noqa: PT017


def test_pages_of_a_tiff_are_frames_without_a_time(look):
    data = encoded(picture(), "TIFF", save_all=True, append_images=[picture(seed=1)])

    assert (look(data).facts.frames, look(data).facts.duration) == (2, None)


def test_a_turned_picture_tells_its_size_as_displayed(look):
    exif = Image.Exif()
    exif[0x0112] = 6
    rendering = look(jpeg(1200, 800, exif=exif))

    assert (rendering.facts.width, rendering.facts.height) == (800, 1200)
    assert thumbnail(rendering, LARGE).size == (667, 1000)


def test_a_small_picture_keeps_its_size(look):
    rendering = look(png(200, 100))

    assert thumbnail(rendering, LARGE).size == thumbnail(rendering, SMALL).size == (200, 100)


def test_thumbnails_keep_transparency(look):
    image = Image.new("RGBA", (500, 400), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 250, 400))

    found = thumbnail(look(encoded(image, "PNG")), SMALL)

    assert found.mode == "RGBA"
    assert found.getpixel((300, 100))[3] == 0


def test_the_pixel_digest_outlives_an_edit_of_metadata(look):
    exif = Image.Exif()
    exif[0x013B] = "somebody"

    assert (
        look(jpeg(exif=exif)).facts.pixel_digest
        == look(jpeg()).facts.pixel_digest
        != look(jpeg(seed=1)).facts.pixel_digest
    )


def test_equal_pixels_are_told_however_a_file_keeps_them_and_one_that_differs_is_seen(look):
    image = picture().convert("P")
    touched = image.convert("RGB")
    red, green, blue = touched.getpixel((3, 4))
    touched.putpixel((3, 4), (red, green, blue ^ 1))
    files = [encoded(image.convert("RGB"), "PNG", compress_level=level) for level in (1, 9)]
    files += [encoded(image, "PNG"), encoded(image.convert("RGBA"), "PNG"), encoded(image, "BMP")]

    assert len(set(files)) == 5
    [same] = {look(data).facts.pixel_digest for data in files}
    assert look(encoded(touched, "PNG")).facts.pixel_digest != same


def test_words_in_a_tiff_leave_its_pixel_digest_alone(look):
    plain = look(encoded(picture(), "TIFF")).facts

    assert look(encoded(picture(), "TIFF", description="x")).facts.pixel_digest == (
        plain.pixel_digest
    )


def test_another_file_in_its_place_is_told(tmp_path):
    (tmp_path / "x.png").write_bytes(png())
    path = os.fsencode(tmp_path / "x.png")

    with pytest.raises(FileGone, match="replaced"):
        probe(path, bytes(32), megapixels=50)
    (tmp_path / "x.png").write_bytes(film())
    with pytest.raises(FileGone, match="replaced"):
        probe(path, bytes(32), megapixels=50)
    (tmp_path / "x.png").unlink()
    with pytest.raises(FileGone):
        probe(path, bytes(32), megapixels=50)
