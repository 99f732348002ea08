"""Reads the values of metatags: numbers with their units, ranges, dates, patterns."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import NoReturn, TypeVar

from homebooru.domain.query.dates import Ago, DateSpan, Period
from homebooru.domain.query.tokens import Piece
from homebooru.domain.query.tree import Interval
from homebooru.phrases import phrase

LARGEST = 10**15  # petabytes, and well inside what the database counts with
MAX_DIGITS = 20
COMPARISONS = (">=", "<=", ">", "<")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: what it is exactly, and the range it stands for by itself."""

    exact: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Unit:
    """How numbers of a kind are written; `read` returns None for what is no such number.

    `write` is what a number of the tree is written as; by itself it stands for just that number
    where `plain` says so. No number is larger than `most`.
    """

    wants: str
    read: Callable[[str], Amount | None]
    write: Callable[[int], str] = str
    plain: bool = True
    most: int = LARGEST


def read_intervals(name: str, piece: Piece, unit: Unit) -> tuple[Interval, ...]:
    """Read `5`, `>5`, `5..9`, `..9` and lists of them."""
    return tuple(dict.fromkeys(_interval(name, part, unit) for part in piece.split(",")))


def _interval(name: str, piece: Piece, unit: Unit) -> Interval:
    sign, left, right = _cut_range(piece)
    if sign == "..":
        ends = [_amount(name, part, unit).exact if part.text else None for part in (left, right)]
        if ends == [None, None]:
            piece.fail(phrase("{name}: wants {wants}.", name=name, wants=unit.wants))
        return _ordered(ends[0], ends[1])
    amount = _amount(name, left, unit)
    match sign:
        case ">":
            return Interval(min(amount.exact + 1, unit.most), None)
        case ">=":
            return Interval(amount.exact, None)
        case "<":
            return Interval(None, max(amount.exact - 1, -unit.most))
        case "<=":
            return Interval(None, amount.exact)
    return Interval(max(amount.low, -unit.most), min(amount.high, unit.most))


def _amount(name: str, piece: Piece, unit: Unit) -> Amount:
    found = unit.read(piece.text)
    if found is None:
        piece.fail(phrase("{name}: wants {wants}.", name=name, wants=unit.wants))
    if abs(found.exact) > unit.most:
        piece.fail(phrase("{name}: {text} is too large a number.", name=name, text=piece.text))
    return found


def _ordered(low: int | None, high: int | None) -> Interval:
    if low is not None and high is not None and low > high:
        return Interval(high, low)
    return Interval(low, high)


def _cut_range(piece: Piece) -> tuple[str, Piece, Piece]:
    """Return the sign (`..`, a comparison, or nothing) and what stands beside it."""
    for sign in COMPARISONS:
        if piece.text.startswith(sign):
            return sign, piece.cut(len(sign)), piece
    left, dots, _ = piece.text.partition("..")
    if dots:
        return dots, piece.cut(0, len(left)), piece.cut(len(left) + len(dots))
    return "", piece, piece


def _decimal(text: str) -> Fraction | None:
    if len(text) > MAX_DIGITS or not re.fullmatch(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text):
        return None
    return Fraction(text)


def _half_up(number: Fraction) -> int:
    return math.floor(number + Fraction(1, 2))


def _whole(text: str) -> Amount | None:
    if len(text) > MAX_DIGITS or not re.fullmatch(r"-?[0-9]+", text):
        return None
    number = int(text)
    return Amount(number, number, number)


def _size(text: str) -> Amount | None:
    found = re.fullmatch(r"(-?[0-9.]+)(b|[kmgt]i?b?)?", text.lower())
    number = _decimal(found[1]) if found else None
    if not found or number is None:
        return None
    letter = (found[2] or "b")[0]
    size = math.floor(number * 1024 ** "bkmgt".index(letter))
    if letter == "b":
        return Amount(size, size, size)
    return Amount(size, size - size // 20, size + size // 20)


def _ratio(text: str) -> Amount | None:
    left, colon, right = text.partition(":" if ":" in text else "/")
    width, height = _decimal(left), _decimal(right) if colon else Fraction(1)
    if width is None or height is None or height <= 0:
        return None
    hundredths = _half_up(100 * width / height)
    return Amount(hundredths, hundredths, hundredths)


def _megapixels(text: str) -> Amount | None:
    number = _decimal(text)
    if number is None:
        return None
    digits = min(6, max(1, len(text.partition(".")[2])))
    pixels = math.floor(number * 10**6)
    half = 10 ** (6 - digits) // 2
    return Amount(pixels, pixels - half, pixels + max(half - 1, 0))


SUREST = 10_001  # one more than all, so that `>1` is a range too: of nothing


def _confidence(text: str) -> Amount | None:
    number = _decimal(text.removesuffix("%"))
    if number is None:
        return None
    share = _half_up(number * (100 if text.endswith("%") else 10_000))
    return Amount(share, share, share) if share <= SUREST else None


LENGTHS = {"ms": 1, "s": 1_000, "m": 60_000, "mi": 60_000, "min": 60_000, "h": 3_600_000}


def _duration(text: str) -> Amount | None:
    """Read `90`, `1:30`, `90s`, `1.5m`; a time by itself stands for everything that rounds to it."""
    clock = re.fullmatch(r"([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9]))?", text)
    if clock:
        parts = [int(part) for part in clock.groups() if part is not None]
        seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
        return Amount(seconds * 1_000, seconds * 1_000 - 500, seconds * 1_000 + 499)
    found = re.fullmatch(r"(-?[0-9.]+)([a-z]*)", text.lower())
    number = _decimal(found[1]) if found else None
    if not found or number is None or (found[2] or "s") not in LENGTHS:
        return None
    step = LENGTHS[found[2] or "s"]
    exact = math.floor(number * step)
    half = max(1, step // 10 ** len(found[1].partition(".")[2])) // 2
    return Amount(exact, exact - half, exact + max(half - 1, 0))


AGES = {
    "s": 1,
    "mi": 60,
    "h": 3_600,
    "d": 86_400,
    "w": 7 * 86_400,
    "mo": 30 * 86_400,
    "y": 365 * 86_400,
}


AGE_WORDS = {
    "second": "s", "minute": "mi", "min": "mi", "hour": "h", "day": "d", "week": "w",
    "month": "mo", "year": "y",
}  # fmt: skip


def _age(text: str) -> Amount | None:
    """Read `2w`, which by itself is everything from two weeks to less than three."""
    found = re.fullmatch(r"(-?[0-9]{1,16})([a-z]+)", text.lower())
    unit = found and AGE_WORDS.get(found[2].removesuffix("s"), found[2])
    if not found or unit not in AGES:
        return None
    step = AGES[unit]
    exact = int(found[1]) * step
    return Amount(exact, exact, exact + step - 1)


def _write_decimal(digits: int) -> Callable[[int], str]:
    def write(number: int) -> str:
        whole, rest = divmod(abs(number), 10**digits)
        return f"{'-' * (number < 0)}{whole}.{rest:0{digits}}".rstrip("0").rstrip(".")

    return write


WHOLE = Unit(phrase("a number or a range such as >1000 or 500..900"), _whole)
SIZE = Unit(phrase("a size or a range such as >1M or 200kb..2mb"), _size)
RATIO = Unit(phrase("a ratio or a range such as 16:9 or >1.5"), _ratio, _write_decimal(2))
MEGAPIXELS = Unit(
    phrase("megapixels or a range such as >2 or 0.5..1.5"),
    _megapixels,
    _write_decimal(6),
    plain=False,
)
CONFIDENCE = Unit(
    phrase("a share from 0 to 1 or a range such as <0.6"),
    _confidence,
    _write_decimal(4),
    most=SUREST,
)
DURATION = Unit(
    phrase("a time or a range such as >1:30 or 5s..20s"), _duration, _write_decimal(3), plain=False
)
AGE = Unit(
    phrase("an age or a range such as <2w or 1y..2y (s, mi, h, d, w, mo, y)"), _age, "{}s".format
)

DATE_WANTED = phrase("a date or a range such as 2024, 2024-05, 2024-05-01.., today or yesterday")


def read_dates(name: str, piece: Piece) -> tuple[DateSpan, ...]:
    """Read dates, ranges of dates, and lists of them."""
    return tuple(dict.fromkeys(_date_span(name, part) for part in piece.split(",")))


def _date_span(name: str, piece: Piece) -> DateSpan:
    sign, left, right = _cut_range(piece)
    if sign == "..":
        ends = [_date(name, part) if part.text else None for part in (left, right)]
        if ends == [None, None]:
            piece.fail(phrase("{name}: wants {date_wanted}.", name=name, date_wanted=DATE_WANTED))
        return _ordered_dates(ends[0], ends[1])
    found = _date(name, left)
    match sign:
        case ">":
            return DateSpan(_beside(found, left, 1), None)
        case ">=":
            return DateSpan(found, None)
        case "<":
            return DateSpan(None, _beside(found, left, -1))
        case "<=":
            return DateSpan(None, found)
    return DateSpan(found, found)


def _beside(found: Period | Ago, piece: Piece, step: int) -> Period | Ago:
    """Return the period after or before; there is none at the ends of the calendar."""
    if isinstance(found, Ago):
        return Ago(found.days - step)
    try:
        return found.following() if step > 0 else found.preceding()
    except OverflowError:
        piece.fail(phrase("The calendar ends there."))


def _ordered_dates(first: Period | Ago | None, last: Period | Ago | None) -> DateSpan:
    if isinstance(first, Period) and isinstance(last, Period):
        reversed_ = first.first_day() > last.last_day()
    else:
        reversed_ = isinstance(first, Ago) and isinstance(last, Ago) and first.days < last.days
    return DateSpan(last, first) if reversed_ else DateSpan(first, last)


def _date(name: str, piece: Piece) -> Period | Ago:
    word = piece.text.lower()
    if word in ("today", "yesterday"):
        return Ago(0 if word == "today" else 1)
    found = re.fullmatch(r"([0-9]{4})(?:[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?)?", word)
    if not found:
        piece.fail(phrase("{name}: wants {date_wanted}.", name=name, date_wanted=DATE_WANTED))
    numbers = [int(part) for part in found.groups() if part is not None]
    try:
        date(*[*numbers, 1, 1][:3])
    except ValueError:
        piece.fail(phrase("There is no such date as {text}.", text=piece.text))
    return Period(*numbers)


def read_choices(name: str, piece: Piece, choices: Mapping[str, T]) -> list[T]:
    """Read one of `choices`, or a list of them."""
    return [read_choice(name, part, choices) for part in piece.split(",")]


def read_choice(name: str, piece: Piece, choices: Mapping[str, T]) -> T:
    """Read one of `choices`; what is none of them is told with the nearest."""
    if piece.text.lower() not in choices:
        _refuse_choice(name, piece, choices)
    return choices[piece.text.lower()]


def _refuse_choice(name: str, piece: Piece, choices: Iterable[str]) -> NoReturn:
    known = tuple(choices)
    nearest = get_close_matches(piece.text.lower(), known, n=1)
    if nearest:
        piece.fail(
            phrase(
                "{name}: does not know `{text}`; did you mean `{nearest}`?",
                name=name,
                text=piece.text,
                nearest=nearest[0],
            ),
            nearest[0],
        )
    directed = {word for word in known if re.sub("_(asc|desc)$", "", word) in {*known} - {word}}
    words = ", ".join(word for word in known if word not in directed)
    piece.fail(
        phrase(
            "{name}: does not know `{text}`; it knows {known}.",
            name=name,
            text=piece.text,
            known=words,
        )
        if piece.text
        else phrase("{name}: wants one of {known}.", name=name, known=words)
    )


def read_digests(name: str, piece: Piece, length: int) -> frozenset[str]:
    """Read digests of so many hexadecimal digits."""
    found = set()
    for part in piece.split(","):
        if not re.fullmatch(f"[0-9a-f]{{{length}}}", part.text.lower()):
            part.fail(
                phrase("{name}: wants {length} hexadecimal digits.", name=name, length=length)
            )
        found.add(part.text.lower())
    return frozenset(found)


def read_pattern(name: str, piece: Piece, wants: str) -> str:
    """Read text in which `*` is any run of characters."""
    pattern = plain_pattern(piece.text)
    if not pattern.strip():
        piece.fail(phrase("{name}: wants {wants}.", name=name, wants=wants))
    return pattern


def plain_pattern(text: str) -> str:
    """Return the one spelling of a pattern: NFC, and no two stars in a row."""
    return re.sub(r"\*+", "*", unicodedata.normalize("NFC", text))
