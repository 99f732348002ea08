"""Tags drawn by chance, to wander about in a library that is too large to know."""

from __future__ import annotations

from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import TagRow
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.search.finding import Finding

DRAWN = 30
AT_ONCE = 300
TRIES = 10
"""How often so many numbers are drawn, where most are of tags that are on no post in sight."""


def drawn_tags(session: Session, finding: Finding, scope: Scope, seed: int) -> tuple[TagView, ...]:
    """Return tags that are on posts shown; the same seed draws the same while tags stay."""
    last = session.scalar(sa.select(sa.func.max(TagRow.id))) or 0
    tried = Random(seed).sample(range(1, last + 1), min(last, AT_ONCE * TRIES))  # noqa: S311  no secret
    drawn: list[TagView] = []
    while tried and len(drawn) < DRAWN:
        some, tried = tried[:AT_ONCE], tried[AT_ONCE:]
        known = session.scalars(sa.select(TagRow.id).where(TagRow.id.in_(some))).all()
        views = finding.count_tags(known, scope)
        drawn += [views[tag] for tag in some if tag in views]
    return tuple(drawn[:DRAWN])
