"""Brings whatever modes pictures are stored in to plain 8-bit grey or sRGB, opaque or not."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL._imagingcms import CmsProfile

SRGB = ((0.436, 0.222, 0.014), (0.385, 0.717, 0.097), (0.143, 0.061, 0.714))
PLAIN = ("L", "LA", "RGB", "RGBA", "CMYK")


def to_plain(image: Image.Image) -> Image.Image:
    """Return 8-bit pixels that can be resized: L, LA, RGB, RGBA, or CMYK, whose profile waits."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image, np.uint16) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        image = Image.fromarray(_squeezed(np.asarray(image)))
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in PLAIN:
        image = image.convert("RGB")
    return _without_idle_alpha(image)


def _squeezed(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring numbers without an agreed range to 0..255."""
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    for most in (1.0, 255.0, 65_535.0):
        if low >= 0 and high <= most:
            return (values * (255 / most)).astype(np.uint8)
    return ((values - low) * (255 / (high - low or 1))).astype(np.uint8)


def _without_idle_alpha(image: Image.Image) -> Image.Image:
    """Drop an alpha channel that hides nothing: half of all PNGs have one, and it costs time."""
    if image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB" if image.mode == "RGBA" else "L")
    return image


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return RGB or RGBA pixels in sRGB; a profile that makes no sense is ignored."""
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    colours = image.convert(image.mode[:-1]) if alpha else image
    if profile:
        colours = _through(colours, profile)
    colours = colours.convert("RGB")
    if alpha:
        colours.putalpha(alpha)
    return colours


def _through(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        transform = _transform(profile, image.mode)
        return transform.apply(image) if transform else image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if mode == "RGB" and _is_srgb(source.profile):
        return None
    return ImageCms.ImageCmsTransform(
        source, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")), mode, "RGB"
    )


def _is_srgb(profile: CmsProfile) -> bool:
    """Tell whether a profile is what we want anyway: named so, and with its primaries."""
    primaries = (profile.red_colorant, profile.green_colorant, profile.blue_colorant)
    close = all(
        told is not None and max(abs(a - b) for a, b in zip(told[0], meant, strict=True)) < 0.01
        for told, meant in zip(primaries, SRGB, strict=True)
    )
    return close and "sRGB" in (profile.profile_description or "")


def on_white(image: Image.Image) -> Image.Image:
    """Return RGB pixels as seen on a white page."""
    return on_page(image, (255, 255, 255))


def on_page(image: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """Return RGB pixels as seen on a page of that colour."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, colour)
    return Image.alpha_composite(page, image).convert("RGB")
