"""Which decoders open pictures and films here, and whether they are known to be unsafe."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from types import ModuleType

from homebooru.errors import Unreadable
from homebooru.imaging.sniffing import Kind
from homebooru.phrases import phrase

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
YOUNGER = {("FFmpeg", 9): ("9.0.2", "CVE-2026-125174")}
"""The same of a branch that came later, and had holes of its own."""
OPENERS = {
    Kind.JPEG: ("Pillow", "libjpeg-turbo"),
    Kind.PNG: ("Pillow",),
    Kind.GIF: ("Pillow",),
    Kind.WEBP: ("Pillow", "libwebp"),
    Kind.AVIF: ("Pillow", "libavif"),
    Kind.HEIC: ("Pillow", "libheif"),
    Kind.JXL: ("Pillow", "JPEG XL"),
    Kind.BMP: ("Pillow",),
    Kind.TIFF: ("Pillow", "libtiff"),
    Kind.MP4: ("FFmpeg",),
    Kind.WEBM: ("FFmpeg",),
}
# As in 5.1.6-0+deb12u1: Debian and its like close holes without taking a newer version.
DISTRIBUTED = re.compile(r"\d[\d.]*-\d[\w.+~]*")


@dataclass(frozen=True, slots=True)
class Decoder:
    """A library that decodes what strangers made; without a version it cannot be loaded."""

    name: str
    version: str | None

    @property
    def least(self) -> str:
        return self._floor[0]

    @property
    def hole(self) -> str:
        return self._floor[1]

    @property
    def _floor(self) -> tuple[str, str]:
        branch = next(iter(_numbers(self.version or "")), 0)
        return YOUNGER.get((self.name, branch), LEAST[self.name])

    @property
    def is_distributed(self) -> bool:
        """Tell whether a distribution keeps it, of which the number does not say what is closed."""
        return self.version is not None and DISTRIBUTED.fullmatch(self.version) is not None

    @property
    def is_safe(self) -> bool:
        if self.version is None:
            return False
        return self.is_distributed or _numbers(self.version) >= _numbers(self.least)


def decoders() -> tuple[Decoder, ...]:
    """Return every decoder that there should be."""
    return tuple(Decoder(name, look()) for name, look in LOOKS.items())


@cache  # of what is well: errors are raised anew
def check_decoders(kind: Kind) -> None:
    """Raise Unreadable where files of a kind would be opened by what has a known hole."""
    for name in OPENERS[kind]:
        one = Decoder(name, LOOKS[name]())
        if one.version is None:
            raise Unreadable(
                phrase(
                    "No {kind} file is opened: {name} cannot be loaded here. Run scripts/start "
                    "again, then let thumbnails be made anew on the page System.",
                    kind=kind.name,
                    name=name,
                )
            )
        if not one.is_safe:
            raise Unreadable(
                phrase(
                    "No {kind} file is opened: {name} {version} has a known hole ({hole}). Run "
                    "scripts/start again, then let thumbnails be made anew on the page System.",
                    kind=kind.name,
                    name=name,
                    version=one.version,
                    hole=one.hole,
                )
            )


def _pillow() -> str | None:
    return version("pillow") if _load("PIL.features") else None


def _within_pillow(key: str) -> str | None:
    features = _load("PIL.features")
    return features.version(key) if features else None


def _libheif() -> str | None:
    heif = _load("pillow_heif")
    return heif.libheif_version() if heif else None


def _ffmpeg() -> str | None:
    av = _load("av")
    return av.ffmpeg_version_info if av else None


def _jpeg_xl() -> str | None:
    return version("pillow-jxl-plugin") if _load("pillow_jxl") else None


LOOKS: Mapping[str, Callable[[], str | None]] = {
    "Pillow": _pillow,
    "libwebp": partial(_within_pillow, "webp"),
    "libjpeg-turbo": partial(_within_pillow, "libjpeg_turbo"),
    "libtiff": partial(_within_pillow, "libtiff"),
    "libavif": partial(_within_pillow, "avif"),
    "libheif": _libheif,
    "FFmpeg": _ffmpeg,
    "JPEG XL": _jpeg_xl,
}
"""How the version of each is found; what is loaded for it is loaded for its files anyway."""


def _load(module: str) -> ModuleType | None:
    try:
        return import_module(module)
    except ImportError:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
