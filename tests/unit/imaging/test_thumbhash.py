import math

import numpy as np
import pytest
from PIL import Image

from homebooru.imaging.thumbhash import thumbhash
from tests.corpus import picture


def hash_of(image):
    return thumbhash(np.asarray(image.convert("RGBA")))


def decode(hashed):
    """Draw what a hash remembers, as a browser would: an array of RGBA, 0 to 1."""
    first, second = int.from_bytes(hashed[:3], "little"), int.from_bytes(hashed[3:5], "little")
    light, yellow, red = (
        (first & 63) / 63,
        (first >> 6 & 63) / 31.5 - 1,
        (first >> 12 & 63) / 31.5 - 1,
    )
    translucent, landscape = first >> 23 & 1, second >> 15
    most = 5 if translucent else 7
    columns, rows = (most, second & 7) if landscape else (second & 7, most)
    nibbles = iter(
        [n for byte in hashed[6 if translucent else 5 :] for n in (byte & 15, byte >> 4)]
    )
    ratio = (most if landscape else second & 7) / (second & 7 if landscape else most)
    width, height = (32, round(32 / ratio)) if ratio > 1 else (round(32 * ratio), 32)

    def plane(mean, scale, across, down):
        drawn = np.full((height, width), mean, float)
        x, y = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
        for v in range(down):
            for u in range(across):
                if u * down < across * (down - v) and (u or v):
                    factor = (next(nibbles) / 7.5 - 1) * scale * 2
                    wave = np.outer(np.cos(math.pi * v * y), np.cos(math.pi * u * x))
                    drawn += factor * wave
        return drawn

    lightness = plane(light, (first >> 18 & 31) / 31, max(3, columns), max(3, rows))
    p = plane(yellow, (second >> 3 & 63) / 63, 3, 3)
    q = plane(red, (second >> 9 & 63) / 63, 3, 3)
    alpha = np.ones((height, width))
    if translucent:
        alpha = plane((hashed[5] & 15) / 15, (hashed[5] >> 4) / 15, 5, 5)
    blue = lightness - 2 / 3 * p
    reds = (3 * lightness - blue + q) / 2
    return np.clip(np.dstack([reds, reds - q, blue, alpha]), 0, 1)


@pytest.mark.parametrize("colour", ["white", "black", "red", "lime", "blue", "teal", "gold"])
def test_a_plain_colour_comes_back(colour):
    image = Image.new("RGB", (40, 30), colour)

    drawn = decode(hash_of(image))

    assert np.abs(drawn[..., :3] - np.asarray(image)[0, 0] / 255).max() < 0.05


@pytest.mark.parametrize("size", [(100, 75), (75, 100), (100, 100), (100, 40)])
def test_what_is_remembered_looks_like_its_picture_and_no_other(size):
    pictures = [picture(*size, seed) for seed in range(6)]
    for number, image in enumerate(pictures):
        drawn = decode(hash_of(image))
        shape = (drawn.shape[1], drawn.shape[0])
        smalls = [np.asarray(other.resize(shape, Image.Resampling.BOX)) / 255 for other in pictures]
        distances = [np.abs(drawn[..., :3] - small).mean() for small in smalls]

        assert int(np.argmin(distances)) == number
        assert distances[number] < 0.2


def test_light_from_above_stays_above_and_from_the_left_stays_left():
    slope = Image.linear_gradient("L").resize((60, 60))  # black above
    down, right = (decode(hash_of(slope.rotate(turn)))[..., 0] for turn in (0, 90))

    assert down[-1].mean() - down[0].mean() > 0.6
    assert right[:, -1].mean() - right[:, 0].mean() > 0.6


def test_transparency_is_remembered():
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 20, 40))

    drawn = decode(hash_of(image))

    assert drawn[:, :8, 3].mean() > 0.85
    assert drawn[:, -8:, 3].mean() < 0.15
    assert drawn[:, :8, 0].mean() > 0.8


def test_nothing_at_all_can_be_hashed():
    assert len(hash_of(Image.new("RGBA", (3, 3), (0, 0, 0, 0)))) > 5
    assert len(hash_of(Image.new("RGB", (1, 1)))) > 5
    assert len(hash_of(Image.new("RGB", (100, 1), "red"))) > 5


def test_the_shape_is_told():
    wide, tall = hash_of(picture(100, 50)), hash_of(picture(50, 100))

    assert decode(wide).shape[:2] == (18, 32)
    assert decode(tall).shape[:2] == (32, 18)


def test_a_hash_is_small():
    assert len(hash_of(picture(100, 100))) <= 25
