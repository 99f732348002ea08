"""What the web server does before it forks leaves nothing open, and saves time afterwards."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

from homebooru.cli.serve.rehearsing import rehearse
from homebooru.search.index.live import LiveIndex
from homebooru.web.current import EXTENSION


def test_pages_are_made_ready_without_a_thread_or_a_connection(app, deps, house, tmp_path):
    house.add(tags="cat")
    with closing(LiveIndex(deps.sessions, "test", tmp_path / "posts.npz")) as index:
        index.save()
        app.extensions[EXTENSION] = ready = replace(deps, finder=index)
        threads = threading.enumerate()

        rehearse(app, ready)

        assert threading.enumerate() == threads
        assert deps.engine.pool.checkedin() == 0
        made = {name for _, name in app.jinja_env.cache}
        assert {"gallery/index.html", "gallery/_items.html", "posts/show.html"} <= made
        assert "cat" in app.test_client().get("/posts").text
        assert threading.enumerate() != threads  # who searches now follows what changes


def test_nothing_is_shown_while_searches_would_be_slow(app, deps, house):
    house.add(tags="cat")
    with closing(LiveIndex(deps.sessions, "test")) as index:
        rehearse(app, replace(deps, finder=index))

    assert not app.jinja_env.cache
