"""What Danbooru has and a gallery of one's own lacks: clients ask for it, and find nothing."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from homebooru.web.danbooru.answering import answer

bp = Blueprint("stubs", __name__)

LISTS = (
    "artist_commentaries",
    "artist_commentary_versions",
    "artist_versions",
    "bans",
    "bulk_update_requests",
    "comment_votes",
    "comments",
    "dmails",
    "dtext_links",
    "explore/posts/popular",
    "explore/posts/searches",
    "explore/posts/viewed",
    "favorite_groups",
    "favorites",
    "forum_posts",
    "forum_topics",
    "mod_actions",
    "news_updates",
    "note_versions",
    "notes",
    "pool_versions",
    "post_appeals",
    "post_approvals",
    "post_disapprovals",
    "post_events",
    "post_flags",
    "post_replacements",
    "post_versions",
    "post_votes",
    "saved_searches",
    "tag_versions",
    "uploads",
    "user_feedbacks",
    "wiki_page_versions",
    "wiki_pages",
)


def nothing() -> ResponseReturnValue:
    return answer([])


for name in LISTS:
    bp.add_url_rule(f"/{name}.json", endpoint=name.replace("/", "_"), view_func=nothing)
