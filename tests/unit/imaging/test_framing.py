import io
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from homebooru.domain.taggers import Filter, Fit, Framing
from homebooru.imaging.framing import framed
from homebooru.imaging.opening import Opened, open_picture
from homebooru.imaging.sniffing import Kind
from tests.unit.imaging.profiles import swapped_profile

CAMIE_2 = Framing(96, (124, 116, 104), Fit.SHRINK_THEN_PAD, Filter.LANCZOS)
CAMIE_1 = Framing(96, (0, 0, 0), Fit.SHRINK_THEN_PAD, Filter.LANCZOS)
WD = Framing(80, (255, 255, 255), Fit.PAD_THEN_SHRINK, Filter.BICUBIC)
FRAMINGS = {"camie 2": CAMIE_2, "camie 1": CAMIE_1, "wd": WD}
MODES = ("L", "LA", "RGB", "RGBA", "P", "1", "I;16")
TRANSPOSED = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270}


def made(mode, width, height, seed):
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    if mode == "I;16":
        return Image.fromarray((noise[..., 0].astype(np.uint16) << 8) | noise[..., 1])
    image = Image.fromarray(noise, "RGBA")
    if mode == "P":
        image = image.convert("RGB").quantize(16)
        image.info["transparency"] = 3
        return image
    return image if mode == "RGBA" else image.convert(mode)


def plain(image, framing):
    """What the authors of the models do, in so many words; a whole square is padded at once."""
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    rgba = np.asarray(image.convert("RGBA"), np.int64)
    alpha, page = rgba[..., 3:], np.array(framing.background)
    laid = (rgba[..., :3] * alpha + page * (255 - alpha)) / 255
    image = Image.fromarray(np.floor(laid + 0.5).astype(np.uint8), "RGB")
    side, longest = framing.side, max(image.size)
    if framing is WD:
        square = Image.new("RGB", (longest, longest), (255, 255, 255))
        square.paste(image, ((longest - image.width) // 2, (longest - image.height) // 2))
        return np.asarray(square.resize((side, side), Image.Resampling.BICUBIC))
    scale = Fraction(side, longest)
    width, height = (max(1, int(length * scale)) for length in image.size)
    square = Image.new("RGB", (side, side), framing.background)
    shrunk = image.resize((width, height), Image.Resampling.LANCZOS)
    square.paste(shrunk, ((side - width) // 2, (side - height) // 2))
    return np.asarray(square)


def gap(framing, opened, reference):
    return np.abs(np.asarray(framed(opened, framing)).astype(int) - reference).max()


@settings(deadline=None)
@given(
    st.sampled_from(sorted(FRAMINGS)),
    st.sampled_from(MODES),
    st.tuples(st.integers(1, 700), st.integers(1, 700)),
    st.sampled_from([1, 3, 6]),
    st.integers(0, 9),
)
def test_pictures_come_as_the_models_were_trained(name, mode, size, orientation, seed):
    framing, image = FRAMINGS[name], made(mode, *size, seed)
    turn = TRANSPOSED.get(orientation)
    reference = plain(image if turn is None else image.transpose(turn), framing)

    # laying half transparent pixels on a page is rounded by Pillow in its own way
    allowed = 1 if mode in ("LA", "RGBA") else 0
    assert gap(framing, Opened(image, image.size, orientation), reference) <= allowed


def test_colours_of_a_profile_are_brought_to_srgb():
    image, seen = Image.new("RGB", (8, 8), (0, 0, 255)), Image.new("RGB", (8, 8), (255, 0, 0))
    image.info["icc_profile"] = swapped_profile()

    assert gap(CAMIE_1, Opened(image, image.size, 1), plain(seen, CAMIE_1)) <= 1


@pytest.mark.parametrize("name", sorted(FRAMINGS))
def test_the_first_frame_of_an_animation_counts(name):
    first, second = Image.new("RGB", (30, 20), "red"), Image.new("RGB", (30, 20), "blue")
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=[second])

    opened = open_picture(Kind.GIF, buffer.getvalue(), megapixels=1)

    assert gap(FRAMINGS[name], opened, plain(first, FRAMINGS[name])) == 0
