"""All addresses of the dialect."""

from __future__ import annotations

from flask import Blueprint

from homebooru.web.danbooru import files, people, pools, posts, stubs, tags

bp = Blueprint("danbooru", __name__)
for part in (posts, files, tags, pools, people, stubs):
    bp.register_blueprint(part.bp)
