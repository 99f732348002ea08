"""Finds the tags that somebody who edits a post may want next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import history
from homebooru.db.queries.records import any_of
from homebooru.db.queries.tags import find_tags
from homebooru.db.queries.views import tag_views
from homebooru.db.tables import PostRow
from homebooru.domain.editing.related import RelatedTags, in_company, of_pictures_alike
from homebooru.domain.posts import RANKS, TagView
from homebooru.domain.query import Query
from homebooru.domain.query.tree import Tag
from homebooru.domain.scope import Scope
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.services.editing.box import read_box
from homebooru.services.similar import nearest_posts

ALIKE, FARTHEST = 6, 0.3  # pictures, and the cosine distance of the last that counts
ASKED = 6
FOUND = 30
SHOWN = 18
LOOKED_BACK = 200


def related_tags(
    sessions: Sessions, post_id: int, scope: Scope, account_id: int, *, finder: Finder = PLAIN
) -> RelatedTags:
    """Return what may be added to a post. Raises NotFound where the scope hides it."""
    box = read_box(sessions, post_id, scope)
    out = {tag.name for tag in (*box.tags, *box.rejected, *box.suggested)}
    with one_moment(sessions) as session, finder.finding(session) as finding:
        company = _company(session, finding, box.tags, scope)
        alike = _alike(session, finding, post_id, scope)
        recent = _recent(session, account_id)
    return RelatedTags(
        company=_without(company, out),
        alike=_without(alike, out | {tag.name for tag in company[:SHOWN]}),
        suggested=box.suggested,
        recent=_without(recent, out),
    )


def _company(
    session: Session, finding: Finding, present: Sequence[TagView], scope: Scope
) -> Sequence[TagView]:
    """Return what goes with the most telling tags of a post."""
    ids = find_tags(session, [tag.name for tag in present])
    counted = finding.count_tags(ids.values(), scope)
    telling = sorted(counted.values(), key=lambda tag: (RANKS[tag.category], tag.count))[:ASKED]
    together = [_beside(session, finding, tag, scope) for tag in telling]
    met = {other for _, found in together for other in found} - set(ids.values())
    views = finding.count_tags(met, scope)
    order = in_company(together, {tag: view.count for tag, view in views.items()})
    return [views[tag] for tag in order]


def _beside(
    session: Session, finding: Finding, tag: TagView, scope: Scope
) -> tuple[int, Mapping[int, int]]:
    query, asked = ask(session, Query(Tag(tag.name)), scope, datetime.now(UTC), None)
    return tag.count, finding.find(query, asked).related(FOUND)


def _alike(session: Session, finding: Finding, post_id: int, scope: Scope) -> Sequence[TagView]:
    """Return what the pictures have that look most like a post's, where that is known."""
    found = nearest_posts(session, finding, post_id, scope, ALIKE)
    near = [(post, distance) for post, distance in found if distance <= FARTHEST]
    mine = sa.select(PostRow.id, PostRow.tag_ids).where(
        any_of(PostRow.id, [one for one, _ in near])
    )
    tags = {row.id: row.tag_ids for row in session.execute(mine)}
    order = of_pictures_alike((1 - distance, tags[one]) for one, distance in near)
    views = finding.count_tags(order, scope)
    return [views[tag] for tag in order if tag in views]


def _recent(session: Session, account_id: int) -> Sequence[TagView]:
    """Return the tags that somebody added last, the latest first."""
    ids = history.added_last(session, account_id, LOOKED_BACK)
    shown = tag_views(session, ids)
    return [shown[tag] for tag in ids if tag in shown]


def _without(tags: Iterable[TagView], names: Collection[str]) -> tuple[TagView, ...]:
    return tuple(tag for tag in tags if tag.name not in names)[:SHOWN]
