"""Changes what tags mean and what follows from them; posts follow by an order."""

from __future__ import annotations

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks, tags
from homebooru.db.queries.deriving import orders
from homebooru.domain.tags import tag_name
from homebooru.domain.vocabulary import Vocabulary
from homebooru.errors import Conflict, InvalidInput, NotFound


def add_alias(sessions: Sessions, antecedent: str, consequent: str) -> None:
    """Let `antecedent` mean `consequent`; tags that do not exist yet are made.

    Raises InvalidInput where that would go round in a circle, Conflict where `antecedent` means
    something else already.
    """
    tag, meaning = tag_name(antecedent), tag_name(consequent)
    with sessions.begin() as session:
        tag_id, meaning_id, vocabulary = _begin(session, tag, meaning)
        if (held := vocabulary.aliases.get(tag_id)) is not None:
            if held == meaning_id:
                return
            name = tags.tag_names(session, [held])[held]
            raise Conflict(f"{tag} is an alias of {name} already; remove that alias first.")
        if vocabulary.follows(meaning_id, tag_id) or vocabulary.follows(tag_id, meaning_id):
            raise InvalidInput(
                f"{tag} cannot be an alias of {meaning}: one of them follows from the other "
                "already, by an alias or an implication. Remove that one first."
            )
        tags.add_alias(session, tag_id, meaning_id)
        orders.order_for_tags(session, [tag_id], f"{tag} now means {meaning}")


def remove_alias(sessions: Sessions, antecedent: str) -> None:
    """Let `antecedent` mean itself again. Raises NotFound where it is no alias."""
    tag = tag_name(antecedent)
    with sessions.begin() as session:
        locks.own_vocabulary(session)
        tag_id = tags.find_tags(session, [tag]).get(tag)
        concerned = tags.same_meaning(session, [tag_id] if tag_id else [])
        if tag_id is None or not tags.remove_alias(session, tag_id):
            raise NotFound(f"{tag} is no alias.")
        orders.place_order(session, concerned, f"{tag} is no alias any more")


def add_implication(sessions: Sessions, antecedent: str, consequent: str) -> None:
    """Let every post with `antecedent` have `consequent` too; new tags are made.

    Raises InvalidInput where that would go round in a circle.
    """
    tag, implied = tag_name(antecedent), tag_name(consequent)
    with sessions.begin() as session:
        tag_id, implied_id, vocabulary = _begin(session, tag, implied)
        if implied_id in vocabulary.implications.get(tag_id, ()):
            return
        if vocabulary.follows(implied_id, tag_id):
            raise InvalidInput(
                f"{tag} cannot imply {implied}: {tag} follows from {implied} already, by an "
                "alias or an implication."
            )
        tags.add_implication(session, tag_id, implied_id)
        orders.order_for_tags(session, [tag_id], f"{tag} now implies {implied}")


def remove_implication(sessions: Sessions, antecedent: str, consequent: str) -> None:
    """Let `antecedent` stand without `consequent`. Raises NotFound where it does already."""
    tag, implied = tag_name(antecedent), tag_name(consequent)
    with sessions.begin() as session:
        locks.own_vocabulary(session)
        ids = tags.find_tags(session, [tag, implied])
        if len(ids) < 2 or not tags.remove_implication(session, ids[tag], ids[implied]):
            raise NotFound(f"{tag} does not imply {implied}.")
        orders.order_for_tags(session, [ids[tag]], f"{tag} implies {implied} no more")


def _begin(session: Session, tag: str, other: str) -> tuple[int, int, Vocabulary]:
    """Hold the vocabulary, and return both tags' ids with all that is known of them."""
    if tag == other:
        raise InvalidInput(f"{tag} and {other} are the same tag.")
    locks.own_vocabulary(session)
    ids = tags.make_tags(session, {tag: None, other: None})
    return ids[tag], ids[other], tags.load_vocabulary(session, ids.values())
