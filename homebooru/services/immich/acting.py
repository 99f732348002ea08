"""Takes what people did in Immich with our tags for their word; and finds files of their libraries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import posts
from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.immich import assets, groups, ledger
from homebooru.db.queries.tags import find_tags
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import TagQuestionRow
from homebooru.domain.editing.words import (
    Hand,
    Silence,
    Thing,
    Value,
    Via,
    Wishes,
    changes_of,
)
from homebooru.domain.immich.acts import Difference, names_of, weigh
from homebooru.phrases import phrase
from homebooru.services.immich.storing import Household, settle_assets
from homebooru.services.library.settling import unite
from homebooru.services.outgoing.choosing import load_profile
from homebooru.services.outgoing.following import follow
from homebooru.services.tags.deciding import carry_out, hold

SAID_THERE = phrase("said in Immich")


def follow_acts(session: Session, owner_id: UUID, before: datetime) -> None:
    """Take for a person's word what differs from what we last wrote, on assets read since.

    Where a tag itself is gone, or many lost it, a person is asked instead. Either way it stays
    out there until somebody says otherwise.
    """
    values = frozenset(groups.known_tags(session, owner_id).values())
    lost = ledger.lost(session, owner_id, before)
    beside = ledger.came(session, owner_id, before)
    names = names_of({one.value for one in (*lost, *beside)}, load_profile(session))
    tags = find_tags(session, names.values())
    ids = {value: tags[name] for value, name in names.items() if name in tags}
    came = [one for one in beside if one.value in ids]
    acts = weigh(lost, values)
    for kind, questions in (("gone", acts.gone), ("taken", acts.taken)):
        for value, asset_ids in questions.items():
            if value in ids:
                about = sorted(groups.posts_of(session, asset_ids))
                session.add(
                    TagQuestionRow(
                        owner_id=owner_id,
                        tag_id=ids[value],
                        value=value,
                        kind=kind,
                        post_ids=about,
                    )
                )
    wishes = _wishes(session, ids, acts.words, yes=False)
    for post, words in _wishes(session, ids, came, yes=True).items():
        wishes[post] = {**words, **wishes.get(post, {})}
    ledger.note_gone(session, lost)
    ledger.note_came(session, came)
    _decide(session, wishes)


def _wishes(
    session: Session, ids: Mapping[str, int], differences: Sequence[Difference], *, yes: bool
) -> dict[int, dict[Thing, Value | Silence]]:
    wishes: dict[int, dict[Thing, Value | Silence]] = {}
    shown = assets.shown_by(session, {one.asset_id for one in differences})
    for one in differences:
        if one.value in ids:
            wishes.setdefault(shown[one.asset_id], {})[ids[one.value]] = yes
    return wishes


def _decide(session: Session, wishes: Mapping[int, Wishes]) -> None:
    held, at = hold(session, wishes), verdicts.clock(session)
    by = Hand(via=Via.IMPORT, reason=SAID_THERE)
    changes = {post: changes_of(wishes[post], words, by, at) for post, words in held.items()}
    carry_out(session, changes, by, at)


def unite_placed(session: Session, home: Household) -> None:
    """Let assets of external libraries be the posts whose files were read here since."""
    waiting = {
        row.id: home.roots.place(row.path) for row in assets.unplaced(session, home.owner_id)
    }
    at = assets.posts_at(session, {place for place in waiting.values() if place is not None})
    if not at:
        return
    posts.lock_intake(session)
    shown = assets.shown_by(session, waiting)
    touched = set()
    for asset_id, place in waiting.items():
        if place in at and at[place] != shown[asset_id]:
            unite(session, at[place], shown[asset_id])
            shown = _with(shown, shown[asset_id], at[place])
            touched.add(at[place])
    settle_assets(session, touched)


def _with(shown: Mapping[int, int], lost: int, kept: int) -> dict[int, int]:
    return {asset: kept if post == lost else post for asset, post in shown.items()}


def answer_question(
    sessions: Sessions, question_id: int, account_id: int | None, *, reject: bool
) -> None:
    """Take a person's answer to what became of a tag in Immich: no, or that it stays here."""
    in_transaction(
        sessions,
        partial(_answer, question_id=question_id, account_id=account_id, reject=reject),
    )


def _answer(session: Session, question_id: int, account_id: int | None, *, reject: bool) -> None:
    found = ledger.answer(session, question_id, "reject" if reject else "keep")
    if found is not None and reject:
        by = Hand(account_id=account_id, via=Via.WEB, reason=SAID_THERE)
        held, at = hold(session, found.post_ids), verdicts.clock(session)
        wish: Wishes = {found.tag_id: False}
        carry_out(
            session, {p: changes_of(wish, words, by, at) for p, words in held.items()}, by, at
        )
    elif found is not None:
        ledger.forget_gone(session, found.owner_id, found.value, found.post_ids)
        follow(session, found.post_ids)
