"""What an edit of tags makes of people's words on a post."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from homebooru.domain.claims import YES, About, Verdict, decide_tags
from homebooru.domain.derived import own
from homebooru.domain.editing.edits import Edit, Untouched
from homebooru.domain.editing.words import SILENCE, Held, Silence, Thing, Value, Wishes, as_verdicts
from homebooru.domain.vocabulary import Vocabulary
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

Meanings = Mapping[int, int]
"""Tags by what they mean, each as it was said."""


@dataclass(frozen=True, slots=True)
class TagEdit:
    """The tags that an edit speaks of, by what they mean."""

    add: Meanings = field(default_factory=dict)
    remove: Meanings = field(default_factory=dict)
    withdraw: Meanings = field(default_factory=dict)


def tag_edit(edit: Edit, ids: Mapping[str, int], vocabulary: Vocabulary) -> TagEdit:
    """Return what an edit says of tags; names that are no tags are left out.

    Whoever no longer wrote a tag but wrote another of the same meaning took nothing away.
    Raises InvalidInput where the edit contradicts itself.
    """

    def meant(names: Iterable[str]) -> dict[int, int]:
        return {vocabulary.resolve(ids[name]): ids[name] for name in sorted(names) if name in ids}

    add, gone = meant(edit.add), meant(edit.gone)
    remove, withdraw = meant(edit.remove), meant(edit.withdraw)
    spelled = {ids[name]: name for name in edit.tags if name in ids}
    for one, other in ((add, remove), (add, withdraw), (remove, withdraw)):
        if both := one.keys() & other.keys():
            names = sorted(
                {spelled[one[tag]] for tag in both} | {spelled[other[tag]] for tag in both}
            )
            raise InvalidInput(
                phrase(
                    "Only one thing can be done at once with {names}.", names=" and ".join(names)
                )
            )
    gone = {tag: said for tag, said in gone.items() if tag not in add and tag not in withdraw}
    return TagEdit(add, gone | remove, withdraw)


def tag_wishes(edit: TagEdit, held: Held, vocabulary: Vocabulary) -> Wishes:
    """Return what an edit wants people's words on the tags of a post to be.

    A tag that is added is a yes, one that is removed a no, whatever anybody else says of it now,
    so that no machine takes away the one or brings back the other. What is decided as wished
    already stays, and where several spellings mean one tag, the word is on the one that was said.
    """
    decided = decide_tags((v for v in as_verdicts(held) if isinstance(v, Verdict)), vocabulary)
    wishes: dict[Thing, Value | Silence] = {}
    for tag, said in edit.add.items():
        if not decided.get(tag):
            wishes |= _say(tag, said, held, vocabulary, yes=True)
    for tag, said in edit.remove.items():
        if decided.get(tag) is not False:
            wishes |= _say(tag, said, held, vocabulary, yes=False)
    for tag in edit.withdraw:
        wishes |= _silence(tag, held, vocabulary)
    return wishes


def other_wishes(edit: Edit, parent_id: int | None) -> Wishes:
    """Return what an edit wants people's words on the rest of a post to be.

    `parent_id` is the parent that it has now.
    """
    wishes: dict[Thing, Value | Silence] = dict.fromkeys(edit.hushed, SILENCE)
    wishes |= dict.fromkeys(edit.marks, YES)
    if not isinstance(edit.rating, Untouched):
        wishes[About.RATING] = None if edit.rating is None else edit.rating.value
    if not isinstance(edit.parent, Untouched):
        wishes[About.PARENT] = None if edit.parent is None else own(edit.parent)
    elif parent_id in edit.not_parents:
        wishes[About.PARENT] = None
    if not isinstance(edit.sources, Untouched):
        wishes[About.SOURCE] = "\n".join(edit.sources) or None
    if not isinstance(edit.stars, Untouched):
        wishes[About.STARS] = None if edit.stars is None else str(edit.stars)
    if not isinstance(edit.description, Untouched):
        wishes[About.DESCRIPTION] = edit.description or None
    return wishes


def _silence(tag: int, held: Held, vocabulary: Vocabulary) -> dict[Thing, Silence]:
    """Take back every word of one meaning."""
    return dict.fromkeys(_spellings(tag, held, vocabulary), SILENCE)


def _say(
    tag: int, said: int, held: Held, vocabulary: Vocabulary, *, yes: bool
) -> dict[Thing, Value | Silence]:
    """Say a word; where it was said before and a newer one outranks it, take the newer ones back."""
    word = held.get(said)
    if word is None or word.value is not yes:
        return {said: yes}
    others = _spellings(tag, held, vocabulary)
    return {other: SILENCE for other in others if held[other].value is not yes}


def _spellings(tag: int, held: Held, vocabulary: Vocabulary) -> list[Thing]:
    return [
        about for about in held if not isinstance(about, About) and vocabulary.resolve(about) == tag
    ]
