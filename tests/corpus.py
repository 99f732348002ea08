"""Pictures made for tests: small, quick, the same every time, another one for each seed."""

from __future__ import annotations

import io
import random

from PIL import Image


def picture(width: int = 64, height: int = 48, seed: int = 0) -> Image.Image:
    """Draw soft patches of colour; two seeds look nothing alike."""
    dice = random.Random(seed)
    patches = Image.new("RGB", (5, 4))
    patches.putdata([tuple(dice.randbytes(3)) for _ in range(20)])
    return patches.resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """Return `image` as the bytes of a file of that kind."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "PNG", **options)


def jpeg(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "JPEG", **options)


def webp(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "WEBP", **options)


def gif(width: int = 64, height: int = 48, seed: int = 0, **options) -> bytes:
    return encoded(picture(width, height, seed), "GIF", **options)
