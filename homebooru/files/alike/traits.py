"""Reads from two files' heads what tells which is the better one: EXIF, camera, JPEG quality."""

from __future__ import annotations

import io
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from homebooru.domain.duplicates.traits import FileTraits
from homebooru.files.metadata.blocks import BROKEN, Kind, Span
from homebooru.files.metadata.containers import find_blocks, is_tiff
from homebooru.files.metadata.exif import read_camera
from homebooru.ports import TraitReader

USUAL_STEPS = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
"""How coarsely lightness is kept at quality 50 (ITU-T T.81, table K.1)."""


class HeadReader(TraitReader):
    """Reads no more than the heads of files, and decodes no pixel."""

    def read(self, file: BinaryIO) -> FileTraits:
        try:
            blocks = [one.data for one in find_blocks(file) if one.kind is Kind.EXIF]
            spans = [Span(file)] if is_tiff(file) else [Span(io.BytesIO(one)) for one in blocks]
            cameras = [camera for span in spans if (camera := read_camera(span))]
            camera = cameras[0] if cameras else None
            return FileTraits(bool(spans), camera, _quality(file))
        except (*BROKEN, OSError):
            return FileTraits()


def _quality(file: BinaryIO) -> int | None:
    """Estimate by what number somebody asked for a JPEG: how coarse its steps are, beside the usual."""
    file.seek(0)
    try:
        with Image.open(file, formats=["JPEG"]) as image:
            steps: list[int] = list(getattr(image, "quantization", {}).get(0, ()))
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError):
        return None
    if len(steps) != len(USUAL_STEPS):
        return None
    coarse = 100 * sum(steps) / sum(USUAL_STEPS)
    return max(1, min(100, round(100 - coarse / 2 if coarse <= 100 else 5000 / coarse)))
