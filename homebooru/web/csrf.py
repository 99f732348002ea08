"""Proof that a form came from our own page: a token tied to the browser's cookie.

The token is a keyed hash of the cookie that carries the session or, where nobody is logged in,
of a random one. Another site can make a browser send the cookie but can read neither.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from flask import Response, g, request

from homebooru.errors import NotAllowed
from homebooru.web import cookies
from homebooru.web.current import find_actor

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def token() -> str:
    """Return the token for the forms of this page, starting a visit where there is none."""
    secret = _secret()
    if secret is None:
        secret = g.new_visit = secrets.token_urlsafe(32)
    return _derive(secret)


def check() -> None:
    """Raise NotAllowed unless a request that changes something comes from our own page."""
    _check_origin()
    secret = _secret()
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if secret is None or not hmac.compare_digest(_derive(secret).encode(), given.encode()):
        raise NotAllowed(
            "This form is too old, or cookies are switched off. Open the page again and retry."
        )


def keep_visit(response: Response) -> Response:
    """Give the browser the cookie that the tokens on this page are tied to."""
    if "new_visit" in g:
        cookies.keep(response, cookies.VISIT, g.new_visit)
    return response


def _check_origin() -> None:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    if site not in {"same-origin", "none"} or (
        origin is not None and _host_of(origin) != request.host.lower()
    ):
        raise NotAllowed(
            "This form was sent by another site. If HomeBooru is behind a proxy, name it in "
            "HOMEBOORU_TRUSTED_PROXIES."
        )


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _secret() -> str | None:
    known = find_actor()
    if known is not None and known.session_token is not None:
        return known.session_token
    return g.get("new_visit") or request.cookies.get(cookies.VISIT) or None


def _derive(secret: str) -> str:
    return hmac.new(secret.encode(), b"homebooru csrf", "sha256").hexdigest()
