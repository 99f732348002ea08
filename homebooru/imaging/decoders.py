"""Which decoders open pictures and films here, and whether they are known to be unsafe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

PILLOW = {  # what Pillow calls it, and the oldest without holes that are known
    "libwebp": ("webp", "1.3.2"),  # CVE-2023-4863
    "libjpeg-turbo": ("libjpeg_turbo", "2.1.4"),
    "libtiff": ("libtiff", "4.5.1"),
    "libavif": ("avif", "1.1.1"),
}


@dataclass(frozen=True, slots=True)
class Decoder:
    """A library that decodes what strangers made; without a version it cannot be loaded."""

    name: str
    version: str | None
    least: str

    @property
    def is_safe(self) -> bool:
        return self.version is not None and _numbers(self.version) >= _numbers(self.least)


def decoders() -> tuple[Decoder, ...]:
    """Return every decoder that there should be."""
    return tuple(_look())


def _look() -> Iterator[Decoder]:
    features = _load("PIL.features")
    yield Decoder("Pillow", version("pillow") if features else None, "11.3.0")
    for name, (key, least) in PILLOW.items():
        yield Decoder(name, features.version(key) if features else None, least)
    heif, av = _load("pillow_heif"), _load("av")
    yield Decoder("libheif", heif.libheif_version() if heif else None, "1.19.5")
    yield Decoder("FFmpeg", av.ffmpeg_version_info if av else None, "6.1")
    yield Decoder("JPEG XL", version("pillow-jxl-plugin") if _load("pillow_jxl") else None, "1.3")


def _load(module: str) -> ModuleType | None:
    try:
        return import_module(module)
    except ImportError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
