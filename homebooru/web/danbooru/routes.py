"""All addresses of the dialect."""

from __future__ import annotations

from flask import Blueprint

from homebooru.web.danbooru import files, posts

bp = Blueprint("danbooru", __name__)
for part in (posts, files):
    bp.register_blueprint(part.bp)
