"""Pools, with the posts that whoever asks sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping import Pool
from homebooru.domain.query.tree import PoolKind
from homebooru.services.keeping.pool_posts import posts_of_pools
from homebooru.services.keeping.pools import get_pool, list_pools
from homebooru.web.current import deps, scope
from homebooru.web.danbooru.answering import answer
from homebooru.web.danbooru.paging import asked_page
from homebooru.web.danbooru.post import moment
from homebooru.web.danbooru.wishes import is_yes, numbers, spelled, text

bp = Blueprint("pools", __name__)


@bp.get("/pools.json")
def index() -> ResponseReturnValue:
    page, kind, ids = asked_page(), text("category"), numbers("id")
    if is_yes("is_deleted") or kind not in (None, *PoolKind):
        return answer([])
    pools = list_pools(
        deps().sessions,
        scope(),
        pattern=_pattern(),
        kind=None if kind is None else PoolKind(kind),
        ids=None if ids is None else sorted(ids),
        limit=page.limit,
        offset=page.offset,
    )
    posts = posts_of_pools(deps().sessions, [pool.id for pool in pools], scope())
    return answer([_document(pool, posts.get(pool.id, [])) for pool in pools])


@bp.get("/pools/<id:pool_id>.json")
def show(pool_id: int) -> ResponseReturnValue:
    pool = get_pool(deps().sessions, pool_id, scope())
    return answer(_document(pool, pool.posts))


def _pattern() -> str:
    """Return the names that are wanted, as a pattern."""
    if fits := text("name", "name_matches", "name_ilike"):
        return spelled(fits)
    inside = text("name_contains")
    return f"*{spelled(inside)}*" if inside else "*"


def _document(pool: Pool, posts: Sequence[int]) -> dict[str, Any]:
    return {
        "id": pool.id,
        "name": pool.name,
        "created_at": moment(pool.created_at),
        "updated_at": moment(pool.updated_at),
        "description": pool.description,
        "is_active": True,
        "is_deleted": False,
        "category": pool.kind,
        "post_ids": list(posts),
        "post_count": len(posts),
    }
