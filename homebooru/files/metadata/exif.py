"""EXIF: descriptions, dates, places and stars in the directories of a TIFF, or of a part of one."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.fields import Fields, place_at
from homebooru.domain.spelling import read_moment
from homebooru.files.metadata.blocks import BROKEN, Block, Kind, Span, until_broken
from homebooru.files.metadata.jpeg import in_photoshop_resources

DESCRIPTION, STARS, XMP, IPTC, PHOTOSHOP = 0x010E, 0x4746, 0x02BC, 0x83BB, 0x8649
EXIF, GPS = 0x8769, 0x8825
MAKE, MODEL = CAMERA = (0x010F, 0x0110)
TITLE, COMMENT, KEYWORDS, SUBJECT = 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F
TAKEN, ZONE, DIGITIZED, DIGITIZED_ZONE, ANY_ZONE = 0x9003, 0x9011, 0x9004, 0x9012, 0x9010
USER_COMMENT = 0x9286
OF_PICTURE = {DESCRIPTION, STARS, XMP, IPTC, PHOTOSHOP, EXIF, GPS}
OF_PICTURE |= {TITLE, COMMENT, KEYWORDS, SUBJECT, *CAMERA}
OF_SHOT = {TAKEN, ZONE, DIGITIZED, DIGITIZED_ZONE, ANY_ZONE, USER_COMMENT}
LATITUDE_SIDE, LATITUDE, LONGITUDE_SIDE, LONGITUDE = OF_PLACE = (1, 2, 3, 4)

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
SIZES |= {16: 8, 17: 8, 18: 8}  # of BigTIFF alone
NUMBERS = {1: "B", 3: "H", 4: "L", 13: "L", 16: "Q", 18: "Q"}
PROMPT = "Steps: "


@dataclass(frozen=True, slots=True)
class Form:
    """How the numbers of a TIFF are written: their byte order, and how wide they are."""

    order: str
    start: int = 4  # where the place of the first directory is told
    count: str = "H"
    offset: str = "L"

    @property
    def entry(self) -> str:
        """Return the form of an entry before its value: tag, type and amount."""
        return f"{self.order}HH{self.offset}"

    @property
    def width(self) -> int:
        """Return how long a value may be to lie in its entry, as long as the place of another."""
        return struct.calcsize(self.order + self.offset)


FORMS = {
    b"II*\0": Form("<"),
    b"MM\0*": Form(">"),
    b"II+\0": Form("<", 8, "Q", "Q"),
    b"MM\0+": Form(">", 8, "Q", "Q"),
}
"""The forms of TIFF, and of BigTIFF, by the bytes that a file begins with."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a directory, as bytes, with the number of its type."""

    type: int
    data: bytes


Directory = Mapping[int, Entry]


@dataclass(frozen=True, slots=True)
class Tiff:
    """The directories of a TIFF that tell something, and the byte order of their numbers."""

    order: str
    picture: Directory
    shot: Directory
    place: Directory


def read_exif(span: Span) -> tuple[Fields, list[Block]]:
    """Read what a TIFF says, and the blocks of other standards in it.

    Of a broken one, what lies before the break.
    """
    try:
        tiff = _read_tiff(span)
    except BROKEN:
        return Fields(), []
    return _fields(tiff), list(_blocks(tiff))


def read_camera(span: Span) -> str | None:
    """Return what took a picture, by its maker and name; None where that is not told."""
    try:
        picture = _read_tiff(span).picture
    except BROKEN:
        return None
    make, model = (_text(picture.get(tag)) for tag in CAMERA)
    return (model if model.startswith(make) else f"{make} {model}").strip() or None


def _read_tiff(span: Span) -> Tiff:
    span.go_to(0)
    form = FORMS.get(span.take(4))
    if form is None:
        raise ValueError("no TIFF")
    span.go_to(form.start)
    (start,) = span.numbers(form.order + form.offset)
    picture = _directory(span, form, start, OF_PICTURE)
    return Tiff(
        form.order,
        picture,
        _directory(span, form, _number(picture.get(EXIF), form.order) or 0, OF_SHOT),
        _directory(span, form, _number(picture.get(GPS), form.order) or 0, set(OF_PLACE)),
    )


def _directory(span: Span, form: Form, start: int, wanted: set[int]) -> Directory:
    """Read the wanted values of a directory; none where it cannot be."""
    found: dict[int, Entry] = {}
    try:
        span.go_to(start)
        (count,) = span.numbers(form.order + form.count)
        first, length = span.tell(), struct.calcsize(form.entry) + form.width
        for at in range(first, first + length * count, length) if start else ():
            span.go_to(at)
            tag, kind, amount = span.numbers(form.entry)
            if tag in wanted and kind in SIZES:
                found.setdefault(tag, _entry(span, form, kind, amount * SIZES[kind]))
    except BROKEN:
        pass
    return found


def _entry(span: Span, form: Form, kind: int, size: int) -> Entry:
    if size > form.width:
        span.go_to(*span.numbers(form.order + form.offset))
    return Entry(kind, span.take(size))


def _fields(tiff: Tiff) -> Fields:
    picture, shot = tiff.picture, tiff.shot
    texts = [_text(picture.get(DESCRIPTION))]
    texts += [_wide_text(picture.get(tag)) for tag in (COMMENT, SUBJECT, TITLE)]
    texts.append(_comment(shot.get(USER_COMMENT), tiff.order))
    return Fields(
        words=tuple(w.strip() for w in _wide_text(picture.get(KEYWORDS)).split(";") if w.strip()),
        stars=_number(picture.get(STARS), tiff.order),
        description=next((text for text in texts if text), None),
        place=_place(tiff),
        taken_at=_moment(shot, TAKEN, ZONE) or _moment(shot, DIGITIZED, DIGITIZED_ZONE),
    )


def _blocks(tiff: Tiff) -> Iterator[Block]:
    if XMP in tiff.picture:
        yield Block(Kind.XMP, tiff.picture[XMP].data)
    if IPTC in tiff.picture:
        yield Block(Kind.IPTC, _in_file_order(tiff.picture[IPTC], tiff.order))
    elif PHOTOSHOP in tiff.picture:
        yield from until_broken(in_photoshop_resources(tiff.picture[PHOTOSHOP].data))


def _in_file_order(entry: Entry, order: str) -> bytes:
    """Undo the swapping of bytes that some programs do who call IPTC a list of numbers."""
    if entry.type != 4 or entry.data[:1] == b"\x1c":
        return entry.data
    amount = len(entry.data) // 4
    other = ">" if order == "<" else "<"
    return struct.pack(f"{other}{amount}L", *struct.unpack(f"{order}{amount}L", entry.data))


def _number(entry: Entry | None, order: str) -> int | None:
    if entry is None or entry.type not in NUMBERS or len(entry.data) < SIZES[entry.type]:
        return None
    number: int = struct.unpack_from(order + NUMBERS[entry.type], entry.data)[0]
    return number


def _text(entry: Entry | None) -> str:
    """Decode a text: ASCII says the standard, UTF-8 say most who write it."""
    data = entry.data if entry else b""
    try:
        return data.decode("utf-8").strip("\0 \t\r\n")
    except UnicodeDecodeError:
        return data.decode("latin-1").strip("\0 \t\r\n")


def _wide_text(entry: Entry | None) -> str:
    """Decode a text of Windows' own."""
    return entry.data.decode("utf-16-le", "replace").strip("\0 \t\r\n") if entry else ""


def _comment(entry: Entry | None, order: str) -> str:
    """Decode a comment, whose first eight bytes name its characters.

    Image generators leave their prompts here, which describe no picture.
    """
    if entry is None:
        return ""
    characters, data = entry.data[:8].rstrip(b"\0 "), entry.data[8:]
    if characters == b"UNICODE":
        swapped = data[:2] == b"\xfe\xff" or (order == ">" and data[:2] != b"\xff\xfe")
        text = data.decode("utf-16-be" if swapped else "utf-16-le", "replace").lstrip("\ufeff")
    elif characters in (b"ASCII", b""):
        text = _text(Entry(7, data))
    else:
        return ""
    return "" if PROMPT in text else text.strip("\0 \t\r\n")


def _moment(shot: Directory, date: int, zone: int) -> datetime | None:
    offset = _text(shot.get(zone) or shot.get(ANY_ZONE))
    moment = _text(shot.get(date))
    return read_moment(moment + offset) or read_moment(moment)


def _place(tiff: Tiff) -> str | None:
    return place_at(
        _degrees(tiff, LATITUDE, LATITUDE_SIDE), _degrees(tiff, LONGITUDE, LONGITUDE_SIDE)
    )


def _degrees(tiff: Tiff, angle: int, side: int) -> float | None:
    entry = tiff.place.get(angle)
    if entry is None or entry.type != 5 or len(entry.data) < 24:
        return None
    numbers = struct.unpack_from(tiff.order + "6L", entry.data)
    if 0 in (numbers[1], numbers[3], numbers[5]):
        return None
    degrees = sum(numbers[i] / numbers[i + 1] / 60 ** (i // 2) for i in (0, 2, 4))
    return -degrees if _text(tiff.place.get(side)) in ("S", "W") else float(degrees)
