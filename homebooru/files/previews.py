"""Small pictures that are sent to others: from the thumbnail, so nothing of the original is in them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from homebooru.files.thumbs import LARGE, ThumbStore
from homebooru.imaging.colours import on_white
from homebooru.imaging.looks import smaller
from homebooru.ports import Previews

SIDE, QUALITY = 720, 85


class ThumbPreviews(Previews):
    """JPEGs of at most 720 pixels: turned as they are seen, and without any metadata."""

    def __init__(self, thumbs: ThumbStore) -> None:
        self._thumbs = thumbs

    def preview(self, sha256: bytes) -> bytes | None:
        try:
            return as_preview(self._thumbs.path(sha256, LARGE))
        except (OSError, UnidentifiedImageError):
            return None


def as_preview(thumbnail: Path | BinaryIO) -> bytes:
    """Return a thumbnail as it is shown to others."""
    with Image.open(thumbnail, formats=["WEBP"]) as image:
        small = on_white(smaller(image, SIDE))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=QUALITY, exif=b"", icc_profile=None)
    return buffer.getvalue()
