"""What is told from a picture's pixels: small renderings, hashes of its look, a digest."""

from __future__ import annotations

import hashlib
import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homebooru.domain.similarity import PIECES, signed
from homebooru.imaging import colours, thumbhash
from homebooru.imaging.opening import Opened

QUALITY, EFFORT = 80, 4
GAP = 2.0  # as good as libvips (SSIM .998 against a full Lanczos), and half the cost of 3
WAVES, GRID = 8, 32
STRIP = 256
EXACT = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})  # all of which RGBA tells without loss
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def shrink(opened: Opened, side: int) -> Image.Image:
    """Return the picture as displayed, in sRGB, its longer side at most `side`."""
    profile = opened.image.info.get("icc_profile")
    size = fitted(opened.size, side)
    image = colours.to_plain(opened.image)
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=GAP)
    image = colours.to_srgb(image, profile if isinstance(profile, bytes) else None)
    image = turned(image, opened.orientation)
    image.info = {}  # or EXIF and profiles would travel into the thumbnails
    return image


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """Return pixels as they are to be displayed."""
    turn = TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the size that fits into a square of `side`; never larger than it was."""
    longest = max(size)
    if longest <= side:
        return size
    width, height = (max(1, round(length * side / longest)) for length in size)
    return width, height


def smaller(image: Image.Image, side: int) -> Image.Image:
    size = fitted(image.size, side)
    return image if size == image.size else image.resize(size, Image.Resampling.BICUBIC)


def to_webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=EFFORT)
    return buffer.getvalue()


def perceptual_hash(image: Image.Image) -> int:
    """Return 64 bits of how a picture looks, as a signed number.

    Each bit tells whether one of the 8 x 8 lowest cosine waves of its lightness is above their
    median. Always taken from the large rendering, so that it stays the same for a picture.
    """
    grey = colours.on_white(image).convert("L")
    return hash_of_light(grey.resize((GRID, GRID), Image.Resampling.BICUBIC))


def hash_of_light(grey: Image.Image) -> int:
    """Return the hash of 32 x 32 grey pixels."""
    return _packed(_above(grey) > 0)


def doubts_of_light(grey: Image.Image) -> int:
    """Return which bits of such a hash a slight change turns first: one of each quarter."""
    near = np.abs(_above(grey)).reshape(PIECES, -1)
    doubted = np.zeros(near.shape, bool)
    doubted[np.arange(PIECES), near.argmin(1)] = True
    return _packed(doubted)


def _above(grey: Image.Image) -> NDArray[np.float64]:
    """Return how far the lowest waves are above their median."""
    waves = _waves() @ np.asarray(grey, np.float64) @ _waves().T
    waves = np.round(waves, 3)  # so that plain areas do not hash the noise of arithmetic
    return waves.flatten() - np.median(waves)


def _packed(bits: NDArray[np.bool_]) -> int:
    return signed(int.from_bytes(np.packbits(bits).tobytes(), "big"))


@cache
def _waves() -> NDArray[np.float64]:
    return np.cos(np.pi / GRID * np.outer(np.arange(WAVES), np.arange(GRID) + 0.5))


def thumb_hash(image: Image.Image) -> bytes:
    tiny = smaller(image, thumbhash.SIDE).convert("RGBA")
    return thumbhash.thumbhash(np.asarray(tiny))


def digest_of_pixels(opened: Opened, frames: int) -> bytes:
    """Return a SHA-256 over decoded pixels: however they are compressed, and in whatever format."""
    image, is_exact = opened.image, opened.image.mode in EXACT
    mode = "RGBA" if is_exact else image.mode
    found = hashlib.sha256(f"{mode} {image.size} {opened.orientation} {frames}".encode())
    if not is_exact and (palette := image.getpalette()):
        found.update(bytes(palette))
    for top in range(0, image.height, STRIP):
        strip = image.crop((0, top, image.width, min(top + STRIP, image.height)))
        found.update((strip.convert(mode) if is_exact else strip).tobytes())
    return found.digest()
