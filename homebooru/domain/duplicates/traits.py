"""What the head of a picture file tells of how it was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileTraits:
    """Whether a file has EXIF, what camera took it, and how a JPEG was compressed (about 1 to 100).

    What could not be read, is no JPEG or was not looked at says nothing.
    """

    has_exif: bool = False
    camera: str | None = None
    quality: int | None = None
