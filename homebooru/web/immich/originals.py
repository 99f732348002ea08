"""Passes originals on that lie in Immich alone; nothing of them is kept."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import ExitStack

from flask import Response, request

from homebooru.domain.scope import Scope
from homebooru.errors import RemoteError
from homebooru.services.immich.originals import RemoteOriginal, find_original
from homebooru.web.current import deps

NO_SUCH_PART = 416
log = logging.getLogger(__name__)


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
        headers = dict(part.headers)
        if part.status == NO_SUCH_PART:
            headers["Content-Length"] = "0"
        response = Response(_passed_on(part.pieces), part.status, headers=headers)
        response.call_on_close(leaving.pop_all().close)
    return response, found


def _passed_on(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what comes; where it breaks off so must what we send, which is told by cutting it."""
    try:
        yield from pieces
    except RemoteError as error:
        log.warning("An original was cut: %s", error)
        raise ConnectionResetError(errno.ECONNRESET, str(error)) from None
