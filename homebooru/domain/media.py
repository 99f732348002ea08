"""What is known of a file and of the picture in it."""

from __future__ import annotations

import os
from dataclasses import dataclass

MIMES = {
    b"jpg": "image/jpeg",
    b"jpeg": "image/jpeg",
    b"jpe": "image/jpeg",
    b"jfif": "image/jpeg",
    b"png": "image/png",
    b"apng": "image/png",
    b"gif": "image/gif",
    b"webp": "image/webp",
    b"avif": "image/avif",
    b"avifs": "image/avif",
    b"heic": "image/heic",
    b"heif": "image/heif",
    b"hif": "image/heif",
    b"jxl": "image/jxl",
    b"bmp": "image/bmp",
    b"dib": "image/bmp",
    b"tif": "image/tiff",
    b"tiff": "image/tiff",
    b"mp4": "video/mp4",
    b"m4v": "video/mp4",
    b"webm": "video/webm",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file is unchanged without reading it: bytes and nanoseconds."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """Read it off a file's status; times beyond 1677 to 2262 are cut, as 64 bits hold no more."""
        return cls(status.st_size, max(-(2**63), min(status.st_mtime_ns, 2**63 - 1)))


@dataclass(frozen=True, slots=True)
class Digests:
    """The identity of a file's bytes."""

    sha256: bytes
    md5: bytes
    sha1: bytes
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What reading a picture tells.

    `width` and `height` are as displayed (orientation applied). `duration` is in seconds,
    `phash` a signed 64-bit number, `pixel_digest` a SHA-256 over the pixels alone, whatever
    words lie beside them in the file. `look` is what `homebooru.imaging.descriptor` says, in half
    precision. `damage` says what is wrong with a picture that could be
    read in part.
    """

    mime: str
    width: int
    height: int
    frames: int = 1
    duration: float | None = None
    has_sound: bool = False
    pixel_digest: bytes | None = None
    phash: int | None = None
    thumbhash: bytes | None = None
    look: bytes | None = None
    damage: str | None = None


def is_picture_name(name: bytes) -> bool:
    """Tell whether a file of this name is taken for a picture or a film that can be shown."""
    return _extension(name) in MIMES


def mime_of_name(name: bytes) -> str | None:
    """Return the type that a name promises; what is inside may be another."""
    return MIMES.get(_extension(name))


def is_video(mime: str | None) -> bool:
    return mime is not None and mime.startswith("video/")


def _extension(name: bytes) -> bytes:
    stem, dot, extension = name.rpartition(b".")
    return extension.lower() if dot and stem else b""
