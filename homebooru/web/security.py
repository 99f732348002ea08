"""Who is let in, and the headers that every answer carries."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import LengthRequired, MethodNotAllowed, RequestEntityTooLarge

from homebooru.domain.accounts import Right
from homebooru.errors import LoginRequired, NotAllowed
from homebooru.phrases import phrase
from homebooru.services.accounts.logins import know_owner, know_program, know_visitor
from homebooru.web import cookies, csrf
from homebooru.web.current import deps
from homebooru.web.danbooru.manners import is_dialect, name_and_key
from homebooru.web.proxies import FORWARDED, HOST, read_address

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
    ),
}
OPEN_TO_STRANGERS = frozenset(
    {
        "accounts.login",
        "accounts.log_in",
        "danbooru.files.show",  # looks at the ticket in the address
        "atom.posts",  # these look at the pass in theirs
        "atom.saved",
        "atom.thumbnail",
    }
)
LARGEST_BODY = 1024 * 1024
STRANGERS_BODY = 16 * 1024
BEARER = re.compile(r"Bearer +(?P<key>[A-Za-z0-9_-]{1,200}) *", re.IGNORECASE)
NO_ACCOUNT = phrase(
    "This gallery has no account yet, so it answers only the machine it runs on. "
    "To use it from elsewhere, make an account there: homebooru user add NAME"
)

View = TypeVar("View", bound=Callable[..., Any])


def needs(right: Right) -> Callable[[View], View]:
    """Declare what a view asks for; by default reading takes READ, everything else WRITE."""

    def declare(view: View) -> View:
        view.__dict__["needed_right"] = right
        return view

    return declare


def takes_up_to(size: int) -> Callable[[View], View]:
    """Declare that a view is sent more than others: up to so many bytes."""

    def declare(view: View) -> View:
        view.__dict__["largest_body"] = size
        return view

    return declare


def for_people(view: View) -> View:
    """Keep programs with a key out: a key must not make keys, nor log people out."""
    view.__dict__["is_for_people"] = True
    return view


def secure(app: Flask) -> None:
    """Let nobody past who may not, and mark every answer."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.before_request(let_in)
    app.after_request(csrf.keep_visit)
    app.after_request(add_headers)
    app.jinja_env.globals["csrf_token"] = csrf.token


def let_in() -> None:
    """Decide about the request at hand, before anything else looks at it."""
    check_host()
    match request.endpoint:
        case "health.health":
            return
        case "static":
            if not is_direct():
                check_place(locked=_visitor_locked())
            return
    check_place(locked=_visitor_locked())
    if request.endpoint not in OPEN_TO_STRANGERS:
        check_right()
    if request.method not in csrf.SAFE_METHODS:
        request.max_content_length = getattr(_view(), "largest_body", LARGEST_BODY)
        if is_dialect() and isinstance(request.routing_exception, MethodNotAllowed):
            return  # it is for reading alone, and says so
        if g.actor is None:
            check_promptness()
        check_body()
        if not _is_program():
            csrf.check()


def check_host() -> None:
    """Raise NotAllowed for a name that is not ours: a page elsewhere may have rebound it."""
    name = host_name()
    settings = deps().settings
    allowed = {each.lower().strip("[]") for each in (*settings.allowed_hosts, settings.host)}
    if name is None or not (is_loopback_name(name) or name in allowed - {"0.0.0.0", "::", "*"}):  # noqa: S104
        raise NotAllowed(
            phrase(
                "This gallery does not answer to the name {value!r}. If that is its name, add it "
                "to HOMEBOORU_ALLOWED_HOSTS.",
                value=request.environ.get("HTTP_HOST", ""),
            )
        )


def check_place(*, locked: bool) -> None:
    """Raise NotAllowed for strangers while nobody has a password."""
    if not locked and not is_direct():
        raise NotAllowed(NO_ACCOUNT)


def check_right() -> None:
    """Raise LoginRequired for nobody, NotAllowed for somebody who may not do this."""
    if g.actor is None:
        raise LoginRequired(_who_are_you())
    view = _view()
    reading = request.method in csrf.SAFE_METHODS
    right = getattr(view, "needed_right", Right.READ if reading else Right.WRITE)
    if not g.actor.may(right):
        raise NotAllowed(
            phrase("Only an admin may do that.")
            if g.actor.key_id is None
            else phrase(
                "This key may not do that; it takes one with the right to {value}.",
                value=right.value,
            )
        )
    if g.actor.key_id is not None and getattr(view, "is_for_people", False):
        raise NotAllowed(phrase("Programs with a key may not do that. Log in with a browser."))


def check_body() -> None:
    """Raise RequestEntityTooLarge for a body that does not say how long it is, and is too long.

    Werkzeug would take its beginning for the whole.
    """
    most = request.max_content_length
    if request.content_length is None and most is not None and len(request.get_data()) >= most:
        raise RequestEntityTooLarge


def check_promptness() -> None:
    """Raise LengthRequired for a body of nobody we know that could come as slowly as they like.

    A small one of known length has arrived before anybody looks (`cli/serve/patience.py`).
    """
    if not _is_prompt():
        raise LengthRequired


def _is_prompt() -> bool:
    return not {"Transfer-Encoding", "Expect"} & set(request.headers.keys())


def is_direct() -> bool:
    """Tell whether somebody at this very machine asks, with no proxy between."""
    address = read_address(request.environ.get("REMOTE_ADDR", ""))
    name = host_name()
    return (
        address is not None
        and address.is_loopback
        and name is not None
        and is_loopback_name(name)
        and not request.environ.get(FORWARDED, True)
    )


def host_name() -> str | None:
    """Return the name that was asked for, without its port, or None where it makes no sense."""
    match = HOST.fullmatch(request.environ.get("HTTP_HOST", ""))
    return match["name"].lower().strip("[]").rstrip(".") if match else None


def is_loopback_name(name: str) -> bool:
    address = read_address(name)
    if address is not None:
        return address.is_loopback
    return name == "localhost" or name.endswith(".localhost")


def add_headers(response: Response) -> Response:
    """Add what every answer carries, where the view said nothing of its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
        response.vary.update(("Cookie", "Authorization"))
    return response


def _visitor_locked() -> bool:
    """Find out who asks; tell whether anybody has a password."""
    sessions, is_local = deps().sessions, is_direct()
    if _sent_secret():
        visitor = know_owner(sessions, is_local=is_local)
    elif pair := name_and_key():
        name, key = pair
        address = request.remote_addr or ""
        visitor = know_program(sessions, is_local=is_local, name=name, key=key, address=address)
    else:
        token = request.cookies.get(cookies.SESSION)
        visitor = know_visitor(sessions, is_local=is_local, token=token, key=_key())
    g.actor = visitor.actor
    return visitor.locked


def _sent_secret() -> bool:
    """Tell whether an older program sent the secret that it shares with us, in a form.

    It holds for the addresses that such programs know; what stands in an address is logged.
    """
    ours = deps().settings.reload_secret
    if ours is None or request.method != "POST" or request.blueprint != "system_api":
        return False
    if not _is_prompt():  # nobody is known yet, so nobody is waited for
        return False
    request.max_content_length = STRANGERS_BODY
    return hmac.compare_digest(request.form.get("secret", "").encode(), ours.encode())


def _who_are_you() -> str:
    """Say what is wrong with how somebody showed who they are."""
    if name_and_key():
        return phrase("This name and this key do not belong together, or the key is revoked.")
    if _key():
        return phrase("This key does not exist or is revoked.")
    return phrase("Log in to see this gallery.")


def _key() -> str | None:
    """Return the key that was sent: an unreadable one as a key that cannot exist."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    match = BEARER.fullmatch(header)
    return match["key"] if match else ""


def _is_program() -> bool:
    return g.actor is not None and g.actor.key_id is not None


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")
