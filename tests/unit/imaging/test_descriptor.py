"""What a picture looks like: close for the same picture in other clothes, far for another one."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont, ImageOps

from homebooru.imaging import descriptor
from homebooru.imaging.inner import inner_box
from scripts.fit_descriptor.edits import EDITS
from tests import corpus

GENTLE = ("resize to ¼", "JPEG 30", "flip", "light, contrast", "border", "rotate by 5°", "blur")
ALIKE = 0.7
KNOWN = (0.01806, -0.11395, 0.13130, 0.20530, -0.22180, 0.20273)


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
    originals = np.stack([descriptor.describe(picture) for picture in pictures])
    for number, picture in enumerate(pictures):
        edited = EDITS[edit](picture, random.Random(number))
        likeness = originals @ descriptor.describe(edited)
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


@pytest.mark.parametrize("paper", ["white", "black"])
def test_a_text_below_does_not_count_also_where_picture_and_band_are_of_one_paper(paper):
    page = Image.new("RGB", (300, 300), "white")
    page.paste(painting(4, 200, 280), (50, 10))
    for picture in (painting(3), page):
        band = picture.height * 15 // 100
        captioned = Image.new("RGB", (picture.width, picture.height + band), paper)
        captioned.paste(picture, (0, 0))
        ink = ImageDraw.Draw(captioned)
        font = ImageFont.load_default(picture.height // 12)
        ink.text((5, picture.height + 2), "words below", font=font, fill="grey")
        assert alike(picture, captioned) > 0.95


def test_borders_of_several_colours_are_cut_off_and_a_small_thing_on_a_page_is_left():
    picture = painting(1, 200, 200)
    framed = ImageOps.expand(ImageOps.expand(picture, 20, "white"), 15, "black")
    assert inner_box(framed) == pytest.approx((35, 35, 235, 235), abs=5)
    page = Image.new("RGB", (400, 400), "white")
    page.paste(painting(2, 40, 40), (180, 180))
    assert inner_box(page) == (0, 0, 400, 400)


def test_descriptions_stay_what_they_were():
    """They are kept in the database: other numbers would have to be another model."""
    found = descriptor.describe(corpus.picture(480, 320, seed=3).convert("RGB"))
    assert found[:6] == pytest.approx(KNOWN, abs=1e-3)
