"""Small pictures that are sent to others: from the thumbnail, so nothing of the original is in them."""

from __future__ import annotations

import io

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
            with Image.open(self._thumbs.path(sha256, LARGE), formats=["WEBP"]) as thumbnail:
                small = on_white(smaller(thumbnail, SIDE))
        except (OSError, UnidentifiedImageError):
            return None
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=QUALITY, exif=b"", icc_profile=None)
        return buffer.getvalue()
