"""People: the artists that tags name, and whoever asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Account
from homebooru.domain.tags import Category
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.hiding import hidden_tags
from homebooru.services.tags.browsing import TagEntry, TagOrder, TagWish
from homebooru.web.current import actor, deps
from homebooru.web.danbooru.answering import answer
from homebooru.web.danbooru.paging import Page, asked_page
from homebooru.web.danbooru.post import moment
from homebooru.web.danbooru.tags import browse, get_tag
from homebooru.web.danbooru.wishes import is_yes, listed, numbers, spelled, text

bp = Blueprint("people", __name__)

ARTISTS = frozenset({Category.ARTIST})
ORDERS = {"name": TagOrder.NAME, "post_count": TagOrder.COUNT}
ADMIN, MEMBER = (60, "Admin"), (20, "Member")


@bp.get("/artists.json")
def artists() -> ResponseReturnValue:
    page = asked_page()
    if is_yes("is_deleted") or is_yes("is_banned") or text("url_matches"):
        return answer([])  # of none that we know
    return answer([_artist(tag) for tag in browse(_wish(page), page)])


@bp.get("/artists/<id:artist_id>.json")
def artist(artist_id: int) -> ResponseReturnValue:
    return answer(_artist(get_tag(TagWish(ids=frozenset({artist_id}), categories=ARTISTS))))


@bp.get("/profile.json")
def profile() -> ResponseReturnValue:
    """Tell whoever asks who they are, and what they hide, one tag in a line."""
    me = actor().account
    hidden = hidden_tags(deps().sessions, me.id)
    return answer(
        _user(me)
        | {
            "blacklisted_tags": "\n".join(sorted(hidden)),
            "favorite_tags": "",
            "favorite_count": 0,
            "comment_threshold": 0,
            "default_image_size": "large",
            "per_page": 20,
            "theme": "auto",
            "time_zone": "UTC",
            "enable_safe_mode": False,
            "show_deleted_children": False,
        }
    )


@bp.get("/users.json")
def users() -> ResponseReturnValue:
    """List whoever asks, and nobody else: who else lives here is nobody's business."""
    me, ids, names = actor().account, numbers("id"), listed("name", "name_matches")
    wanted = ids is None or me.id in ids
    named = not names or me.label.lower() in {name.lower() for name in names}
    return answer([_user(me)] if wanted and named and asked_page().number == 1 else [])


@bp.get("/users/<id:user_id>.json")
def user(user_id: int) -> ResponseReturnValue:
    me = actor().account
    if user_id != me.id:
        raise NotFound(phrase("There is no such user, or you may not know them."))
    return answer(_user(me))


def _wish(page: Page) -> TagWish:
    """Return which artists are wanted: `name` may hold a pattern here, unlike that of tags."""
    named = listed("name")
    fits = text("any_name_matches", "any_name_or_url_matches", "name_like")
    is_pattern = any("*" in name for name in named)
    fits = named[0] if is_pattern else fits
    return TagWish(
        names=frozenset(map(spelled, named)) if named and not is_pattern else None,
        pattern=spelled(fits) if fits else None,
        ids=numbers("id"),
        categories=ARTISTS,
        below=page.below,
        above=page.above,
        order=ORDERS.get(text("order") or "", TagOrder.NEWEST),
    )


def _artist(tag: TagEntry) -> dict[str, Any]:
    added = moment(tag.created_at)
    return {
        "id": tag.id,
        "name": tag.name,
        "group_name": "",
        "other_names": list(tag.aliases),
        "is_banned": False,
        "is_deleted": False,
        "created_at": added,
        "updated_at": added,
        "urls": [],
    }


def _user(account: Account) -> dict[str, Any]:
    level, name = ADMIN if account.is_admin else MEMBER
    return {
        "id": account.id,
        "name": account.label,
        "level": level,
        "level_string": name,
        "inviter_id": None,
        "created_at": moment(account.created_at) if account.created_at else "",
        "is_banned": False,
        "post_update_count": 0,
        "note_update_count": 0,
        "post_upload_count": 0,
    }
