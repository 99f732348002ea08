"""Pools, with the posts that whoever asks sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping.pools import Pool
from homebooru.domain.query.tree import PoolKind
from homebooru.services.keeping.pool_posts import pools_holding, posts_of_pools
from homebooru.services.keeping.pool_views import PoolOrder, get_pool, list_pools
from homebooru.services.searching import LARGEST_ID
from homebooru.web.current import deps, scope
from homebooru.web.danbooru.answering import answer
from homebooru.web.danbooru.paging import asked_page
from homebooru.web.danbooru.post import moment
from homebooru.web.danbooru.wishes import is_yes, numbers, spelled, text

bp = Blueprint("pools", __name__)

INSIDE = {
    "post_ids_include": False,
    "post_ids_include_any": False,
    "post_ids_include_all": True,
}
"""Names of lists of posts, and whether a pool has to hold all of them."""
ORDERS = {
    "name": PoolOrder.NAME,
    "created_at": PoolOrder.CREATED,
    "post_count": PoolOrder.COUNT,
}


@bp.get("/pools.json")
def index() -> ResponseReturnValue:
    page, kind, ids = asked_page(), text("category"), _ids()
    if is_yes("is_deleted") or kind not in (None, *PoolKind):
        return answer([])
    pools = list_pools(
        deps().sessions,
        scope(),
        pattern=_pattern(),
        kind=None if kind is None else PoolKind(kind),
        ids=None if ids is None else sorted(ids),
        order=ORDERS.get(text("order") or "", PoolOrder.UPDATED),
        limit=page.limit,
        offset=page.offset,
    )
    posts = posts_of_pools(deps().sessions, [pool.id for pool in pools], scope())
    return answer([_document(pool, posts.get(pool.id, [])) for pool in pools])


@bp.get("/pools/<id:pool_id>.json")
def show(pool_id: int) -> ResponseReturnValue:
    pool = get_pool(deps().sessions, pool_id, scope())
    return answer(_document(pool, pool.posts))


def _ids() -> frozenset[int] | None:
    """Return which pools are wanted, by their own numbers and by those of their posts."""
    wanted = numbers("id")
    for name, every in INSIDE.items():
        if (posts := numbers(name)) is not None:
            held = pools_holding(deps().sessions, _possible(posts), scope(), every=every)
            wanted = held if wanted is None else wanted & held
    return wanted


def _possible(posts: frozenset[int]) -> frozenset[int]:
    return frozenset(min(post, LARGEST_ID) for post in posts)


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
