"""Posts of which a booru has a better file, for people and for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from homebooru.services.alike import upgrades
from homebooru.services.alike.upgrades import Gain, Upgrade
from homebooru.web.addresses import outside
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    ADDRESS,
    COUNT,
    FLAG,
    ID,
    TEXT,
    WHOLE,
    answer,
    listed,
    optional,
)
from homebooru.web.current import actor, deps, scope
from homebooru.web.gallery import LARGEST, whole
from homebooru.web.keeping.bodies import whole_number

bp = Blueprint("upgrades", __name__, url_prefix="/upgrades")
api = Blueprint("upgrades_api", __name__, url_prefix="/api/upgrades")

PAGE = 50
GAINS = {
    Gain.LARGER: lazy_gettext("larger"),
    Gain.LOSSLESS: lazy_gettext("lossless"),
    Gain.FINER: lazy_gettext("less compressed"),
}
UPGRADE = answer(
    "Upgrade",
    post_id=ID,
    page_url=ADDRESS,
    source=TEXT,
    address=optional(ADDRESS),
    gain={"enum": list(Gain)},
    width=COUNT,
    height=COUNT,
    size=optional(COUNT),
    extension=optional(TEXT),
)


@bp.get("")
def index() -> ResponseReturnValue:
    """Show which files at boorus are better than ours."""
    page, unwanted = whole(request.args.get("page"), 1, 1, LARGEST), "unwanted" in request.args
    found = upgrades.list_upgrades(
        deps().sessions, scope(), limit=PAGE, offset=(page - 1) * PAGE, unwanted=unwanted
    )
    return render_template(
        "alike/upgrades.html",
        found=found.found,
        count=found.count,
        unwanted=unwanted,
        page=page,
        pages=-(-found.count // PAGE),
        gains=GAINS,
    )


@bp.post("/<id:post_id>/<source>")
def decide(post_id: int, source: str) -> ResponseReturnValue:
    """Keep whether a better file is wanted."""
    wanted = request.form.get("wanted") == "yes"
    account = actor().account.id
    upgrades.decide(deps().sessions, post_id, source, scope(), account, wanted=wanted)
    return redirect(url_for(".index", unwanted="" if wanted else None), code=303)


@api.get("")
@described(
    {200: answer("Upgrades", count=COUNT, upgrades=listed(UPGRADE))},
    query={"limit": WHOLE, "offset": WHOLE, "unwanted": FLAG},
)
def tell() -> ResponseReturnValue:
    """Tell of which posts a booru has a better file; with `unwanted=true` of those not wanted."""
    found = upgrades.list_upgrades(
        deps().sessions,
        scope(),
        limit=whole_number("limit", PAGE),
        offset=whole_number("offset", 0),
        unwanted=request.args.get("unwanted") == "true",
    )
    return jsonify(count=found.count, upgrades=[_told(one) for one in found.found])


@api.put("/<id:post_id>/<source>/unwanted")
@described({204: None})
def refuse(post_id: int, source: str) -> ResponseReturnValue:
    """Keep that the better file of a post at a source is not wanted."""
    account = actor().account.id
    upgrades.decide(deps().sessions, post_id, source, scope(), account, wanted=False)
    return "", 204


@api.delete("/<id:post_id>/<source>/unwanted")
@described({204: None})
def want(post_id: int, source: str) -> ResponseReturnValue:
    """Take back that the better file of a post at a source is not wanted."""
    account = actor().account.id
    upgrades.decide(deps().sessions, post_id, source, scope(), account, wanted=True)
    return "", 204


def _told(one: Upgrade) -> dict[str, Any]:
    return {
        "post_id": one.post.id,
        "page_url": outside("posts.show", one.post.id),
        "source": one.source,
        "address": one.address,
        "gain": one.gain,
        "width": one.width,
        "height": one.height,
        "size": one.size,
        "extension": one.extension,
    }
