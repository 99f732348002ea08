"""Makes tags, and decides what category each is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.queries import tags
from homebooru.db.queries.deriving import orders
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.vocabulary import acts
from homebooru.domain.editing.words import Hand
from homebooru.domain.policy import PERSON, Policy
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import Categorised, Change, Kind, Matter, Thing
from homebooru.phrases import phrase


@dataclass(frozen=True, slots=True)
class Mention:
    """A tag as a source names it, in its canonical spelling."""

    name: str
    category: Category | None
    source: str


def settle_tags(
    session: Session, mentions: Iterable[Mention], by: Hand | None = None
) -> dict[str, int]:
    """Return the ids of all tags mentioned, made where they are new.

    Each is in the category that the most trusted voice says. Among equals the first one stays:
    files of one kind come from many hands, and would only quarrel; but among people the last
    one. Where a tag moves to another category, the posts that it concerns are derived anew, and
    where it is somebody (`by`) who moves it, that is noted in the history of the vocabulary.
    """
    mentions = set(mentions)
    policy = load_policy(session)
    wishes = _most_trusted(mentions, policy)
    ids = tags.make_tags(session, {m.name: wishes.get(m.name) for m in mentions})
    _settle_categories(session, {ids[name]: wish for name, wish in wishes.items()}, policy, by)
    return ids


def _most_trusted(mentions: Iterable[Mention], policy: Policy) -> dict[str, Categorised]:
    heard = [
        (policy.trust(mention.source), mention.source, mention.category, mention.name)
        for mention in mentions
        if mention.category is not None
    ]
    return {
        name: Categorised(category, source)
        for trust, source, category, name in sorted(heard)
        if trust > 0
    }


def _settle_categories(
    session: Session, wishes: dict[int, Categorised], policy: Policy, by: Hand | None
) -> None:
    def outranks(tag: int, held: Categorised) -> bool:
        wish = wishes[tag]
        is_newer = wish.by == held.by == PERSON and wish.category != held.category
        return is_newer or policy.trust(wish.by) > policy.trust(held.by)

    now = tags.read_categories(session, list(wishes))
    if open_ := [tag for tag, held in now.items() if outranks(tag, held)]:
        locked = tags.read_categories(session, open_, lock=True)
        new = {tag: wishes[tag] for tag, held in locked.items() if outranks(tag, held)}
        tags.write_categories(session, new)
        if moved := [tag for tag, wish in new.items() if wish.category != locked[tag].category]:
            orders.order_for_tags(session, moved, phrase("categories changed"))
            if by is not None:
                _note(session, {tag: (locked[tag], new[tag]) for tag in moved}, by)


def _note(session: Session, moves: dict[int, tuple[Categorised, Categorised]], by: Hand) -> None:
    act_id = acts.begin_act(session, Kind.CATEGORISE, by)
    changes = [Change(Thing(Matter.CATEGORY, tag), *move) for tag, move in moves.items()]
    acts.note_changes(session, act_id, changes)
