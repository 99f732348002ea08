"""Pictures drawn from a number, and what becomes of pictures: what the bench of duplicates plants."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

WIDTH, HEIGHT = 320, 240
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "naps"]
SAME, VARIANT = "same", "variant"


@lru_cache(512)
def painted(seed: int) -> Image.Image:
    """Draw a picture: light, large shapes, many small ones, some texture."""
    chance = np.random.default_rng(seed)
    size = (WIDTH, HEIGHT) if seed % 3 else (HEIGHT, WIDTH)
    coarse = chance.integers(30, 225, (4, 4, 3), np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for number in range(26):
        most = 150 if number < 6 else 40
        left, top = int(chance.integers(-40, size[0])), int(chance.integers(-40, size[1]))
        box = (left, top, left + int(chance.integers(6, most)), top + int(chance.integers(6, most)))
        ink = tuple(int(part) for part in chance.integers(0, 255, 3))
        shape = (draw.ellipse, draw.rectangle)[number % 2]
        shape(box, fill=ink)
    for _ in range(12):
        ends = [int(chance.integers(0, size[0 if at % 2 == 0 else 1])) for at in range(4)]
        draw.line(ends, fill=tuple(int(part) for part in chance.integers(0, 255, 3)), width=2)
    return image


def _saved(image: Image.Image, kind: str, **options: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return Image.open(buffer).convert("RGB")


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _text(image: Image.Image, chance: random.Random) -> Image.Image:
    image = image.copy()
    place = (chance.randint(5, image.width // 2), chance.randint(5, image.height - 40))
    words = " ".join(chance.sample(WORDS, 3))
    ink = ImageDraw.Draw(image)
    ink.text(place, words, fill="white", stroke_width=1, stroke_fill="black", font_size=20)
    return image


def _bubble(image: Image.Image, chance: random.Random) -> Image.Image:
    image = image.copy()
    left, top = chance.randint(0, image.width - 90), chance.randint(0, image.height - 50)
    ink = ImageDraw.Draw(image)
    ink.ellipse((left, top, left + 85, top + 45), fill="white", outline="black")
    return image


def _hue(image: Image.Image, chance: random.Random) -> Image.Image:
    pixels = np.asarray(image.convert("HSV")).copy()
    pixels[..., 0] += np.uint8(chance.randint(25, 60))
    return Image.fromarray(pixels, "HSV").convert("RGB")


def _crop(image: Image.Image, share: float, chance: random.Random) -> Image.Image:
    width, height = round(image.width * share), round(image.height * share)
    left, top = chance.randint(0, image.width - width), chance.randint(0, image.height - height)
    return image.crop((left, top, left + width, top + height))


CHANGES: dict[str, tuple[str, Callable[[Image.Image, random.Random], Image.Image]]] = {
    "other format": (SAME, lambda one, _: one),
    "JPEG 85": (SAME, lambda one, _: _saved(one, "JPEG", quality=85)),
    "JPEG 40": (SAME, lambda one, _: _saved(one, "JPEG", quality=40)),
    "WebP 60": (SAME, lambda one, _: _saved(one, "WEBP", quality=60, method=0)),
    "resize to 1/2": (SAME, lambda one, _: _scaled(one, 0.5)),
    "resize to 3/4, JPEG 60": (SAME, lambda one, _: _saved(_scaled(one, 0.75), "JPEG", quality=60)),
    "slight blur": (SAME, lambda one, _: one.filter(ImageFilter.GaussianBlur(0.7))),
    "text": (VARIANT, _text),
    "speech bubble": (VARIANT, _bubble),
    "hue": (VARIANT, _hue),
    "greyscale": (VARIANT, lambda one, _: ImageOps.grayscale(one).convert("RGB")),
    "darker": (VARIANT, lambda one, _: ImageEnhance.Brightness(one).enhance(0.75)),
    "crop to 90 %": (VARIANT, lambda one, chance: _crop(one, 0.9, chance)),
    "crop to 70 %": (VARIANT, lambda one, chance: _crop(one, 0.7, chance)),
    "border": (VARIANT, lambda one, chance: ImageOps.expand(one, chance.randint(10, 30), "black")),
    "flip": (VARIANT, lambda one, _: ImageOps.mirror(one)),
}
"""What is done to a picture, and whether it then is the same picture or a variant."""


def changed(seed: int, name: str, salt: int) -> Image.Image:
    return CHANGES[name][1](painted(seed), random.Random(salt))  # noqa: S311
