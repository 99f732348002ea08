"""What a Hydrus client knows of its files, in our words.

It keeps tags in services: some are its own, others are repositories that many people fill. In each
a tag of a file is *current*, *pending* (on its way there), *deleted*, or *petitioned* (to be
deleted there). A namespace before the colon tells what kind of tag it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import lru_cache

from homebooru.domain.said import Said
from homebooru.domain.spelling import CATEGORIES, Collected, addresses, clean_text, plain_tag
from homebooru.domain.tags import Category
from homebooru.domain.takeover.known import Acts, Heard, KnownPicture
from homebooru.domain.words import union
from homebooru.errors import InvalidInput
from homebooru.phrases import joined, phrase

HYDRUS = "hydrus"
FAVOURITES = "favourites"
"""What Hydrus calls the like/dislike rating that every new client has."""
MOST_STARS = 5
MOST_KNOWN = 50_000
"""Words whose meaning is remembered: the same few stand at most files."""

Namespaces = Mapping[str, Category | None]
"""The category of tags by what stands before their colon; those of None are left out."""

NAMESPACES: Namespaces = CATEGORIES | {
    "person": Category.CHARACTER,
    "studio": Category.COPYRIGHT,
    "parody": Category.COPYRIGHT,
    "medium": Category.META,
}


class Kind(IntEnum):
    """The kinds of services that matter here, by Hydrus' own numbers."""

    TAG_REPOSITORY = 0
    LOCAL_TAGS = 5
    NUMERICAL_RATING = 6
    LIKE_RATING = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of a client; `stars` is how many a numerical rating has at most."""

    key: str
    name: str
    kind: Kind
    stars: int = MOST_STARS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A file's tags in one service: those that are there, and those that were taken away.

    Tags that are there are spelled as Hydrus shows them, with parents and by their ideal names,
    the others as they were stored. The `unwanted` are there still: somebody at this client asked
    that they be taken away.
    """

    there: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HydrusFile:
    """A file as a client knows it; `tags` and `ratings` are by keys of services."""

    number: int
    sha256: str
    size: int
    extension: str
    is_here: bool
    is_trash: bool
    tags: Mapping[str, Tagged] = field(default_factory=dict)
    ratings: Mapping[str, bool | int | None] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person wants of a client: files found by `search`, tags of which services, by name.

    Without names all tag services are heard, the rating called favourites makes favourites, and a
    numerical rating gives the stars if there is only one.
    """

    search: tuple[str, ...] = ()
    tags_from: tuple[str, ...] = ()
    favourites_from: str | None = None
    stars_from: str | None = None
    namespaces: Namespaces = field(default_factory=lambda: NAMESPACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """Says in our words what a client knows: of which services, and by which namespaces."""

    tags: tuple[Service, ...]
    likes: Service | None
    stars: Service | None
    namespaces: Namespaces

    def picture(self, file: HydrusFile, at: datetime) -> KnownPicture:
        """Return what is known of a file."""
        return KnownPicture(
            name=f"{file.sha256}{file.extension}",
            written_at=at,
            digest=file.sha256,
            heard=(Heard(source=HYDRUS, said=self.said(file)),),
            acts=self.acts(file),
            favourite=self.likes is not None and file.ratings.get(self.likes.key) is True,
        )

    def said(self, file: HydrusFile) -> Said:
        """Return what a client says of a file, whoever told it that."""
        words = self._words(self._there(file))
        more = Said(
            sources=tuple(one for text in file.addresses for one in addresses(text)),
            stars=self._stars(file),
            description=clean_text("\n\n".join(_noted(file.notes))),
        )
        return union([words, more])

    def acts(self, file: HydrusFile) -> Acts:
        """Return which tags a person took away.

        Theirs is what they deleted from a service of their own and what they petitioned; what is
        deleted in a repository may be anybody's act. What another service says still, such as one
        to which the tag was moved, was not taken away.
        """
        gone: set[str] = set()
        there: set[str] = set()
        for one in self.tags:
            tagged = self._tagged(file, one)
            unwanted = self._names(tagged.unwanted)
            there |= self._names(tagged.there) - unwanted
            gone |= unwanted
            if one.kind is Kind.LOCAL_TAGS:
                gone |= self._names(tagged.gone)
        return Acts(removed=frozenset(gone - there))

    def _there(self, file: HydrusFile) -> Iterable[str]:
        return (text for one in self.tags for text in self._tagged(file, one).there)

    def _tagged(self, file: HydrusFile, service: Service) -> Tagged:
        return file.tags.get(service.key, Tagged())

    def _words(self, texts: Iterable[str]) -> Said:
        words = [self._word(text) for text in texts]
        tags = Said(tags=tuple(tag for one in words for tag in one.tags))
        return union([tags, *(one for one in words if not one.tags)])

    def _word(self, text: str) -> Said:
        namespace, colon, rest = text.partition(":")
        name = namespace.strip().lower()
        if colon and not name:  # how Hydrus stores a tag without a namespace, but with a colon
            return _tag(rest, None)
        if not (colon and name in self.namespaces):
            return _plain(text)
        category = self.namespaces[name]
        return Said() if category is None else _tag(rest, category)

    def _names(self, texts: Iterable[str]) -> frozenset[str]:
        return frozenset(tag.name for text in texts for tag in self._word(text).tags)

    def _stars(self, file: HydrusFile) -> int | None:
        given = None if self.stars is None else file.ratings.get(self.stars.key)
        if self.stars is None or not given or isinstance(given, bool):
            return None
        return max(1, min(MOST_STARS, round(MOST_STARS * given / self.stars.stars)))


def translator(services: Collection[Service], wishes: Wishes) -> Translator:
    """Return who translates what these services know; raises InvalidInput for a name of none."""
    tags = [one for one in services if one.kind in (Kind.TAG_REPOSITORY, Kind.LOCAL_TAGS)]
    likes = [one for one in services if one.kind is Kind.LIKE_RATING]
    stars = [one for one in services if one.kind is Kind.NUMERICAL_RATING]
    liked = wishes.favourites_from
    return Translator(
        tags=tuple(_called(tags, name) for name in wishes.tags_from) or tuple(tags),
        likes=_called(likes, liked) if liked else _only(likes, FAVOURITES),
        stars=_called(stars, wishes.stars_from) if wishes.stars_from else _only(stars),
        namespaces=wishes.namespaces,
    )


def read_namespaces(pairs: Iterable[tuple[str, str]]) -> Namespaces:
    """Return the namespaces with those that a person set; raises InvalidInput for no category."""
    found: dict[str, Category | None] = dict(NAMESPACES)
    labels = {category.label: category for category in Category}
    for namespace, word in pairs:
        if word not in labels and word != "-":
            raise InvalidInput(
                phrase(
                    "{word!r} is no category of tags. There are {all}; - leaves such tags out.",
                    word=word,
                    all=joined(labels, ", "),
                )
            )
        found[namespace.lower()] = labels.get(word)
    return found


@lru_cache(MOST_KNOWN)
def _tag(text: str, category: Category | None) -> Said:
    tag = plain_tag(text, category)
    return Said(tags=() if tag is None else (tag,))


@lru_cache(MOST_KNOWN)
def _plain(text: str) -> Said:
    words = Collected()
    words.add_word(text)
    return words.said()


def _called(services: Collection[Service], name: str) -> Service:
    for one in services:
        if one.name == name:
            return one
    raise InvalidInput(
        phrase(
            "Hydrus has no such service called {name!r}. It has {all}.",
            name=name,
            all=joined((one.name for one in services), ", ") or "-",
        )
    )


def _only(services: Collection[Service], name: str | None = None) -> Service | None:
    """Return the service of a name, or the only one that there is."""
    named = [one for one in services if one.name == name]
    found = named or services
    return next(iter(found)) if len(found) == 1 else None


def _noted(notes: Mapping[str, str]) -> Iterable[str]:
    return (f"{name}: {text}" for name, text in sorted(notes.items()) if text.strip())
