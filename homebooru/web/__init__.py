"""The pages: Flask, rendered on the server, for browsers with and without JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from homebooru.domain.accounts import Right
from homebooru.web import (
    accounts,
    addresses,
    choosing,
    components,
    errors,
    gallery,
    health,
    languages,
    media,
    posts,
    security,
    system,
    words,
)
from homebooru.web.alike import pictures, similar, upgrades
from homebooru.web.api import openapi
from homebooru.web.api import posts as posts_api
from homebooru.web.api import system as system_api
from homebooru.web.current import EXTENSION, find_actor
from homebooru.web.danbooru import routes as danbooru
from homebooru.web.duplicates import api as duplicates_api
from homebooru.web.duplicates import pages as duplicates
from homebooru.web.duplicates import rules as duplicate_rules
from homebooru.web.duplicates import rules_api as duplicate_rules_api
from homebooru.web.editing import batches, batches_api, edits_api, history, terms_api
from homebooru.web.editing import pages as editing
from homebooru.web.grid import dates, hiding
from homebooru.web.immich import mirror as immich_mirror
from homebooru.web.immich import pages as immich
from homebooru.web.keeping import atom, favourites, pool_pages, pools, searches, searches_api
from homebooru.web.older import api as older_api
from homebooru.web.older import pages as older
from homebooru.web.outgoing import api as sidecars_api
from homebooru.web.outgoing import pages as sidecars
from homebooru.web.outgoing import pushes, pushes_api
from homebooru.web.preferences import preferences
from homebooru.web.proxies import TrustedProxies
from homebooru.web.review import api as review_api
from homebooru.web.review import queues, teaching, teaching_api, tuning
from homebooru.web.search import completion
from homebooru.web.serving import assets, compressing, icons, rendering
from homebooru.web.sources import alike, permissions, taggers
from homebooru.web.sources import api as sources_api
from homebooru.web.sources import pages as source_pages
from homebooru.web.statistics import pages as statistics
from homebooru.web.tags import api as vocabulary_api
from homebooru.web.tags import changing, lists, lists_api, markdown, reading_api
from homebooru.web.tags import pages as tag_pages
from homebooru.web.trash import api as trash_api
from homebooru.web.trash import pages as trash
from homebooru.web.upkeep import backups
from homebooru.wiring import Deps

TOP = Path(__file__).resolve().parent.parent.parent
BLUEPRINTS = (
    gallery.bp,
    dates.bp,
    hiding.bp,
    similar.bp,
    similar.api,
    pictures.bp,
    pictures.api,
    upgrades.bp,
    upgrades.api,
    completion.bp,
    posts.bp,
    openapi.bp,
    posts_api.bp,
    system_api.bp,
    editing.bp,
    history.bp,
    edits_api.bp,
    terms_api.bp,
    batches_api.bp,
    batches.bp,
    trash_api.bp,
    trash.bp,
    sidecars.bp,
    sidecars_api.bp,
    immich.bp,
    pushes.bp,
    pushes_api.bp,
    immich_mirror.bp,
    favourites.bp,
    searches.bp,
    searches_api.bp,
    pools.bp,
    pool_pages.bp,
    tag_pages.bp,
    changing.bp,
    lists.bp,
    vocabulary_api.bp,
    lists_api.bp,
    reading_api.bp,
    queues.bp,
    review_api.bp,
    teaching.bp,
    teaching_api.bp,
    tuning.bp,
    duplicates.bp,
    duplicates_api.bp,
    duplicate_rules.bp,
    duplicate_rules_api.bp,
    source_pages.bp,
    sources_api.bp,
    permissions.bp,
    permissions.api,
    taggers.bp,
    taggers.api,
    alike.bp,
    alike.api,
    atom.bp,
    media.bp,
    media.bundles,
    system.bp,
    statistics.bp,
    backups.bp,
    accounts.bp,
    choosing.bp,
    components.bp,
    health.bp,
    danbooru.bp,
    older.bp,
    older_api.bp,
)


class RowId(IntegerConverter):
    """A number that can be the id of a row: any other address does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=2**31 - 1)


class PictureKey(BaseConverter):
    """The key of a picture that is searched with: a name with a dot is that of a file."""

    regex = "[^/.]+"


def create_app(deps: Deps) -> Flask:
    """Return the application, working with `deps`; nothing is asked of the database yet."""
    app = Flask(
        __name__,
        template_folder=str(TOP / "templates"),
        static_folder=None,
    )
    app.extensions[EXTENSION] = deps
    rendering.install(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.wsgi_app = TrustedProxies(app.wsgi_app, deps.settings.trusted_proxies)  # type: ignore[method-assign]
    app.url_map.converters |= {"id": RowId, "picture": PictureKey}
    compressing.compress(app)
    security.secure(app)
    assets.install(app, TOP / "static")
    errors.handle_errors(app)
    languages.install(app)
    words.install(app)
    markdown.install(app)
    addresses.install(app)
    icons.install(app)
    app.context_processor(_common_words)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _common_words() -> dict[str, Any]:
    visitor = find_actor()
    return {
        "visitor": visitor,
        "view": preferences(),
        "may_administer": visitor is not None and visitor.may(Right.ADMIN),
    }
