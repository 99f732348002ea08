"""The tags of a made-up library: read from a list of a booru's, or invented."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from homebooru.domain.tags import Category, tag_name
from homebooru.domain.vocabulary import Vocabulary
from homebooru.errors import HomeBooruError, InvalidInput, InvalidTagName

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A tag, and how often it is used; only how these numbers relate matters."""

    name: str
    category: Category
    uses: float


@dataclass(frozen=True, slots=True)
class TagList:
    """The words of a library, whose ids are their places from 1 on, and what they mean."""

    words: tuple[Word, ...]
    aliases: Pairs = ()
    implications: Pairs = ()

    def vocabulary(self) -> Vocabulary:
        implied: dict[int, set[int]] = {}
        for tag, other in self.implications:
            implied.setdefault(tag, set()).add(other)
        return Vocabulary(
            aliases=dict(self.aliases),
            implications={tag: frozenset(others) for tag, others in implied.items()},
            categories={number: word.category for number, word in enumerate(self.words, 1)},
        )


def read_list(tags: Path, aliases: Path | None, implications: Path | None) -> TagList:
    """Read `name,category,count,...` without a head, and relations in the form of a booru's.

    Those have columns antecedent_name, consequent_name and perhaps status; only active ones
    count. Words that alone relations name are in the list too, without uses.
    """
    words = {word.name: word for word in _words(tags)}
    if not words:
        raise InvalidInput(f"There is no tag in {tags}.")
    pairs = [_relations(file) if file else [] for file in (aliases, implications)]
    for names in pairs[0]:
        for name in names:
            words.setdefault(name, Word(name, Category.GENERAL, 0))
    ids = {name: number for number, name in enumerate(words, 1)}
    alias, implied = (_numbered(each, ids) for each in pairs)
    meant = dict(alias)
    listed = tuple(
        Word(word.name, word.category, 0 if ids[word.name] in meant else word.uses)
        for word in words.values()
    )
    return TagList(listed, tuple(meant.items()), tuple(dict.fromkeys(implied)))


def _words(file: Path) -> Iterator[Word]:
    for row in _rows(file):
        with suppress(InvalidTagName, ValueError, IndexError):
            yield Word(tag_name(row[0]), _category(row[1]), max(0, int(row[2])))


def _category(number: str) -> Category:
    try:
        return Category(int(number))
    except ValueError:
        return Category.GENERAL


def _relations(file: Path) -> list[tuple[str, str]]:
    head, *rows = _rows(file)
    try:
        one, other = head.index("antecedent_name"), head.index("consequent_name")
    except ValueError as error:
        raise InvalidInput(
            f"{file} has no columns antecedent_name and consequent_name in its first line."
        ) from error
    status = head.index("status") if "status" in head else None
    pairs = []
    for row in rows:
        if status is None or row[status] == "active":
            with suppress(InvalidTagName):
                pairs.append((tag_name(row[one]), tag_name(row[other])))
    return pairs


def _numbered(pairs: Sequence[tuple[str, str]], ids: Mapping[str, int]) -> list[tuple[int, int]]:
    return [
        (ids[one], ids[other])
        for one, other in pairs
        if one in ids and other in ids and one != other
    ]


def _rows(file: Path) -> list[list[str]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HomeBooruError(f"{file} cannot be read: {error}.") from error
    if not rows:
        raise InvalidInput(f"There is nothing in {file}.")
    return rows
