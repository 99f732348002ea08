"""IPTC-IIM, the older standard: numbered records of keywords, caption, date and place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from homebooru.domain.fields import Fields
from homebooru.domain.spelling import read_moment

CHARSET = (1, 90)
KEYWORDS, DATE, TIME, CAPTION = (2, 25), (2, 55), (2, 60), (2, 120)
NAMES_OF_A_PLACE = (2, 92), (2, 90), (2, 95), (2, 101)  # spot, city, state, country
UTF_8 = b"\x1b%G"


def read_iptc(data: bytes) -> Fields:
    """Read a block of IPTC; what comes after a broken record is not there."""
    records: defaultdict[tuple[int, int], list[bytes]] = defaultdict(list)
    for number, value in _records(data):
        records[number].append(value)
    marked = UTF_8 in records[CHARSET]
    texts = {
        number: [_decode(value, marked=marked) for value in values]
        for number, values in records.items()
    }
    names = [text for number in NAMES_OF_A_PLACE for text in texts.get(number, ())[:1] if text]
    return Fields(
        words=tuple(word for word in texts.get(KEYWORDS, ()) if word),
        description="\n".join(texts.get(CAPTION, ())) or None,
        place=", ".join(names) or None,
        taken_at=_moment(texts.get(DATE, [""])[0], texts.get(TIME, [""])[0]),
    )


def _records(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        number = data[at + 1], data[at + 2]
        length = int.from_bytes(data[at + 3 : at + 5])
        at += 5
        if length & 0x8000:  # the length of the length, for values over 32 KB
            wide = length & 0x7FFF
            length = int.from_bytes(data[at : at + wide])
            at += wide
        if at + length > len(data):
            return
        yield number, data[at : at + length]
        at += length


def _decode(value: bytes, *, marked: bool) -> str:
    """Decode a text; few programs mark UTF-8, and most write it."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        text = value.decode("utf-8" if marked else "latin-1", "replace")
    return text.strip("\0 \t\r\n")


def _moment(date: str, time: str) -> datetime | None:
    """Read `20240131` and `235959+0100`."""
    day = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", date)
    if not day:
        return None
    hour = re.fullmatch(r"(\d\d)(\d\d)(\d\d)([+-]\d{4})?", time)
    clock = f"{hour[1]}:{hour[2]}:{hour[3]}{hour[4] or ''}" if hour else "00:00:00"
    return read_moment(f"{day[1]}-{day[2]}-{day[3]} {clock}")
