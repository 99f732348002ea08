"""Compares pictures by the thumbnails that are kept of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

from homebooru.domain.duplicates.fingerprints import Fingerprint
from homebooru.domain.duplicates.kinds import Comparison, Kind
from homebooru.files.thumbs import LARGE, SMALL, ThumbStore
from homebooru.imaging.colours import on_white
from homebooru.imaging.comparing import compare
from homebooru.imaging.fingerprints import take_fingerprint
from homebooru.ports import PictureComparer

HELD = 64  # pictures that are compared with several others
Opening = Callable[[bytes], Image.Image | None]


class ThumbComparer(PictureComparer):
    """Looks at small thumbnails; what seems to be a copy there is looked at larger."""

    def __init__(self, thumbs: ThumbStore) -> None:
        self._thumbs = thumbs
        self._small: Opening = lru_cache(HELD)(self._open)

    def fingerprint(self, key: bytes) -> Fingerprint | None:
        image = self._open(key)
        return None if image is None else take_fingerprint(image)

    def compare(self, one: bytes, other: bytes) -> Comparison | None:
        first, second = self._small(one), self._small(other)
        if first is None or second is None:
            return None
        found = compare(first, second)
        if found is None or found.kind is not Kind.COPY or max(first.size) < SMALL:
            return found
        first, second = self._open(one, LARGE), self._open(other, LARGE)
        return found if first is None or second is None else compare(first, second)

    def _open(self, key: bytes, size: int = SMALL) -> Image.Image | None:
        try:
            with Image.open(self._thumbs.path(key, size), formats=["WEBP"]) as image:
                return on_white(image)
        except (OSError, UnidentifiedImageError):
            return None
