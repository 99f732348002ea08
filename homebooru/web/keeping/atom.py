"""Feeds for feed readers (Atom, RFC 4287): what a search finds, the newest first.

A reader cannot log in, so the address of a feed holds a pass for that feed, and the feed holds
passes for its thumbnails.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import quote

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping.searches import SavedSearch
from homebooru.domain.posts import PostView
from homebooru.errors import NotAllowed
from homebooru.phrases import phrase
from homebooru.services.accounts.passes import Passes, passes_for, passes_of
from homebooru.services.keeping.newest import newest_posts
from homebooru.services.keeping.searches import get_search
from homebooru.services.media import thumbnail_digest
from homebooru.web.current import actor, deps, scope
from homebooru.web.gallery import query_text
from homebooru.web.keeping.searches import saved_query
from homebooru.web.media import send_thumbnail

bp = Blueprint("atom", __name__)

ENTRIES = 40
SIDE = 360
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold, however it is spelled."""


@bp.get("/posts.atom")
def posts() -> ResponseReturnValue:
    """Tell what any search finds."""
    text = query_text()
    _let_in(_thing_of_query(text))
    begun = actor().account.created_at
    return _feed(text, text, _name("posts", quote(text)), begun or EPOCH)


@bp.get("/searches/<key>.atom")
def saved(key: str) -> ResponseReturnValue:
    """Tell what a saved search finds, named by its number, or its name for whoever is logged in."""
    _let_in(_thing_of_saved(key))
    search = get_search(deps().sessions, actor().account.id, key)
    name = _name("searches", str(search.id), search.created_at)
    return _feed(saved_query(search), search.name, name, search.updated_at)


@bp.get("/searches/thumbnails/<given>/<id:post_id>.webp")
def thumbnail(given: str, post_id: int) -> ResponseReturnValue:
    """Send a thumbnail of a feed, as long as whose feed it is may still see it."""
    _let_in(_thing_of_thumbnail(post_id), given)
    digest = thumbnail_digest(deps().sessions, post_id, scope())
    response = send_thumbnail(digest, SIDE)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.app_template_global()
def feed_of_query(query: str, *, external: bool = False) -> str:
    """Return the address of the feed of a search, with a pass where one is needed."""
    given = _issued(_thing_of_query(query))
    return url_for("atom.posts", tags=query or None, **given, _external=external)


@bp.app_template_global()
def feed_of_saved(search: SavedSearch, *, external: bool = False) -> str:
    """Return the address of the feed of a saved search; it stays when that gets another name."""
    given = _issued(_thing_of_saved(str(search.id)))
    return url_for("atom.saved", key=search.id, **given, _external=external)


@bp.app_template_filter()
def rfc3339(moment: datetime) -> str:
    """Spell a moment as feeds do."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _feed(query: str, title: str, name: str, begun: datetime) -> Response:
    found = newest_posts(deps().sessions, query, scope(), limit=ENTRIES, finder=deps().finder)
    updated = max((post.created_at for post in found), default=begun)
    text = render_template(
        "keeping/feed.xml",
        title=title,
        name=name,
        query=query,
        updated=updated,
        entries=[(post, _name_of(post), _thumbnail_of(post)) for post in found],
    )
    response = Response(NO_XML.sub("\ufffd", text), mimetype="application/atom+xml")
    response.last_modified = updated
    response.add_etag()
    response.make_conditional(request)
    return response


def _thumbnail_of(post: PostView) -> str | None:
    """Return where a reader finds what a post looks like, if it has looks."""
    if post.state != "ready":
        return None
    if given := _issued(_thing_of_thumbnail(post.id)).get("pass"):
        return url_for("atom.thumbnail", given=given, post_id=post.id, _external=True)
    return url_for("media.thumbnail", digest=post.picture_key, size=SIDE, _external=True)


def _name_of(post: PostView) -> str:
    return _name("posts", str(post.id), post.created_at)


def _name(kind: str, which: str, since: datetime | None = None) -> str:
    """Return a name that nothing else has and that stays whatever the gallery is called.

    The moment since when it is there tells things of different galleries apart.
    """
    since = since or actor().account.created_at or EPOCH
    micros = (since - EPOCH).total_seconds()
    return f"tag:homebooru,{since.astimezone(UTC):%Y-%m-%d}:{kind}/{micros:.6f}/{which}"


def _let_in(thing: str, given: str | None = None) -> None:
    """Let whoever has the right pass read as whose it is. Raises NotAllowed, or LoginRequired."""
    given = request.args.get("pass") if given is None else given
    if given is None:
        actor()
        return
    passes = passes_for(deps().sessions, deps().ticket_secret, given)
    if passes is None or not passes.fits(given, thing):
        raise NotAllowed(
            phrase("This address is not valid, or no longer. Copy it anew from the gallery.")
        )
    g.actor = passes.reader
    g.passes = passes


def _issued(thing: str) -> dict[str, str]:
    """Return the pass for a thing as a part of its address; none while nobody has to log in."""
    if "passes" not in g:
        me = actor().account
        g.passes = (
            passes_of(deps().sessions, deps().ticket_secret, me.id) if me.has_password else None
        )
    passes: Passes | None = g.passes
    return {} if passes is None else {"pass": passes.issue(thing)}


def _thing_of_query(text: str) -> str:
    return f"posts.atom\n{text}"


def _thing_of_saved(key: str) -> str:
    return f"searches/{key}.atom"


def _thing_of_thumbnail(post_id: int) -> str:
    return f"thumbnail/{post_id}"
