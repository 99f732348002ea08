"""Finds what the addresses of a file-based HomeBooru spoke of: pictures by their paths."""

from __future__ import annotations

from homebooru.db.engine import Sessions
from homebooru.db.queries.takeover import places
from homebooru.domain.scope import Scope
from homebooru.domain.takeover.asking import path_below
from homebooru.errors import NotFound
from homebooru.phrases import phrase


def post_at(sessions: Sessions, filepath: str, scope: Scope) -> int:
    """Return the post that lies at a path. Raises NotFound where the asker sees none there."""
    path = path_below(filepath)
    with sessions() as session:
        found = None if "\0" in path else places.post_at(session, path, scope)
    if found is None:
        raise NotFound(phrase("There is no picture at {path}.", path=path[:200]))
    return found
