"""What one picture is of another: copies of any kind are copies, and who changed it is told."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.imaging.comparing import compare


def painting(seed, size=(480, 320)):
    """Paint something with large and small shapes, as a picture has."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 255, (5, 7, 3), np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        left, top = (int(chance.integers(0, length)) for length in size)
        width, height = (int(chance.integers(8, 90)) for _ in range(2))
        ink = tuple(int(part) for part in chance.integers(0, 255, 3))
        draw.ellipse((left, top, left + width, top + height), fill=ink)
    return image


def saved(image, kind, quality):
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=quality)
    return Image.open(buffer).convert("RGB")


def with_text(image):
    image = image.copy()
    ImageDraw.Draw(image).text((150, 120), "What a day!", fill="white", font_size=24)
    return image


def turned_hue(image, turn=70):
    pixels = np.asarray(image.convert("HSV")).copy()
    pixels[..., 0] += np.uint8(turn)
    return Image.fromarray(pixels, "HSV").convert("RGB")


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda one: one, Kind.COPY),
        (lambda one: saved(one, "JPEG", 25), Kind.COPY),
        (lambda one: saved(one, "WEBP", 60), Kind.COPY),
        (lambda one: one.resize((160, 107), Image.Resampling.LANCZOS), Kind.COPY),
        (lambda one: saved(one.resize((240, 160)), "JPEG", 50), Kind.COPY),
        (with_text, Kind.RETOUCHED),
        (turned_hue, Kind.COLOURS),
        (lambda one: one.convert("L").convert("RGB"), Kind.COLOURS),
        (lambda one: ImageEnhance.Brightness(one).enhance(0.7), Kind.COLOURS),
        (ImageOps.mirror, Kind.MIRRORED),
        (lambda one: one.crop((60, 30, 420, 290)), Kind.PART),
        (lambda one: ImageOps.expand(one, 40, "black"), Kind.PART),
    ],
)
def test_what_became_of_a_picture_is_told_from_both_sides(seed, change, kind):
    one, other = painting(seed), change(painting(seed))
    assert [compare(one, other).kind, compare(other, one).kind] == [kind, kind]


@pytest.mark.parametrize("seed", range(4, 12))
def test_a_small_signature_makes_a_variant_and_compression_does_not(seed):
    plain = painting(seed, (900, 600))
    signed = plain.copy()
    light = np.asarray(plain.crop((850, 580, 900, 600)).convert("L")).mean()
    ink = tuple([int(light) + (60 if light < 128 else -60)] * 3)
    ImageDraw.Draw(signed).text((850, 582), "ada 26", fill=ink, font_size=13)
    assert compare(plain, saved(plain, "JPEG", 60)).kind is Kind.COPY
    assert compare(plain, plain.resize((640, 427), Image.Resampling.LANCZOS)).kind is Kind.COPY
    assert compare(plain, saved(signed, "JPEG", 80)).kind is Kind.RETOUCHED


def figure(seed, lean=0):
    """Draw a little figure on nothing, as games have them; `lean` is how far it moves its arm."""
    chance = np.random.default_rng(seed)
    image, inks = Image.new("RGB", (72, 72), "white"), chance.integers(0, 200, (4, 3))
    head, body, arm, shade = (tuple(int(part) for part in ink) for ink in inks)
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 60, 54, 68), fill=shade)
    draw.rectangle((28, 28, 44, 62), fill=body)
    draw.ellipse((28, 10, 44, 28), fill=head)
    draw.line((44, 34, 60, 44 - lean), fill=arm, width=3)
    return image


@pytest.mark.parametrize("seed", range(6))
def test_frames_of_an_animation_and_things_of_another_colour_are_no_copies(seed):
    still = figure(seed)
    for near in (figure(seed, lean=2), figure(seed, lean=12), turned_hue(still, 40)):
        found = compare(saved(still, "WEBP", 80), saved(near, "WEBP", 80))
        assert found is None or found.kind not in SAME
    again = compare(saved(still, "WEBP", 80), saved(saved(still, "JPEG", 80), "WEBP", 80))
    assert again.kind is Kind.COPY


def test_pictures_that_only_share_a_background_are_nothing_to_each_other():
    plain = [Image.new("RGB", (300, 300), "white") for _ in range(2)]
    ImageDraw.Draw(plain[0]).ellipse((100, 100, 200, 200), fill="red")
    ImageDraw.Draw(plain[1]).polygon([(150, 90), (90, 210), (210, 210)], fill="navy")
    assert compare(*plain) is None
    assert compare(painting(1), painting(4)) is None


def halo(radius, width):
    """Draw something faint on nothing, as games have them for light."""
    down, across = np.mgrid[-80:80, -80:80]
    glow = 10 * np.exp(-(((np.hypot(down, across) - radius) / width) ** 2))
    return saved(Image.fromarray((255 - glow).astype(np.uint8)).convert("RGB"), "WEBP", 80)


def rock(turn):
    """Draw a round thing before nothing, turned a little."""
    image, disc = Image.new("RGB", (200, 200), "white"), Image.new("L", (200, 200), 0)
    ImageDraw.Draw(disc).ellipse((30, 30, 170, 170), fill=255)
    grain = np.random.default_rng(8).integers(20, 110, (40, 40), np.uint8)
    texture = Image.fromarray(grain).resize((400, 400), Image.Resampling.BICUBIC).convert("RGB")
    image.paste(texture.crop((turn, 60, turn + 200, 260)), mask=disc)
    return saved(image, "WEBP", 80)


def test_what_is_faint_and_what_turns_before_nothing_is_no_copy_in_other_light_and_no_part():
    ring, glow = halo(50, 12), halo(0, 40)
    found = compare(ring, glow)
    assert found is None or found.kind not in SAME
    assert compare(ring, saved(ring, "JPEG", 60)).kind is Kind.COPY
    for turn in (12, 16):
        found = compare(rock(60), rock(60 + turn))
        assert found is None or found.kind is Kind.RETOUCHED
