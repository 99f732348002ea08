"""Works out what a wish about tags changes, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from sqlalchemy.orm import Session

from homebooru.db.queries import tags
from homebooru.db.queries.vocabulary.states import read_descriptions, read_states
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary
from homebooru.domain.vocabulary.acts import (
    Categorised,
    Change,
    Matter,
    Thing,
    changes_to,
    holds,
)
from homebooru.domain.vocabulary.ways import Ways
from homebooru.domain.vocabulary.wishes import Known, Wish, wanted
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import Phrase, phrase

UNSORTED = Categorised(Category.GENERAL, None)


def find_ids(session: Session, wish: Wish) -> dict[str, int]:
    """Return the ids of the tags that a wish speaks of; those to be made have none of a row's.

    Raises NotFound where one has to be there.
    """
    ids = tags.find_tags(session, wish.names)
    missing = [name for name in wish.names if name not in ids]
    for name in missing:
        if name in wish.existing:
            raise NotFound(phrase("There is no tag {name}.", name=name))
    return ids | {name: -number for number, name in enumerate(missing, 1)}


def plan(
    session: Session, wish: Wish, ids: Mapping[str, int], vocabulary: Vocabulary
) -> tuple[Change, ...]:
    """Return what a wish changes, given all that leads to and from its tags.

    Raises InvalidInput where tags would go round in a circle, Conflict and NotFound as `wanted`.
    """
    name = _namer(session, ids)
    tag_ids = sorted(ids.values())
    known = Known(
        ids=ids,
        vocabulary=vocabulary,
        categories=dict.fromkeys(tag_ids, UNSORTED) | tags.read_categories(session, tag_ids),
        descriptions=read_descriptions(session, tag_ids),
        name=name,
    )
    said = wanted(wish, known)
    changes = changes_to(said, read_states(session, said))
    lay(Ways.of(vocabulary), changes, name)
    return changes


def lay(ways: Ways, changes: Collection[Change], name: Callable[[int], str]) -> None:
    """Take up changes, those that take something away first. Raises InvalidInput for a circle."""
    for change in changes:
        if change.thing.is_link and not holds(change.after):
            ways.lift(change.thing)
    for change in changes:
        if change.thing.is_link and holds(change.after):
            if way := ways.against(change.thing):
                raise InvalidInput(_refusal(change.thing, way, name))
            ways.lay(change.thing)


def _refusal(link: Thing, way: Iterable[int], name: Callable[[int], str]) -> Phrase:
    assert link.other is not None
    tag, other = name(link.tag), name(link.other)
    told = " → ".join(map(name, way))
    if link.matter is Matter.IMPLICATION:
        return phrase(
            "{tag} cannot imply {other}, as that would be a circle: {circle}. "
            "Remove one of these first.",
            tag=tag,
            other=other,
            circle=f"{told} → {other}",
        )
    return phrase(
        "{tag} cannot be an alias of {other}: one of them follows from the other already ({way}). "
        "Remove that alias or implication first.",
        tag=tag,
        other=other,
        way=told,
    )


def _namer(session: Session, ids: Mapping[str, int]) -> Callable[[int], str]:
    spoken = {tag: name for name, tag in ids.items()}

    def name(tag: int) -> str:
        return spoken.get(tag) or tags.tag_names(session, [tag]).get(tag, str(tag))

    return name
