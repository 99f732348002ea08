"""What a file really is, told by how it begins; its name may lie."""

from __future__ import annotations

from enum import StrEnum

from homebooru.errors import NoPicture
from homebooru.phrases import phrase

HEAD = 4096


class Kind(StrEnum):
    """What can be shown; the value is its mime type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    WEBP = "image/webp"
    AVIF = "image/avif"
    HEIC = "image/heic"
    JXL = "image/jxl"
    BMP = "image/bmp"
    TIFF = "image/tiff"
    MP4 = "video/mp4"
    WEBM = "video/webm"


BEGINNINGS = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"\xff\x0a", Kind.JXL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.JXL),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"BM", Kind.BMP),
)
OTHERS = (
    (b"%PDF", phrase("a PDF document")),
    (b"PK\x03\x04", phrase("a ZIP archive")),
    (b"Rar!", phrase("a RAR archive")),
    (b"7z\xbc\xaf", phrase("a 7z archive")),
    (b"8BPS", phrase("a Photoshop document")),
    (b"FLV\x01", phrase("a Flash video")),
    (b"OggS", phrase("an Ogg file")),
    (b"\x7fELF", phrase("a program")),
    (b"MZ", phrase("a program")),
)
HEIC_BRANDS = frozenset(
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"]
)


def sniff(head: bytes) -> Kind:
    """Return what a file is that begins with `head`; raises NoPicture where it is none."""
    if not head:
        raise NoPicture(phrase("The file is empty."))
    for beginning, kind in BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _sniff_matroska(head)
    raise NoPicture(
        phrase("This is not a picture that HomeBooru can show: it is {what}.", what=_describe(head))
    )


def _sniff_boxes(head: bytes) -> Kind:
    length = min(max(int.from_bytes(head[:4], "big"), 16), len(head))
    main, brands = head[8:12], {head[i : i + 4] for i in range(16, length, 4)} | {head[8:12]}
    if main in (b"avif", b"avis"):
        return Kind.AVIF
    if main in HEIC_BRANDS:
        return Kind.AVIF if brands & {b"avif", b"avis"} else Kind.HEIC
    if main in (b"crx ", b"jp2 ", b"jpx "):
        name = main.decode().strip()
        raise NoPicture(
            phrase("This is not a picture that HomeBooru can show: it is a {name} file.", name=name)
        )
    return Kind.MP4


def _sniff_matroska(head: bytes) -> Kind:
    if b"webm" in head[:64]:
        return Kind.WEBM
    raise NoPicture(phrase("This is a Matroska film, not a WebM one; browsers cannot play it."))


def _describe(head: bytes) -> str:
    for beginning, name in OTHERS:
        if head.startswith(beginning):
            return name
    if not head.strip(b"\x00"):
        return phrase("nothing but zeros")
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return phrase("a web page")
    if start.startswith((b"<svg", b"<?xml")):
        return phrase("an XML or SVG document")
    if all(byte >= 32 or byte in b"\t\r\n\f\x1b" for byte in head):
        return phrase("text")
    return phrase("of no known format")
