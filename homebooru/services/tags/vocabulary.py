"""Changes what tags mean and what follows from them; posts follow by an order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks, tags
from homebooru.db.queries.deriving import counting, orders
from homebooru.db.queries.vocabulary import acts
from homebooru.db.queries.vocabulary.states import write_states
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.vocabulary.acts import Change, Kind, Matter
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.errors import Conflict
from homebooru.phrases import Phrase, phrase
from homebooru.services.tags.planning import find_ids, plan

MOST_NAMED = 500
"""How many tags an order names; where more change, it is for all posts."""
COMMAND = Hand(via=Via.CLI)


def carry_out(sessions: Sessions, wish: Wish, by: Hand = COMMAND) -> int | None:
    """Do what is wished, and return the line of the history; None where all was so already.

    Posts follow by an order that is committed with it. Raises InvalidInput where tags would go
    round in a circle, Conflict where something is in the way, NotFound where a tag is none.
    """
    with sessions.begin() as session:
        locks.own_vocabulary(session)
        ids = find_ids(session, wish)
        if (
            wish.kind is Kind.RENAME
            and wish.other
            and counting.is_counted(session, ids[wish.other])
        ):
            raise Conflict(
                phrase(
                    "There are posts with {name} already. Merge the two tags instead.",
                    name=wish.other,
                )
            )
        changes = plan(session, wish, ids, tags.load_vocabulary(session, ids.values()))
        if not changes:
            return None
        made = tags.make_tags(session, dict.fromkeys(wish.names))
        if any(tag < 0 for tag in ids.values()):
            changes = plan(session, wish, made, tags.load_vocabulary(session, made.values()))
        return keep(session, wish.kind, changes, by, _reason(wish))


def keep(
    session: Session,
    kind: Kind,
    changes: Sequence[Change],
    by: Hand,
    reason: str,
    *,
    undoes: int | None = None,
) -> int:
    """Make changes that are fit to be made, note them, and order the posts to follow."""
    act_id = acts.begin_act(session, kind, by, undoes=undoes)
    keep_part(session, act_id, changes, reason)
    return act_id


def keep_part(
    session: Session,
    act_id: int,
    changes: Sequence[Change],
    reason: str,
    silent: Collection[int] = (),
) -> None:
    """Make some changes of an act. No post hears of tags that are `silent`."""
    concerned = moved_by(changes).difference(silent)
    before = tags.same_meaning(session, concerned) if concerned else frozenset()
    write_states(session, changes)
    acts.note_changes(session, act_id, changes)
    if concerned:
        named = before | tags.same_meaning(session, concerned)
        orders.place_order(session, named if len(named) <= MOST_NAMED else None, reason)


def moved_by(changes: Iterable[Change]) -> frozenset[int]:
    """Return the tags whose posts have to follow; descriptions move nothing."""
    return frozenset(c.thing.tag for c in changes if c.thing.matter is not Matter.DESCRIPTION)


def add_alias(sessions: Sessions, antecedent: str, consequent: str, by: Hand = COMMAND) -> None:
    """Let `antecedent` mean `consequent`; tags that do not exist yet are made."""
    carry_out(sessions, Wish(Kind.ALIAS, antecedent, consequent), by)


def remove_alias(sessions: Sessions, antecedent: str, by: Hand = COMMAND) -> None:
    """Let `antecedent` mean itself again. Raises NotFound where it is no alias."""
    carry_out(sessions, Wish(Kind.UNALIAS, antecedent), by)


def add_implication(
    sessions: Sessions, antecedent: str, consequent: str, by: Hand = COMMAND
) -> None:
    """Let every post with `antecedent` have `consequent` too; new tags are made."""
    carry_out(sessions, Wish(Kind.IMPLY, antecedent, consequent), by)


def remove_implication(
    sessions: Sessions, antecedent: str, consequent: str, by: Hand = COMMAND
) -> None:
    """Let `antecedent` stand without `consequent`. Raises NotFound where it does already."""
    carry_out(sessions, Wish(Kind.UNIMPLY, antecedent, consequent), by)


def _reason(wish: Wish) -> Phrase:
    tag, other = wish.tag, wish.other
    match wish.kind:
        case Kind.RENAME:
            return phrase("{tag} is now called {other}", tag=tag, other=other)
        case Kind.MERGE:
            return phrase("{tag} became part of {other}", tag=tag, other=other)
        case Kind.ALIAS:
            return phrase("{tag} now means {other}", tag=tag, other=other)
        case Kind.IMPLY:
            return phrase("{tag} now implies {other}", tag=tag, other=other)
        case Kind.UNIMPLY:
            return phrase("{tag} implies {other} no more", tag=tag, other=other)
    return phrase("{tag} has another meaning or category", tag=tag)
