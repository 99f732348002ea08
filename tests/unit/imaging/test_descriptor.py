"""What a picture looks like: close for the same picture in other clothes, far for another one."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from homebooru.imaging import descriptor
from scripts.fit_descriptor.edits import EDITS
from tests import corpus

GENTLE = ("resize to ¼", "JPEG 30", "flip", "light, contrast", "border", "rotate by 5°", "blur")
ALIKE = 0.7
KNOWN = (-0.05435, -0.10342, -0.15536, 0.25065, 0.05337, -0.01448)


def painting(seed, width=480, height=320):
    """A picture with large shapes and some detail, as pictures have."""
    chance = np.random.default_rng(seed)
    coarse = Image.fromarray(chance.integers(0, 255, (5, 7, 3), np.uint8))
    fine = Image.fromarray(chance.integers(0, 255, (40, 60, 3), np.uint8))
    size = (width, height)
    return Image.blend(coarse.resize(size, Image.BICUBIC), fine.resize(size, Image.BICUBIC), 0.25)


def alike(one, other):
    return float(descriptor.describe(one) @ descriptor.describe(other))


@pytest.mark.parametrize("edit", GENTLE)
def test_an_edited_picture_is_nearer_to_its_original_than_any_other_is(edit):
    pictures = [painting(seed) for seed in range(12)]
    for number, picture in enumerate(pictures):
        edited = EDITS[edit](picture, random.Random(number))
        likeness = [alike(edited, other) for other in pictures]
        assert int(np.argmax(likeness)) == number
        assert likeness[number] > ALIKE


@settings(max_examples=60, deadline=None)
@given(st.integers(16, 80), st.integers(16, 80), st.integers(0, 2**32 - 1), st.booleans())
def test_of_any_picture_it_is_a_direction_and_that_of_its_mirror_image(width, height, seed, plain):
    chance = np.random.default_rng(seed)
    pixels = chance.integers(0, 255, (height, width, 3), np.uint8)
    image = Image.fromarray(pixels[:1, :1].repeat(height, 0).repeat(width, 1) if plain else pixels)
    found = descriptor.describe(image)
    assert found.shape == (descriptor.DIMENSIONS,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    assert float(found @ descriptor.describe(ImageOps.mirror(image))) > 0.9


def test_borders_of_several_colours_are_cut_off_and_a_small_thing_on_a_page_is_left():
    picture = painting(1, 200, 200)
    framed = ImageOps.expand(ImageOps.expand(picture, 20, "white"), 15, "black")
    width, height = descriptor.without_border(framed).size
    assert 190 <= width <= 210
    assert 190 <= height <= 210
    page = Image.new("RGB", (400, 400), "white")
    page.paste(painting(2, 40, 40), (180, 180))
    assert descriptor.without_border(page).size == (400, 400)


def test_descriptions_stay_what_they_were():
    """They are kept in the database: other numbers would have to be another model."""
    found = descriptor.describe(corpus.picture(480, 320, seed=3).convert("RGB"))
    assert found[:6] == pytest.approx(KNOWN, abs=1e-3)
