"""Shows a few pages to nobody before the web server forks.

Templates, statements and much else are made when they are first used. Made here, they are there
once for all processes, and whoever asks first after a start does not wait for them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from homebooru.domain.scope import EVERYTHING
from homebooru.errors import HomeBooruError
from homebooru.services.accounts.logins import know_owner
from homebooru.services.searching import search
from homebooru.wiring import Deps

log = logging.getLogger(__name__)


def rehearse(app: Flask, deps: Deps) -> None:
    """Answer as the owner would be answered, if searches are quick already.

    No connection is open afterwards and no thread runs, so that the process may fork.
    """
    with deps.finder.resting() as is_ready:
        try:
            for address in _addresses(deps) if is_ready else ():
                _answer(app, deps, address)
        except (SQLAlchemyError, HomeBooruError) as error:
            log.warning("no page could be shown yet: %s", error)
    deps.engine.dispose()


def _addresses(deps: Deps) -> Iterator[str]:
    yield "/posts"
    yield "/posts?tags=order:score"
    yield "/api/posts"
    yield "/api/autocomplete?q=a"
    for post in search(deps.sessions, "", EVERYTHING, limit=1, finder=deps.finder).posts:
        yield f"/posts/{post.id}"


def _answer(app: Flask, deps: Deps, address: str) -> None:
    with app.test_request_context(address):
        g.actor = know_owner(deps.sessions, is_local=True).actor
        if g.actor is not None:
            app.dispatch_request()
