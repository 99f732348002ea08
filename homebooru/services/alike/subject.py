"""Which posts are about the same as another one: those that share the tags that say most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.views import page_views
from homebooru.db.tables import PostRow
from homebooru.domain.alike.subject import STEPS, weights_of
from homebooru.domain.posts import PostView, TagView
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.search.plain import Asked
from homebooru.services.searching import is_seen

MOST = 200


@dataclass(frozen=True, slots=True)
class SharedTag:
    """A tag that two posts have, and how much that says: more, the rarer it is and by its kind."""

    tag: TagView
    weight: float


@dataclass(frozen=True, slots=True)
class AboutTheSame:
    """A post that shares tags with another one, and why it is told of.

    `likeness` is the share of all that the other's tags say: 1 where it has all of them. `shared`
    begins with those that say most.
    """

    post: PostView
    likeness: float
    shared: tuple[SharedTag, ...]


def by_tags(
    sessions: Sessions,
    post_id: int,
    scope: Scope,
    *,
    limit: int = 24,
    finder: Finder = PLAIN,
) -> tuple[AboutTheSame, ...]:
    """Return the posts of the gallery that share most with one, of those that the asker may see.

    Equals are told newest first. Raises NotFound where the scope hides the post.
    """
    with one_moment(sessions) as session:
        if not is_seen(session, post_id, scope):
            raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
        with finder.finding(session) as finding:
            held = session.scalars(sa.select(PostRow.tag_ids).where(PostRow.id == post_id)).one()
            tags = finding.count_tags(held, scope)
            weights = weights_of(tags, _count_shown(finding, scope))
            totals = finding.sharing(weights, scope, post_id, min(limit, MOST))
            listed = finding.tags_of(list(totals))
        views = page_views(session, listed, scope)
    says = {tags[tag].name: SharedTag(tags[tag], weight / STEPS) for tag, weight in weights.items()}
    whole = sum(weights.values())
    return tuple(AboutTheSame(post, totals[post.id] / whole, _shared(post, says)) for post in views)


def _count_shown(finding: Finding, scope: Scope) -> int:
    return finding.find(parse(""), Asked(scope=scope, now=datetime.now(UTC))).count()


def _shared(post: PostView, says: Mapping[str, SharedTag]) -> tuple[SharedTag, ...]:
    shared = (says[tag.name] for tag in post.tags if tag.name in says)
    return tuple(sorted(shared, key=lambda one: (-one.weight, one.tag.name)))
