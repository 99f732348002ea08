"""Proof that a form came from our own page: a token tied to the browser's cookie.

The token is a keyed hash of the cookie that carries the session or, where nobody is logged in,
of a random one. Another site can make a browser send the cookie but can read neither.

Every answer spells the token anew, covered by random bytes that stand before it: pages go out
compressed, and from how well a page compresses nobody shall learn what it says in secret.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from flask import Response, g, request

from homebooru.errors import NotAllowed
from homebooru.phrases import phrase
from homebooru.web import cookies
from homebooru.web.current import find_actor

FIELD, HEADER = "csrf_token", "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOO_OLD = phrase(
    "This form is too old, or cookies are switched off. Open the page again and retry."
)
KEYLESS = phrase(
    "A program needs a key to change something, sent as Authorization: Bearer KEY. Your account's "
    "page makes one, or: homebooru key add NAME"
)


def token() -> str:
    """Return the token for the forms of this page, starting a visit where there is none."""
    secret = _secret()
    if secret is None:
        secret = g.new_visit = secrets.token_urlsafe(32)
    if "csrf_token" not in g:
        g.csrf_token = _cover(_derive(secret))
    return str(g.csrf_token)


def check() -> None:
    """Raise NotAllowed unless a request that changes something comes from our own page."""
    _check_origin()
    secret = _secret()
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if secret is None or not hmac.compare_digest(_derive(secret), _uncover(given)):
        is_program = request.path.startswith("/api/") and not given
        raise NotAllowed(KEYLESS if is_program else TOO_OLD)


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
            phrase(
                "This form was sent by another site. If HomeBooru is behind a proxy, name it in "
                "HOMEBOORU_TRUSTED_PROXIES."
            )
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


def _derive(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"homebooru csrf", "sha256")


def _cover(digest: bytes) -> str:
    """Spell a digest as nobody spelled it before: random bytes, and the digest covered by them."""
    pad = secrets.token_bytes(len(digest))
    return (pad + _mix(pad, digest)).hex()


def _uncover(text: str) -> bytes:
    """Return the digest that a token spells, or nothing for what is no token."""
    try:
        both = bytes.fromhex(text)
    except ValueError:
        return b""
    half = len(both) // 2
    return _mix(both[:half], both[half:]) if len(both) == 2 * half else b""


def _mix(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
