"""Brings a picture into the square that a model looks at, to the pixel as it was trained."""

from __future__ import annotations

from PIL import Image

from homebooru.domain.taggers import Filter, Fit, Framing
from homebooru.imaging import colours
from homebooru.imaging.looks import turned
from homebooru.imaging.opening import Opened

FILTERS = {
    Filter.BICUBIC: Image.Resampling.BICUBIC,
    Filter.LANCZOS: Image.Resampling.LANCZOS,
}
STRIP = 256  # rows that are padded at a time: a long strip of a picture makes a huge square


def framed(opened: Opened, framing: Framing) -> Image.Image:
    """Return the picture as displayed, in sRGB, in the square that a model wants."""
    profile = opened.image.info.get("icc_profile")
    image = colours.to_plain(opened.image)
    image = colours.to_srgb(image, profile if isinstance(profile, bytes) else None)
    image = turned(colours.on_page(image, framing.background), opened.orientation)
    if framing.fit is Fit.SHRINK_THEN_PAD:
        return _shrunk_then_padded(image, framing)
    return _padded_then_shrunk(image, framing)


def _shrunk_then_padded(image: Image.Image, framing: Framing) -> Image.Image:
    side, longest = framing.side, max(image.size)
    width, height = (max(1, length * side // longest) for length in image.size)
    square = Image.new("RGB", (side, side), framing.background)
    small = image.resize((width, height), FILTERS[framing.filter])
    square.paste(small, ((side - width) // 2, (side - height) // 2))
    return square


def _padded_then_shrunk(image: Image.Image, framing: Framing) -> Image.Image:
    """Pad to a square and resize that, as Pillow would: across first, and then down.

    What is resized across is padded strip by strip, so that the square is never there as a whole.
    """
    side, longest = framing.side, max(image.size)
    left, top = ((longest - length) // 2 for length in image.size)
    narrow = Image.new("RGB", (side, longest), framing.background)
    for row in range(0, image.height, STRIP):
        below = min(row + STRIP, image.height)
        strip = Image.new("RGB", (longest, below - row), framing.background)
        strip.paste(image.crop((0, row, image.width, below)), (left, 0))
        narrow.paste(strip.resize((side, below - row), FILTERS[framing.filter]), (0, top + row))
    return narrow.resize((side, side), FILTERS[framing.filter])
