"""What opens the pictures here: versions of the decoders, and the oldest that are safe."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version

OLDEST_WEBP = (1, 3, 2)  # below it a crafted WebP runs code (CVE-2023-4863)


def decoder_versions() -> dict[str, str | None]:
    """Return decoders by what they are for; None where one cannot be loaded."""
    return dict(_look())


def is_safe_webp(libwebp: str) -> bool:
    """Tell whether a libwebp is free of the hole that was used in the wild."""
    return tuple(int(part) for part in libwebp.split(".")[:3]) >= OLDEST_WEBP


def _look() -> Iterator[tuple[str, str | None]]:
    from PIL import features  # noqa: PLC0415 (decoders are slow to load)

    yield "Pillow", version("pillow")
    yield "libjpeg-turbo", features.version_feature("libjpeg_turbo")
    yield "libwebp", features.version_module("webp")
    yield "libavif", features.version_module("avif")
    yield "libtiff", features.version_codec("libtiff")
    for name, module, attribute in (
        ("libheif", "pillow_heif", "libheif_version"),
        ("FFmpeg", "av", "ffmpeg_version_info"),
    ):
        yield name, _version_inside(module, attribute)
    yield "JPEG XL", version("pillow-jxl-plugin") if _loads("pillow_jxl") else None


def _version_inside(module: str, attribute: str) -> str | None:
    if not _loads(module):
        return None
    found = getattr(import_module(module), attribute)
    return str(found() if callable(found) else found)


def _loads(module: str) -> bool:
    try:
        import_module(module)
    except ImportError:
        return False
    return True
