"""Pools for programs: what is in them, in which order, and what is said of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping.pools import Pool, pool_kind
from homebooru.domain.query.tree import PoolKind
from homebooru.services.keeping import pool_views, pools
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    ID,
    MOMENT,
    NUMBER,
    POSTS,
    TEXT,
    WHOLE,
    answer,
    extended,
    listed,
    wish,
)
from homebooru.web.current import deps, scope
from homebooru.web.keeping.bodies import (
    needed_text,
    number_in,
    numbers_in,
    sent,
    text_in,
    whole_number,
)
from homebooru.web.keeping.selection import named
from homebooru.web.security import takes_up_to

bp = Blueprint("pools_api", __name__, url_prefix="/api/pools")

USUAL = 100
LARGEST = 4 * 1024 * 1024
"""What is sent where all posts of the largest pool are put back where they stood."""

KIND = {"enum": [kind.value for kind in PoolKind]}
POOL = answer(
    "Pool",
    id=ID,
    name=TEXT,
    kind=KIND,
    description=TEXT,
    count=COUNT,
    created_at=MOMENT,
    updated_at=MOMENT,
)
WHOLE_POOL = extended("PoolWithPosts", POOL, posts=listed(ID))
PUT = wish(ids=listed(NUMBER), q=TEXT, before=NUMBER, after=NUMBER, order=listed(NUMBER))
WORDS = {"name": TEXT, "kind": TEXT, "description": TEXT}


@bp.get("")
@described(
    {200: answer("Pools", pools=listed(POOL))},
    query={"name": TEXT, "kind": KIND, "limit": WHOLE, "offset": WHOLE},
)
def list_all() -> ResponseReturnValue:
    """List pools by name: those that fit `name`, in which `*` stands for any signs, of one `kind`."""
    kind = request.args.get("kind")
    found = pool_views.list_pools(
        deps().sessions,
        scope(),
        pattern=request.args.get("name", "*").replace("\0", ""),
        kind=None if kind is None else pool_kind(kind),
        limit=whole_number("limit", USUAL),
        offset=whole_number("offset", 0),
    )
    return jsonify(pools=[_told(pool) for pool in found])


@bp.post("")
@described({201: WHOLE_POOL}, body=wish("name", **WORDS, posts=listed(NUMBER)))
def add() -> ResponseReturnValue:
    """Make a pool: `name`, and if wanted `kind`, `description` and the numbers of its `posts`."""
    body = sent()
    pool = pools.add_pool(
        deps().sessions,
        needed_text(body, "name"),
        scope(),
        kind=text_in(body, "kind") or PoolKind.COLLECTION,
        description=text_in(body, "description") or "",
        posts=numbers_in(body, "posts") if "posts" in body else (),
    )
    return jsonify(_whole(pool)), 201, {"Location": url_for(".show", pool_id=pool.id)}


@bp.get("/<id:pool_id>")
@described({200: WHOLE_POOL})
def show(pool_id: int) -> ResponseReturnValue:
    """Tell of a pool, with its posts in their order."""
    return jsonify(_whole(pool_views.get_pool(deps().sessions, pool_id, scope())))


@bp.patch("/<id:pool_id>")
@described({200: WHOLE_POOL}, body=wish(**WORDS))
def change(pool_id: int) -> ResponseReturnValue:
    """Change `name`, `kind` or `description`; what is left out stays."""
    body = sent()
    pool = pools.change_pool(
        deps().sessions,
        pool_id,
        scope(),
        name=text_in(body, "name"),
        kind=text_in(body, "kind"),
        description=text_in(body, "description"),
    )
    return jsonify(_whole(pool))


@bp.delete("/<id:pool_id>")
@described({200: WHOLE_POOL}, body=wish("name", name=TEXT))
def remove(pool_id: int) -> ResponseReturnValue:
    """Remove a pool whose `name` is said; the answer is what it was, fit to be sent again."""
    name = needed_text(sent(), "name")
    return jsonify(_whole(pools.remove_pool(deps().sessions, pool_id, name, scope())))


@bp.post("/<id:pool_id>/posts")
@takes_up_to(LARGEST)
@described({200: WHOLE_POOL}, body=PUT)
def put_posts(pool_id: int) -> ResponseReturnValue:
    """Put the posts in `ids`, or all that `q` finds, into a pool: `before` or `after` one of its posts, where they stood in a former `order` of it, or at its end."""
    body = sent()
    if "order" in body:
        former = numbers_in(body, "order")
        back = pools.put_posts_back(deps().sessions, pool_id, named(body), former, scope())
        return jsonify(_whole(back))
    pool = pools.put_posts(
        deps().sessions,
        pool_id,
        named(body),
        scope(),
        before=number_in(body, "before"),
        after=number_in(body, "after"),
    )
    return jsonify(_whole(pool))


@bp.delete("/<id:pool_id>/posts")
@described({200: WHOLE_POOL}, body=POSTS)
def take_posts(pool_id: int) -> ResponseReturnValue:
    """Take the posts in `ids`, or all that `q` finds, out of a pool."""
    wanted = named(sent())
    return jsonify(_whole(pools.take_posts(deps().sessions, pool_id, wanted, scope())))


def _whole(pool: Pool) -> dict[str, Any]:
    return _told(pool) | {"posts": list(pool.posts)}


def _told(pool: Pool) -> dict[str, Any]:
    return {
        "id": pool.id,
        "name": pool.name,
        "kind": pool.kind.value,
        "description": pool.description,
        "count": pool.count,
        "created_at": pool.created_at.isoformat(),
        "updated_at": pool.updated_at.isoformat(),
    }
