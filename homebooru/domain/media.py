"""What is known of a file and of the picture in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file is unchanged without reading it: bytes and nanoseconds."""

    size: int
    mtime_ns: int


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
    `phash` a signed 64-bit number, `pixel_digest` a SHA-256 over the decoded pixels. `damage`
    says what is wrong with a picture that could be read in part.
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
    damage: str | None = None
