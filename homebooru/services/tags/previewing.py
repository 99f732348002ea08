"""Tells what another policy would change, before it is set."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.deriving.claims import read_claims, read_verdicts
from homebooru.db.queries.policy import load_policy, policy_settings
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.tags import load_vocabulary
from homebooru.db.queries.views import tag_views
from homebooru.db.tables import PostRow
from homebooru.domain.claims import effective
from homebooru.domain.policy import tuned
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.services.tags.deriving import tags_in
from homebooru.services.tags.tuning import Settings

SAMPLE = 1500
"""How many posts are looked at: a second's work, and a share of them is known to 3 in 100."""

NAMED = 8


@dataclass(frozen=True, slots=True)
class Consequence:
    """What would change of the posts that are shown; numbers are estimates unless all were seen.

    `gains` and `losses` are the tags that would come and go most often.
    """

    posts: int
    looked_at: int
    gaining: int = 0
    losing: int = 0
    gained: int = 0
    lost: int = 0
    gains: tuple[tuple[TagView, int], ...] = ()
    losses: tuple[tuple[TagView, int], ...] = ()

    @property
    def is_exact(self) -> bool:
        return self.looked_at >= self.posts

    @property
    def is_nothing(self) -> bool:
        return not (self.gained or self.lost)


def consequence(sessions: Sessions, wanted: Settings, scope: Scope) -> Consequence:
    """Return what it would change to set parts of the policy; raises InvalidInput as `tune` does.

    Of a large library a fixed sample is looked at, so that asking twice tells the same.
    """
    with one_moment(sessions) as session:
        after = tuned(policy_settings(session) | dict(wanted))
        posts = session.scalar(sa.select(sa.func.count()).where(visible(scope), shown())) or 0
        sample = _sample(session, posts, scope)
        before = load_policy(session)
        claims, verdicts = read_claims(session, sample), read_verdicts(session, sample)
        vocabulary = load_vocabulary(session, tags_in(claims, verdicts))
        came: Counter[int] = Counter()
        went: Counter[int] = Counter()
        gaining = losing = 0
        for post in sample:
            said = claims.get(post, ()), verdicts.get(post, ()), vocabulary
            held, wished = effective(*said, before).tag_ids, effective(*said, after).tag_ids
            came.update(wished - held)
            went.update(held - wished)
            gaining += bool(wished - held)
            losing += bool(held - wished)
        times = posts / len(sample) if sample else 1
        return Consequence(
            posts=posts,
            looked_at=len(sample),
            gaining=round(gaining * times),
            losing=round(losing * times),
            gained=round(came.total() * times),
            lost=round(went.total() * times),
            gains=_most(session, came, times),
            losses=_most(session, went, times),
        )


def _sample(session: Session, posts: int, scope: Scope) -> list[int]:
    mine = sa.select(PostRow.id).where(visible(scope), shown()).order_by(PostRow.id)
    if posts <= SAMPLE:
        return list(session.scalars(mine))
    newest = session.scalars(sa.select(sa.func.max(PostRow.id))).one()
    shuffled = random.Random(newest)  # noqa: S311  a sample, no secret
    drawn = shuffled.sample(range(1, newest + 1), min(newest, 2 * SAMPLE))
    seen = list(session.scalars(mine.where(any_of(PostRow.id, drawn))))
    return sorted(shuffled.sample(seen, min(len(seen), SAMPLE)))


def _most(
    session: Session, often: Mapping[int, int], times: float
) -> tuple[tuple[TagView, int], ...]:
    first = Counter(often).most_common(NAMED)
    views = tag_views(session, [tag for tag, _ in first])
    return tuple((views[tag], round(count * times)) for tag, count in first if tag in views)
