"""Reads the text of the tag box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from homebooru.domain.claims import About
from homebooru.domain.editing.edits import MARKS, UNTOUCHED, Edit, Untouched
from homebooru.domain.query.metatags import NAMES as SEARCHED
from homebooru.domain.query.tokens import MAX_TOKENS, Piece, check_text, value_at, word_at
from homebooru.domain.query.values import read_choice
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidTagName
from homebooru.phrases import phrase

LARGEST_ID = 2**31 - 1
LONGEST_SOURCE = 2000
PREFIXES: Mapping[str, Category] = {category.label: category for category in Category} | {
    "gen": Category.GENERAL,
    "art": Category.ARTIST,
    "co": Category.COPYRIGHT,
    "copy": Category.COPYRIGHT,
    "ch": Category.CHARACTER,
    "char": Category.CHARACTER,
    "spec": Category.SPECIES,
}
"""What is written before a tag to say its category; the short ones are Danbooru's and e621's."""

RATINGS: Mapping[str, Rating | None] = {
    **{rating.label: rating for rating in Rating},
    **{rating.value: rating for rating in Rating},
    "none": None,
}
STARS: Mapping[str, int | None] = {**{str(number): number for number in range(1, 6)}, "none": None}
EDITED = frozenset({"rating", "parent", "source", "stars", "is", "tag"})
ELSEWHERE = frozenset({"newpool", "upvote", "downvote", "voteup", "votedown", "locked", "change"})
"""Words of other boorus' tag boxes."""

NAMES = EDITED | PREFIXES.keys() | ELSEWHERE | SEARCHED
"""What stands before a colon without belonging to the name of a tag."""


def read_edit(text: str) -> Edit:
    """Return what a text asks for; raises QuerySyntaxError where it makes no sense."""
    check_text(text, phrase("An edit"))
    box = _Box()
    for number, term in enumerate(_terms(text)):
        if number >= MAX_TOKENS:
            term.name.fail(
                phrase("An edit has at most {max_tokens:,} terms.", max_tokens=MAX_TOKENS)
            )
        box.take(term)
    return box.edit()


def read_tag(text: str) -> tuple[str, Category | None]:
    """Read one tag, which may hold spaces, with the category before it."""
    check_text(text, phrase("A tag"))
    name, colon, rest = text.strip().partition(":")
    if not colon or name.lower() not in NAMES:
        return tag_name(text), None
    if name.lower() == "tag":
        return tag_name(rest), None
    if name.lower() in PREFIXES:
        return tag_name(rest), PREFIXES[name.lower()]
    return _refuse(Piece(text, 0), name.lower())


@dataclass(frozen=True, slots=True)
class _Term:
    """A word, or what stands before a colon and the value behind it."""

    minus: bool
    whole: Piece
    name: Piece
    value: Piece | None = None


def _terms(text: str) -> Iterator[_Term]:
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        start, minus = position, text[position] == "-"
        position += minus
        word = word_at(text, position, 0)
        name, colon, _ = word.text.partition(":")
        if colon and name.lower() in NAMES:
            value, end = value_at(text, position + len(name) + 1, 0)
            whole = Piece(text[start:end], start)
            yield _Term(minus, whole, Piece(name.lower(), position), value)
            position = end
        else:
            position += len(word.text) or word.fail(phrase("A tag is expected after `-`."))
            yield _Term(minus, Piece(text[start:position], start), word)


@dataclass(slots=True)
class _Box:
    """What is read so far."""

    add: set[str] = field(default_factory=set)
    remove: set[str] = field(default_factory=set)
    categories: dict[str, Category] = field(default_factory=dict)
    rating: Rating | Untouched | None = UNTOUCHED
    parent: int | Untouched | None = UNTOUCHED
    not_parents: set[int] = field(default_factory=set)
    sources: list[str] | Untouched = UNTOUCHED
    stars: int | Untouched | None = UNTOUCHED
    marks: dict[About, bool] = field(default_factory=dict)

    def edit(self) -> Edit:
        return Edit(
            add=frozenset(self.add),
            remove=frozenset(self.remove),
            categories=frozenset(self.categories.items()),
            rating=self.rating,
            parent=self.parent,
            not_parents=frozenset(self.not_parents),
            sources=self.sources if isinstance(self.sources, Untouched) else tuple(self.sources),
            stars=self.stars,
            marks=frozenset(mark for mark, is_set in self.marks.items() if is_set),
            hushed=frozenset(mark for mark, is_set in self.marks.items() if not is_set),
        )

    def take(self, term: _Term) -> None:
        if term.value is None:
            self._take_tag(term, term.name)
            return
        name, value = term.name.text, term.value
        if name == "tag":
            self._take_tag(term, value)
        elif name in PREFIXES:
            self._take_tag(term, value, PREFIXES[name])
        elif name == "parent":
            self._take_parent(term, value)
        elif name == "is":
            self._take_mark(term, value)
        elif term.minus and name in EDITED:
            term.whole.fail(
                phrase("{name}: is not taken away; {name}:none says there is none.", name=name)
            )
        elif name == "rating":
            self._take_rating(term, value)
        elif name == "stars":
            self._take_stars(term, value)
        elif name == "source":
            self._take_source(term, value)
        else:
            _refuse(term.whole.cut(term.minus), name)

    def _take_tag(self, term: _Term, piece: Piece, category: Category | None = None) -> None:
        name = _name(piece)
        if term.minus and category is not None:
            term.whole.fail(phrase("A tag that is taken away needs no category."), f"-{piece.text}")
        if self.categories.get(name, category) not in (category, None) and category is not None:
            term.whole.fail(phrase("{name} is written with two categories.", name=name))
        if name in (self.add if term.minus else self.remove):
            term.whole.fail(phrase("{name} is both added and taken away.", name=name))
        (self.remove if term.minus else self.add).add(name)
        if category is not None:
            self.categories[name] = category

    def _take_rating(self, term: _Term, value: Piece) -> None:
        rating = read_choice("rating", value, RATINGS)
        if self.rating not in (UNTOUCHED, rating):
            term.whole.fail(phrase("rating: is written twice, and not the same."))
        self.rating = rating

    def _take_stars(self, term: _Term, value: Piece) -> None:
        stars = read_choice("stars", value, STARS)
        if self.stars not in (UNTOUCHED, stars):
            term.whole.fail(phrase("stars: is written twice, and not the same."))
        self.stars = stars

    def _take_parent(self, term: _Term, value: Piece) -> None:
        parent = _number(value)
        if term.minus:
            if parent is None:
                term.whole.fail(phrase("-parent: wants a post's number."), "parent:none")
            self.not_parents.add(parent)
        elif self.parent not in (UNTOUCHED, parent):
            term.whole.fail(phrase("parent: is written twice, and not the same."))
        else:
            self.parent = parent
        if self.parent in self.not_parents:
            term.whole.fail(
                phrase("Post {parent} cannot be the parent and not be it.", parent=parent)
            )

    def _take_source(self, term: _Term, value: Piece) -> None:
        """Take one of the sources, which may be several; `none` stands alone."""
        source = "" if value.text.lower() == "none" else _source(value)
        if isinstance(self.sources, Untouched):
            self.sources = [source] if source else []
        elif not source or not self.sources:
            term.whole.fail(
                phrase("source:none stands alone: either there is a source or there is none.")
            )
        elif source not in self.sources:
            self.sources.append(source)

    def _take_mark(self, term: _Term, value: Piece) -> None:
        mark = read_choice("is", value, MARKS)
        if self.marks.setdefault(mark, not term.minus) is term.minus:
            term.whole.fail(f"is:{value.text} is both said and taken back.")


def _name(piece: Piece) -> str:
    if "," in piece.text:
        bare = " ".join(piece.text.replace(",", " ").split())
        piece.fail(phrase("A tag holds no comma; between two tags stands a space."), bare)
    try:
        return tag_name(piece.text)
    except InvalidTagName as error:
        return piece.fail(str(error))


def _number(value: Piece) -> int | None:
    if value.text.lower() == "none":
        return None
    digits = value.text.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 11 and 0 < int(digits) <= LARGEST_ID:
        return int(digits)
    return value.fail(phrase("parent: wants the number of a post, or none."))


def _source(value: Piece) -> str:
    source = value.text.strip()
    if not source:
        value.fail(phrase("source: wants an address, or none."), "none")
    if len(source) > LONGEST_SOURCE or len(source.splitlines()) != 1:
        value.fail(
            phrase(
                "A source is one line of at most {longest_source:,} characters.",
                longest_source=LONGEST_SOURCE,
            )
        )
    return source


def _refuse(term: Piece, name: str) -> NoReturn:
    term.fail(
        phrase(
            "`{name}:` is nothing that the tag box changes: it knows tags, rating, parent "
            "and source. The tag of that name is tag:{text}.",
            name=name,
            text=term.text,
        ),
        f"tag:{term.text}",
    )
