"""Files that the proxy in front of us sends itself: it is told where they lie.

nginx calls it X-Accel-Redirect: an answer without a body names an address that only nginx can
reach, and nginx answers with what lies there, ranges and all.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from homebooru.web.current import deps
from homebooru.web.proxies import TRUSTED


def proxy_sends() -> bool:
    """Tell whether the request at hand came through a proxy that sends files itself."""
    return deps().settings.proxy_files is not None and bool(request.environ.get(TRUSTED))


def hand_over(path: bytes, mime: str) -> Response:
    """Return an answer that lets the proxy send the file at an absolute path."""
    response = Response(mimetype=mime)
    response.headers["X-Accel-Redirect"] = f"{deps().settings.proxy_files}{quote(path)}"
    return response
