"""Reads the lists in which boorus publish their tags, aliases and implications."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import Any, TextIO

from homebooru.domain.spelling import CATEGORIES
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidInput, InvalidTagName
from homebooru.phrases import phrase

CHUNK = 1 << 16
LONGEST = 1 << 20  # characters of an entry
ACTIVE = "active"
SITES: Mapping[str, Mapping[str, Category]] = {
    "danbooru": {
        "0": Category.GENERAL,
        "1": Category.ARTIST,
        "3": Category.COPYRIGHT,
        "4": Category.CHARACTER,
        "5": Category.META,
    },
    "e621": {
        "0": Category.GENERAL,
        "1": Category.ARTIST,
        "2": Category.ARTIST,
        "3": Category.COPYRIGHT,
        "4": Category.CHARACTER,
        "5": Category.SPECIES,
        "7": Category.META,
        "8": Category.LORE,
    },
}
"""What the numbers of categories mean, by site."""


class ListKind(StrEnum):
    """What a list is of."""

    TAGS = "tags"
    ALIASES = "aliases"
    IMPLICATIONS = "implications"


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag and its category; `other_names` are those that mean it."""

    line: int
    name: str
    category: Category
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """That a tag means another one, or implies it."""

    line: int
    name: str
    other: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A line that does not hold: it was rejected there, is still discussed, or is no more."""

    line: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that cannot be read, and why."""

    line: int
    reason: str


Entry = TagEntry | LinkEntry | PassedOver | Mistake
Fields = Mapping[str, Any]
ORDER_OF_TAGS = ("name", "category", "post_count", "other_names")
ORDER_OF_LINKS = ("antecedent_name", "consequent_name", "status")


def kind_of(file_name: str) -> ListKind:
    """Return what a file of this name is a list of. Raises InvalidInput where it does not tell."""
    name = file_name.lower()
    for word, kind in (
        ("alias", ListKind.ALIASES),
        ("implication", ListKind.IMPLICATIONS),
        ("tag", ListKind.TAGS),
    ):
        if word in name:
            return kind
    raise InvalidInput(
        phrase(
            "The name of {file} does not tell what is in it. Say so: tags, aliases or implications.",
            file=file_name,
        )
    )


def site_of(file_name: str) -> str:
    """Return whose list a file of this name is; Danbooru's, unless it names another site."""
    return next((site for site in SITES if site in file_name.lower()), "danbooru")


def read_list(
    text: TextIO, kind: ListKind, site: str, *, other_names: bool = False
) -> Iterator[Entry]:
    """Yield the entries of a list: CSV with or without a header, JSON lines, or one JSON array.

    However long the list is, only a piece of it is held. A column of other names may hold what
    the site gave up long ago, so it is read only where that is asked for.
    """
    first = text.readline(CHUNK).removeprefix("\ufeff")
    begin = first.lstrip()[:1]
    rows = (
        _in_array(first, text)
        if begin == "["
        else _by_line(first, text, kind, is_json=begin == "{")
    )
    for line, fields in rows:
        if isinstance(fields, Mistake):
            yield fields
        else:
            entry = _entry(line, fields, kind, site)
            if isinstance(entry, TagEntry) and not other_names:
                entry = replace(entry, other_names=())
            yield entry


def entry_of(number: int, fields: Fields, kind: ListKind, site: str) -> Entry:
    """Return what a site says of a tag, as its API tells it; names that it gave up are left out."""
    entry = _entry(number, fields, kind, site)
    return replace(entry, other_names=()) if isinstance(entry, TagEntry) else entry


def _by_line(
    first: str, text: TextIO, kind: ListKind, *, is_json: bool
) -> Iterator[tuple[int, Fields | Mistake]]:
    lines = chain([first], text)
    return _json_lines(lines) if is_json else _csv(lines, kind)


def _json_lines(lines: Iterator[str]) -> Iterator[tuple[int, Fields | Mistake]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _object(number, line)


def _object(number: int, line: str) -> Fields | Mistake:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Mistake(number, phrase("no JSON"))
    return found if isinstance(found, dict) else Mistake(number, phrase("no JSON object"))


def _in_array(first: str, text: TextIO) -> Iterator[tuple[int, Fields | Mistake]]:
    """Yield the objects of an array, numbered as if each stood on a line; read piece by piece."""
    decoder, held, number = json.JSONDecoder(), first.lstrip()[1:], 0
    while True:
        held = held.lstrip(" \t\r\n,")
        if held[:1] == "]":
            return
        try:
            found, end = decoder.raw_decode(held)
        except (ValueError, RecursionError):
            piece = text.read(CHUNK)
            if not piece or len(held) > LONGEST:
                reason = phrase("the JSON breaks off or makes no sense here")
                yield number + 1, Mistake(number + 1, reason)
                return
            held += piece
            continue
        number, held = number + 1, held[end:]
        yield (
            number,
            found if isinstance(found, dict) else Mistake(number, phrase("no JSON object")),
        )


def _csv(lines: Iterator[str], kind: ListKind) -> Iterator[tuple[int, Fields | Mistake]]:
    reader = csv.reader(lines)
    header: Sequence[str] | None = None
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = phrase("no CSV: {error}", error=str(error))
            yield reader.line_num, Mistake(reader.line_num, reason)
            continue
        if header is None:
            header, is_header = _header(row, kind)
            if is_header:
                continue
        if row:
            yield reader.line_num, dict(zip(header, row, strict=False))


def _header(row: Sequence[str], kind: ListKind) -> tuple[Sequence[str], bool]:
    """Return the names of the columns, and whether this row told them."""
    needed = {"name", "category"} if kind is ListKind.TAGS else set(ORDER_OF_LINKS[:2])
    if needed <= set(row):
        return row, True
    if kind is ListKind.TAGS:
        return ORDER_OF_TAGS, False
    is_numbered = len(row) > len(ORDER_OF_LINKS) - 1 and row[0].isdigit()
    return (("id", *ORDER_OF_LINKS) if is_numbered else ORDER_OF_LINKS), False


def _entry(line: int, fields: Fields, kind: ListKind, site: str) -> Entry:
    try:
        return _tag(line, fields, site) if kind is ListKind.TAGS else _link(line, fields)
    except KeyError as error:
        return Mistake(line, phrase("{field} is missing", field=error.args[0]))
    except InvalidInput as error:
        return Mistake(line, error.args[0])


def _tag(line: int, fields: Fields, site: str) -> Entry:
    name, said = _name(fields, "name"), str(fields["category"])
    category = SITES[site].get(said, CATEGORIES.get(said))
    if category is None:
        reason = phrase(
            "{site} has no category {said!r} that would mean something here",
            site=site,
            said=said[:40],
        )
        return Mistake(line, reason)
    return TagEntry(line, name, category, _other_names(fields.get("other_names"), name))


def _other_names(said: object, name: str) -> tuple[str, ...]:
    """Return what else a tag is called; abbreviations that are typed with a slash are none."""
    words = said.split(",") if isinstance(said, str) else ()
    found = (_spelled(word) for word in words if not word.startswith("/"))
    return tuple(dict.fromkeys(each for each in found if each and each != name))


def _spelled(word: str) -> str | None:
    try:
        return tag_name(word)
    except InvalidTagName:
        return None


def _link(line: int, fields: Fields) -> Entry:
    if str(fields.get("status", ACTIVE)).lower() != ACTIVE:
        return PassedOver(line)
    name, other = _name(fields, "antecedent_name"), _name(fields, "consequent_name")
    if name == other:
        return Mistake(line, phrase("{name} leads to itself", name=name))
    return LinkEntry(line, name, other)


def _name(fields: Fields, field: str) -> str:
    value = fields[field]
    if not isinstance(value, str):
        raise InvalidInput(phrase("{field} is no text", field=field))
    return tag_name(value)
