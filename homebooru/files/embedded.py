"""What a picture file says of itself: XMP, IPTC and EXIF inside it."""

from __future__ import annotations

import io
from typing import BinaryIO

from homebooru.domain.fields import Fields, unite_fields
from homebooru.errors import Unreadable
from homebooru.files.metadata.blocks import Block, Kind, Span
from homebooru.files.metadata.containers import find_blocks, is_tiff
from homebooru.files.metadata.exif import read_exif
from homebooru.files.metadata.iptc import read_iptc
from homebooru.files.xmp.reading import read_xmp

BLANK = b"\0 \t\r\n"  # room that programs leave for XMP that is yet to be written


def read_embedded(file: BinaryIO) -> tuple[Fields, list[str]]:
    """Read the metadata inside a picture, and why some of it makes no sense.

    Never raises for what is in the file: a block that makes no sense says nothing, and the
    others are heard. Pixels are not touched. Where several know a thing, XMP goes before IPTC
    and IPTC before EXIF.
    """
    if is_tiff(file):
        exif, blocks = read_exif(Span(file))
    else:
        exif, blocks = Fields(), list(find_blocks(file))
    for block in [one for one in blocks if one.kind is Kind.EXIF]:
        more, inner = read_exif(Span(io.BytesIO(block.data)))
        exif, blocks = unite_fields([exif, more]), [*blocks, *inner]
    ordered = sorted(blocks, key=lambda block: block.kind.value)
    reasons: list[str] = []
    fields = []
    for block in ordered:
        try:
            fields.append(_read(block))
        except Unreadable as problem:
            reasons.append(str(problem))
    return unite_fields([*fields, exif]), reasons


def _read(block: Block) -> Fields:
    match block.kind:
        case Kind.XMP:
            return read_xmp(block.data) if block.data.strip(BLANK) else Fields()
        case Kind.IPTC:
            return read_iptc(block.data)
        case Kind.DESCRIPTION:
            return Fields(description=block.data.decode("utf-8", "replace"))
        case Kind.EXIF:
            return Fields()
