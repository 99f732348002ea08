"""Pages of pools: all of them, one with its posts in order, and putting posts into them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping.pools import Pool, pool_name
from homebooru.domain.posts import PostView
from homebooru.domain.query import MAX_LIMIT
from homebooru.domain.query.tree import PoolKind
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.keeping import pools
from homebooru.services.keeping.pool_posts import PoolPlace, places_in_pools
from homebooru.services.keeping.pool_views import PoolOrder, get_pool, list_pools
from homebooru.services.searching import search_on
from homebooru.web.addresses import our_page
from homebooru.web.current import deps, scope
from homebooru.web.errors import status_of
from homebooru.web.gallery import whole
from homebooru.web.keeping.selection import selected

bp = Blueprint("pools", __name__)

PAGE = 50
MOST_PAGES = 1_000
SHOWN = MAX_LIMIT
"""How many posts of a pool its page shows; the grid has them all."""
OFFERED = 20
KINDS = tuple(PoolKind)


@bp.get("/pools")
def index() -> ResponseReturnValue:
    """List pools, newly changed ones first."""
    return _list()


@bp.post("/pools")
def add() -> ResponseReturnValue:
    """Make a pool that a form describes, and go to it."""
    said = request.form
    try:
        pool = pools.add_pool(
            deps().sessions,
            said.get("name", ""),
            scope(),
            kind=said.get("kind", PoolKind.COLLECTION),
            description=said.get("description", ""),
        )
    except (InvalidInput, Conflict) as error:
        return _list(mistake=error), status_of(error)
    return redirect(url_for(".show", pool_id=pool.id), code=303)


@bp.get("/pools/<id:pool_id>")
def show(pool_id: int) -> ResponseReturnValue:
    """Show a pool with its posts in order, or only these for whoever has moved one."""
    pool = get_pool(deps().sessions, pool_id, scope())
    return _posts(pool) if "X-Fragment" in request.headers else _show(pool)


@bp.post("/pools/<id:pool_id>")
def change(pool_id: int) -> ResponseReturnValue:
    """Change what is said of a pool."""
    said = request.form
    try:
        pools.change_pool(
            deps().sessions,
            pool_id,
            scope(),
            name=said.get("name"),
            kind=said.get("kind"),
            description=said.get("description"),
        )
    except (InvalidInput, Conflict) as error:
        pool = get_pool(deps().sessions, pool_id, scope())
        return _show(pool, mistake=error), status_of(error)
    return redirect(url_for(".show", pool_id=pool_id), code=303)


@bp.post("/pools/<id:pool_id>/remove")
def remove(pool_id: int) -> ResponseReturnValue:
    """Remove a pool whose name the form says; its posts stay."""
    try:
        pools.remove_pool(deps().sessions, pool_id, request.form.get("name", ""), scope())
    except (InvalidInput, Conflict) as error:
        pool = get_pool(deps().sessions, pool_id, scope())
        return _show(pool, mistake=error), status_of(error)
    return redirect(url_for(".index"), code=303)


@bp.post("/pools/<id:pool_id>/posts")
def arrange(pool_id: int) -> ResponseReturnValue:
    """Move a post of a pool, or take it out.

    `earlier`, `later` or `out` is its number; or `move` is, and `before` or `after` that of the
    post beside which it belongs.
    """
    pool = get_pool(deps().sessions, pool_id, scope())
    if taken := _number("out"):
        pool = pools.take_posts(deps().sessions, pool_id, [taken], scope())
    elif place := _place(pool):
        moved, before, after = place
        pool = pools.put_posts(
            deps().sessions, pool_id, [moved], scope(), before=before, after=after
        )
    if "X-Fragment" in request.headers:
        return _posts(pool)
    return redirect(url_for(".show", pool_id=pool_id), code=303)


@bp.post("/pools/posts")
def fill() -> ResponseReturnValue:
    """Put posts into the pool that is named `pool` or `into`, made where there is none.

    They are those in `ids`, or all that the search in `tags` finds. Where no pool is named, one is
    asked for. A script is told in words what was done; a form leads back to where it was sent from.
    """
    said, wanted = request.form.get("into") or request.form.get("pool", ""), selected()
    if not said.strip():
        return render_template("pools/choose.html", count=len(wanted))
    name = pool_name(said)
    named = list_pools(deps().sessions, scope(), pattern=name, limit=1)
    if named:
        before, pool = (
            named[0].count,
            pools.put_posts(deps().sessions, named[0].id, wanted, scope()),
        )
    else:
        before, pool = 0, pools.add_pool(deps().sessions, name, scope(), posts=wanted)
    if "X-Fragment" in request.headers:
        return render_template("pools/_filled.html", pool=pool, added=pool.count - before)
    wanted_page = request.form.get("next")
    back = (
        request.root_path + our_page(wanted_page)
        if wanted_page
        else url_for(".show", pool_id=pool.id)
    )
    return redirect(back, code=303)


@bp.app_template_global()
def pools_of(post: PostView) -> tuple[PoolPlace, ...]:
    """Return the pools that a post is in, with what comes before and after it there."""
    return places_in_pools(deps().sessions, post.id, scope())


@bp.app_template_global()
def offered_pools() -> Sequence[Pool]:
    """Return the pools that were changed last, to be chosen from."""
    return list_pools(deps().sessions, scope(), order=PoolOrder.UPDATED, limit=OFFERED)


def _list(mistake: InvalidInput | Conflict | None = None) -> str:
    name, kind = request.args.get("name", "").strip(), request.args.get("kind")
    order = request.args.get("order", "")
    page = whole(request.args.get("page"), 1, 1, MOST_PAGES)
    spelled = "_".join(name.replace("\0", "").split())
    found = list_pools(
        deps().sessions,
        scope(),
        pattern=spelled if "*" in spelled else f"*{spelled}*",
        kind=PoolKind(kind) if kind in set(PoolKind) else None,
        order=PoolOrder(order) if order in set(PoolOrder) else PoolOrder.UPDATED,
        limit=PAGE + 1,
        offset=(page - 1) * PAGE,
    )
    here = {key: value for key, value in request.args.items() if key != "page"}
    return render_template(
        "pools/index.html",
        pools=found[:PAGE],
        covers=_covers(found[:PAGE]),
        kinds=KINDS,
        name=name,
        mistake=mistake,
        number=page,
        previous=url_for(".index", **here, page=page - 1) if page > 1 else None,  # type: ignore[arg-type]
        following=url_for(".index", **here, page=page + 1) if len(found) > PAGE else None,  # type: ignore[arg-type]
    )


def _covers(found: Sequence[Pool]) -> dict[int, PostView]:
    """Return the first post of each pool."""
    posts = {pool.id: _found(pool.id, limit=1) for pool in found if pool.count}
    return {pool_id: views[0] for pool_id, views in posts.items() if views}


def _found(pool_id: int, *, limit: int) -> tuple[PostView, ...]:
    text = f"ordpool:{pool_id}"
    return search_on(deps().sessions, text, scope(), 0, limit=limit, finder=deps().finder)


def _show(pool: Pool, mistake: InvalidInput | Conflict | None = None) -> str:
    return render_template(
        "pools/show.html",
        pool=pool,
        posts=_found(pool.id, limit=SHOWN),
        kinds=KINDS,
        mistake=mistake,
    )


def _posts(pool: Pool) -> ResponseReturnValue:
    answer = make_response(
        render_template("pools/_posts.html", pool=pool, posts=_found(pool.id, limit=SHOWN))
    )
    answer.vary.add("X-Fragment")
    return answer


def _place(pool: Pool) -> tuple[int, int | None, int | None] | None:
    """Return which post goes before or after which other one; None where it is there already."""
    if moved := _number("move"):
        return moved, _number("before"), _number("after")
    if moved := _number("earlier"):
        at = _index(pool, moved)
        return (moved, pool.posts[at - 1], None) if at > 0 else None
    if moved := _number("later"):
        at = _index(pool, moved)
        return (moved, None, pool.posts[at + 1]) if at + 1 < len(pool.posts) else None
    raise InvalidInput(phrase("Say which post shall be moved, or taken out."))


def _index(pool: Pool, post_id: int) -> int:
    if post_id not in pool.posts:
        raise NotFound(
            phrase("Post {post_id} is not in pool {pool_id}.", post_id=post_id, pool_id=pool.id)
        )
    return pool.posts.index(post_id)


def _number(name: str) -> int | None:
    return whole(request.form.get(name), 0, 0, 2**31 - 1) or None
