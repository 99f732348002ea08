"""Which decoders open pictures and films here, and whether they are known to be unsafe."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import features

from homebooru.errors import HomeBooruError


@dataclass(frozen=True, slots=True)
class Decoder:
    """A library that decodes what strangers made; below `least` it has holes that are known."""

    name: str
    version: str
    least: str

    @property
    def is_safe(self) -> bool:
        return _numbers(self.version) >= _numbers(self.least)


def decoders() -> tuple[Decoder, ...]:
    """Return every decoder there is, with its version."""
    import av  # noqa: PLC0415 (large, and asked for by few)
    import pillow_heif  # noqa: PLC0415

    pillow = {
        "Pillow": ("pil", "11.3.0"),
        "libwebp": ("webp", "1.3.2"),  # CVE-2023-4863
        "libjpeg-turbo": ("libjpeg_turbo", "2.1.4"),
        "libtiff": ("libtiff", "4.5.1"),
        "libavif": ("avif", "1.1.1"),
    }
    found = [Decoder(name, _version(key), least) for name, (key, least) in pillow.items()]
    found.append(Decoder("libheif", pillow_heif.libheif_version(), "1.19.5"))
    codecs = ".".join(map(str, av.library_versions["libavcodec"]))
    found.append(Decoder("libavcodec", codecs, "60.31.102"))
    return tuple(found)


def check_decoders() -> None:
    """Raise HomeBooruError, naming them, where decoders are known to be unsafe."""
    unsafe = [one for one in decoders() if not one.is_safe]
    if unsafe:
        named = ", ".join(f"{one.name} {one.version} (at least {one.least})" for one in unsafe)
        raise HomeBooruError(
            f"These libraries open pictures with known holes: {named}. Update the environment."
        )


def _version(feature: str) -> str:
    return features.version(feature) or "0"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
