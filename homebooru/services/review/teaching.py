"""What the answers teach: how precise models are here, and which tags they are worst at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from homebooru.db import queue
from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.reviewing.measures import read_curves, worst_tags
from homebooru.db.queries.views import tag_views
from homebooru.domain.policy import Policy
from homebooru.domain.posts import TagView
from homebooru.domain.review.scoring import Curve, Score
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.review.measuring import measured_at

WORST = 20
AT_LEAST = 10
"""From how many answers on a tag is told of: fewer are chance."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A tag that a model is often wrong about, of all that it is believed in."""

    source: str
    tag: TagView
    score: Score


@dataclass(frozen=True, slots=True)
class Taught:
    """What was measured last."""

    curves: Mapping[tuple[str, Category], Curve]
    worst: tuple[Worst, ...]
    policy: Policy
    measured_at: datetime | None

    def held(self, own: tuple[str, Category]) -> Score:
        """Return how right a model is in a category from the threshold on that holds."""
        return self.curves[own].from_on[round(100 * self.policy.threshold(*own))]


def taught(sessions: Sessions, scope: Scope, *, finder: Finder = PLAIN) -> Taught:
    """Return what was measured last, with those tags that somebody may know of."""
    moment = measured_at(sessions)
    with one_moment(sessions) as session:
        scores = worst_tags(session, at_least=AT_LEAST, limit=WORST)
        ids = {score.tag_id for score in scores}
        with finder.finding(session) as finding:
            seen = finding.seen_tags(ids, scope)
        views = tag_views(session, seen)
        worst = tuple(Worst(s.source, views[s.tag_id], s.sure) for s in scores if s.tag_id in views)
        return Taught(read_curves(session), worst, load_policy(session), moment)


def ask_to_measure(sessions: Sessions) -> None:
    """Have models measured now."""
    with sessions.begin() as session:
        queue.wake_job(session, "measure_models")
