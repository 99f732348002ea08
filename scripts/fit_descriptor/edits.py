"""What happens to pictures on their way through the world."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Edit = Callable[[Image.Image, random.Random], Image.Image]
WHITE, BLACK, GREY, GREEN = (255, 255, 255), (0, 0, 0), (128, 128, 128), (40, 90, 40)


def quarter(image: Image.Image, _: random.Random) -> Image.Image:
    return image.resize((max(8, image.width // 4), max(8, image.height // 4)))


def heavy_jpeg(image: Image.Image, _: random.Random) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer).convert("RGB")


def crop(image: Image.Image, chance: random.Random) -> Image.Image:
    """Keep 80 % of each side, anywhere."""
    width, height = image.size
    left, top = (length * chance.uniform(0, 0.2) for length in image.size)
    return image.crop((int(left), int(top), int(left + width * 0.8), int(top + height * 0.8)))


def corner(image: Image.Image, _: random.Random) -> Image.Image:
    """Keep 60 % of each side, at the upper left."""
    return image.crop((0, 0, int(image.width * 0.6), int(image.height * 0.6)))


def flip(image: Image.Image, _: random.Random) -> Image.Image:
    return ImageOps.mirror(image)


def hue(image: Image.Image, chance: random.Random) -> Image.Image:
    """Turn hues by 17° to 42°."""
    pixels = np.asarray(image.convert("HSV")).copy()
    pixels[..., 0] += np.uint8(chance.choice((-1, 1)) * chance.randint(12, 30) % 256)
    return Image.fromarray(pixels, "HSV").convert("RGB")


def light(image: Image.Image, chance: random.Random) -> Image.Image:
    brighter = ImageEnhance.Brightness(image).enhance(chance.choice((0.7, 1.3)))
    return ImageEnhance.Contrast(brighter).enhance(chance.choice((0.75, 1.3)))


def greyscale(image: Image.Image, _: random.Random) -> Image.Image:
    return image.convert("L").convert("RGB")


def watermark(image: Image.Image, chance: random.Random) -> Image.Image:
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    font = ImageFont.load_default(max(12, image.height // 9))
    ink = (*chance.choice((WHITE, BLACK)), 140)
    for top in range(0, image.height, max(40, image.height // 4)):
        left = chance.randint(0, max(1, image.width // 3))
        ImageDraw.Draw(layer).text((left, top), "SAMPLE sample SAMPLE", font=font, fill=ink)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def caption(image: Image.Image, chance: random.Random) -> Image.Image:
    """Put a line of text below."""
    band = max(12, image.height * 15 // 100)
    paper = Image.new("RGB", (image.width, image.height + band), chance.choice((WHITE, BLACK)))
    paper.paste(image, (0, 0))
    font = ImageFont.load_default(max(10, image.height // 12))
    text = "when a picture has a caption"
    ImageDraw.Draw(paper).text((5, image.height + 2), text, font=font, fill=GREY)
    return paper


def border(image: Image.Image, chance: random.Random) -> Image.Image:
    width = max(4, min(image.size) * chance.randint(5, 12) // 100)
    return ImageOps.expand(image, width, chance.choice((BLACK, WHITE, GREEN)))


def rotate(image: Image.Image, chance: random.Random) -> Image.Image:
    turned = chance.choice((-5, 5))
    return image.rotate(turned, Image.Resampling.BICUBIC, fillcolor=WHITE)


def blur(image: Image.Image, _: random.Random) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(image.size) * 0.008 + 1))


EDITS: dict[str, Edit] = {
    "resize to ¼": quarter,
    "JPEG 30": heavy_jpeg,
    "crop to 80 %": crop,
    "corner of 60 %": corner,
    "flip": flip,
    "hue": hue,
    "light, contrast": light,
    "greyscale": greyscale,
    "watermark": watermark,
    "caption": caption,
    "border": border,
    "rotate by 5°": rotate,
    "blur": blur,
}
