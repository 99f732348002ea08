"""What a person wants of the vocabulary, and what has to be said for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from homebooru.domain.policy import PERSON
from homebooru.domain.tags import Category, tag_name
from homebooru.domain.vocabulary.acts import Categorised, Kind, Link, Matter, State, Thing
from homebooru.domain.vocabulary.meaning import Vocabulary
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase

LONGEST_DESCRIPTION = 20_000
YES, NO = Link(True, PERSON), Link(False, PERSON)
WITH_OTHER = frozenset({Kind.RENAME, Kind.MERGE, Kind.ALIAS, Kind.IMPLY, Kind.UNIMPLY})
LINKING = frozenset({Kind.ALIAS, Kind.UNALIAS, Kind.IMPLY, Kind.UNIMPLY})


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that is to be done to a tag, with another one or with what is said of it.

    Raises InvalidInput where it makes no sense, whatever holds now.
    """

    kind: Kind
    tag: str
    other: str | None = None
    category: Category | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", tag_name(self.tag))
        if self.kind in WITH_OTHER:
            object.__setattr__(self, "other", tag_name(self.other or ""))
            if self.other == self.tag:
                raise InvalidInput(
                    phrase("{tag} and {other} are the same tag.", tag=self.tag, other=self.other)
                )
        if self.kind is Kind.CATEGORISE and self.category is None:
            raise InvalidInput(phrase("Say which category the tag is to be in."))
        if self.kind is Kind.DESCRIBE:
            object.__setattr__(self, "text", _description(self.text or ""))

    @property
    def names(self) -> tuple[str, ...]:
        """The tags that are spoken of."""
        return (self.tag,) if self.other is None else (self.tag, self.other)

    @property
    def existing(self) -> tuple[str, ...]:
        """Those of them that have to be tags already; others are made."""
        if self.kind in LINKING:
            return ()
        return (self.tag,) if self.kind is Kind.RENAME else self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the tags that a wish speaks of, by id, and by what names tags go."""

    ids: Mapping[str, int]
    vocabulary: Vocabulary
    categories: Mapping[int, Categorised]
    descriptions: Mapping[int, str]
    name: Callable[[int], str] = field(repr=False)


Said = dict[Thing, State]


def wanted(wish: Wish, known: Known) -> Said:
    """Return what has to be said for a wish.

    Raises NotFound where there is nothing to take away, Conflict where something else has to be
    taken away first.
    """
    tag = known.ids[wish.tag]
    other = known.ids[wish.other] if wish.other else tag
    match wish.kind:
        case Kind.RENAME | Kind.MERGE:
            return _merged(tag, other, known)
        case Kind.ALIAS | Kind.IMPLY:
            return {_new_link(wish.kind, tag, other, known): YES}
        case Kind.UNALIAS | Kind.UNIMPLY:
            return {_held_link(wish.kind, tag, other, known): NO}
        case Kind.CATEGORISE:
            return _categorised(tag, wish.category, known)
        case Kind.DESCRIBE:
            return {Thing(Matter.DESCRIPTION, tag): wish.text or None}
    raise InvalidInput(phrase("That is nothing to be done to one tag."))


def _merged(tag: int, other: int, known: Known) -> Said:
    """Let a tag be another: it becomes its alias, and brings what the other one lacks.

    What led from one of them to the other makes no sense any more.
    """
    said: Said = {}
    if known.vocabulary.aliases.get(other) == tag:
        said[Thing(Matter.ALIAS, other, tag)] = NO
    else:
        _check_is_free(tag, other, known)
    for one, two in ((tag, other), (other, tag)):
        if two in known.vocabulary.implications.get(one, ()):
            said[Thing(Matter.IMPLICATION, one, two)] = None
    said[Thing(Matter.ALIAS, tag, other)] = YES
    return said | _brought(tag, other, known)


def _brought(tag: int, other: int, known: Known) -> Said:
    said: Said = {}
    if known.categories[other].by is None:
        said[Thing(Matter.CATEGORY, other)] = known.categories[tag]
    if tag in known.descriptions and other not in known.descriptions:
        said[Thing(Matter.DESCRIPTION, other)] = known.descriptions[tag]
        said[Thing(Matter.DESCRIPTION, tag)] = None
    return said


def _check_is_free(tag: int, other: int, known: Known) -> None:
    held = known.vocabulary.aliases.get(tag)
    if held is not None and held != other:
        raise Conflict(
            phrase(
                "{tag} is an alias of {other} already; remove that alias first.",
                tag=known.name(tag),
                other=known.name(held),
            )
        )


def _new_link(kind: Kind, tag: int, other: int, known: Known) -> Thing:
    if kind is Kind.IMPLY:
        return Thing(Matter.IMPLICATION, tag, other)
    _check_is_free(tag, other, known)
    return Thing(Matter.ALIAS, tag, other)


def _held_link(kind: Kind, tag: int, other: int, known: Known) -> Thing:
    if kind is Kind.UNALIAS:
        if (held := known.vocabulary.aliases.get(tag)) is None:
            raise NotFound(phrase("{tag} is no alias.", tag=known.name(tag)))
        return Thing(Matter.ALIAS, tag, held)
    if other not in known.vocabulary.implications.get(tag, ()):
        names = {"tag": known.name(tag), "other": known.name(other)}
        raise NotFound(phrase("{tag} does not imply {other}.", **names))
    return Thing(Matter.IMPLICATION, tag, other)


def _categorised(tag: int, category: Category | None, known: Known) -> Said:
    if (held := known.vocabulary.aliases.get(tag)) is not None:
        raise Conflict(
            phrase(
                "{tag} means {other}, and is in its category. Change the category of {other}.",
                tag=known.name(tag),
                other=known.name(held),
            )
        )
    assert category is not None
    return {Thing(Matter.CATEGORY, tag): Categorised(category, PERSON)}


def _description(text: str) -> str:
    if len(text) > LONGEST_DESCRIPTION:
        raise InvalidInput(
            phrase("A description has at most {most} characters.", most=f"{LONGEST_DESCRIPTION:,}")
        )
    return text.replace("\0", "").replace("\r\n", "\n").strip()
