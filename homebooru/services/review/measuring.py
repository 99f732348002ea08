"""Measures how often models are right, and lets thresholds follow where a precision is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.deriving import rows
from homebooru.db.queries.deriving.claims import read_claims, read_verdicts
from homebooru.db.queries.policy import keep_setting, load_policy, policy_settings, setting
from homebooru.db.queries.reviewing.measures import keep_measures, read_curves
from homebooru.db.queries.tags import load_vocabulary
from homebooru.domain.claims import Verdict
from homebooru.domain.policy import Own, Policy, own_label, tuned
from homebooru.domain.review.scoring import Curve, Measures, settled
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.tags.deriving import tags_in
from homebooru.services.tags.tuning import Settings, retune

BATCH = 2000
DAY = timedelta(hours=23)
MEASURED, FOLLOWED = "measured_at", "followed_at"


def measure(sessions: Sessions, progress: Progress) -> int:
    """Score all that models say and the truth is known of; return of how many posts.

    Nothing is locked, and memory holds counts by tag alone. Stopped halfway, what was measured
    before stays.
    """
    measures, after, looked_at = Measures(), 0, 0
    with sessions() as session:
        progress.expect(rows.count_posts(session))
        policy = load_policy(session)
    while progress.goes_on():
        with sessions() as session:
            post_ids = rows.posts_after(session, after, limit=BATCH)
            if not post_ids:
                break
            _take(session, post_ids, measures, policy)
        after = post_ids[-1]
        looked_at += len(post_ids)
        progress.advance(len(post_ids))
    else:
        return looked_at
    with sessions.begin() as session:
        keep_measures(session, measures)
        keep_setting(session, MEASURED, _now())
    return looked_at


def follow(sessions: Sessions, *, at_once: bool = False) -> dict[str, float]:
    """Let the thresholds of categories with a wanted precision follow from what was measured.

    Not twice in a day, unless somebody asks for it `at_once`. Where any moved, posts follow as
    one order. Return the thresholds that follow now.
    """
    with sessions.begin() as session:
        locks.own_vocabulary(session)
        held, policy = policy_settings(session), load_policy(session)
        if not at_once and _is_young(setting(session, FOLLOWED)):
            return dict(held.get("followed", {}))
        curves = read_curves(session)
        followed = following(policy, curves)
        keep_setting(session, FOLLOWED, _now())
        if followed != held.get("followed", {}):
            samples = sum(curve.from_on[0].samples for curve in curves.values())
            reason = phrase("It follows from {count:,} answers.", count=samples)
            retune(session, held | {"followed": followed}, None, reason)
        return followed


def foreseen(sessions: Sessions, wanted: Settings) -> Settings:
    """Return settings with the thresholds that follow where they want another precision.

    They follow from what was measured last; those of other categories stay until their day.
    """
    with sessions() as session:
        held, curves = load_policy(session), read_curves(session)
        policy = tuned(policy_settings(session) | dict(wanted))
    if _wanted(policy) == _wanted(held):
        return wanted
    stays = {own for own in held.followed.keys() | curves.keys() if _same(own, policy, held)}
    stay = {own_label(*own): share for own, share in held.followed.items() if own in stays}
    anew = {own: curve for own, curve in curves.items() if own not in stays}
    return {**wanted, "followed": stay | following(replace(policy, followed={}), anew)}


def _wanted(policy: Policy) -> tuple[object, object]:
    return policy.precisions, policy.own_precisions


def _same(own: Own, policy: Policy, other: Policy) -> bool:
    """Tell whether both want the same precision of a model in a category, and want one."""
    wanted = policy.precision(*own)
    return wanted is not None and wanted == other.precision(*own)


def following(policy: Policy, curves: Mapping[Own, Curve]) -> dict[str, float]:
    """Return the thresholds that follow from curves, as settings name them."""
    found = {}
    for own, curve in curves.items():
        if (wanted := policy.precision(*own)) is not None:
            threshold = settled(policy.followed.get(own), curve.threshold(wanted))
            if threshold is not None:
                found[own_label(*own)] = threshold
    return found


def measured_at(sessions: Sessions) -> datetime | None:
    """Return when models were measured last."""
    with sessions() as session:
        text = setting(session, MEASURED)
    return None if text is None else datetime.fromisoformat(text)


def _take(session: Session, post_ids: list[int], measures: Measures, policy: Policy) -> None:
    claims, verdicts = read_claims(session, post_ids), read_verdicts(session, post_ids)
    vocabulary = load_vocabulary(session, tags_in(claims, verdicts))
    for post, said in claims.items():
        words = [word for word in verdicts.get(post, ()) if isinstance(word, Verdict)]
        measures.take(said, words, vocabulary, policy)


def _is_young(moment: Any) -> bool:
    return moment is not None and datetime.now(UTC) - datetime.fromisoformat(moment) < DAY


def _now() -> str:
    return datetime.now(UTC).isoformat()
