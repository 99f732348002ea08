"""Which decoders open pictures and films here, and whether they are known to be unsafe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

LEAST = {  # the oldest without the worst hole that is known, and that hole
    "Pillow": ("13.0.0", "CVE-2026-96639"),
    "libwebp": ("1.3.2", "CVE-2023-4863"),
    "libjpeg-turbo": ("3.0.0", "CVE-2023-2804"),
    "libtiff": ("4.7.1", "CVE-2025-9900"),
    "libavif": ("1.3.0", "CVE-2025-48174"),
    "libheif": ("1.23.4", "CVE-2026-84383"),
    "FFmpeg": ("8.1.2", "CVE-2026-8461"),
    "JPEG XL": ("1.3.1", "CVE-2024-11403"),  # the plugin that brought libjxl 0.11.1
}
PILLOW = {  # what Pillow calls those that it brings
    "libwebp": "webp",
    "libjpeg-turbo": "libjpeg_turbo",
    "libtiff": "libtiff",
    "libavif": "avif",
}


@dataclass(frozen=True, slots=True)
class Decoder:
    """A library that decodes what strangers made; without a version it cannot be loaded."""

    name: str
    version: str | None

    @property
    def least(self) -> str:
        return LEAST[self.name][0]

    @property
    def hole(self) -> str:
        return LEAST[self.name][1]

    @property
    def is_safe(self) -> bool:
        return self.version is not None and _numbers(self.version) >= _numbers(self.least)


def decoders() -> tuple[Decoder, ...]:
    """Return every decoder that there should be."""
    return tuple(_look())


def _look() -> Iterator[Decoder]:
    features = _load("PIL.features")
    yield Decoder("Pillow", version("pillow") if features else None)
    for name, key in PILLOW.items():
        yield Decoder(name, features.version(key) if features else None)
    heif, av = _load("pillow_heif"), _load("av")
    yield Decoder("libheif", heif.libheif_version() if heif else None)
    yield Decoder("FFmpeg", av.ffmpeg_version_info if av else None)
    yield Decoder("JPEG XL", version("pillow-jxl-plugin") if _load("pillow_jxl") else None)


def _load(module: str) -> ModuleType | None:
    try:
        return import_module(module)
    except ImportError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
