"""Passes originals on that lie in Immich alone; nothing of them is kept."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Response, request

from homebooru.domain.scope import Scope
from homebooru.services.immich.originals import RemoteOriginal, find_original
from homebooru.web.current import deps


def relayed(post_id: int, scope: Scope) -> tuple[Response, RemoteOriginal] | None:
    """Return an answer that passes on what Immich sends; None where the post is not there."""
    found = find_original(deps().sessions, post_id, scope)
    if found is None:
        return None
    with ExitStack() as leaving:
        user = leaving.enter_context(deps().immich()).get(found.owner_id)
        if user is None:
            return None
        part = leaving.enter_context(user.part(found.asset_id, request.headers.get("Range")))
        response = Response(part.pieces, part.status, headers=dict(part.headers))
        response.call_on_close(leaving.pop_all().close)
    return response, found
