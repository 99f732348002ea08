"""From an error to what the visitor sees: one table, a page or JSON, never a traceback."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from homebooru import errors
from homebooru.web.current import deps
from homebooru.web.danbooru.manners import complaint, is_dialect
from homebooru.web.serving.rendering import in_words

log = logging.getLogger(__name__)

# The first class that fits decides.
STATUS: tuple[tuple[type[errors.HomeBooruError], int], ...] = (
    (errors.TooLarge, 413),
    (errors.InvalidInput, 400),
    (errors.LoginRequired, 401),
    (errors.TooManyAttempts, 429),
    (errors.NotAllowed, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.FileGone, 410),
    (errors.NoPicture, 415),
    (errors.Unreadable, 422),
    (errors.DatabaseUnusable, 503),
    (errors.NoRights, 503),
    (errors.DiskFull, 507),
    (errors.RemoteError, 502),
    (errors.ModelUnusable, 502),
    (errors.HomeBooruError, 500),
)
TITLES = {
    400: lazy_gettext("That does not make sense"),
    401: lazy_gettext("Log in first"),
    403: lazy_gettext("Not allowed"),
    404: lazy_gettext("Not here"),
    405: lazy_gettext("Not possible this way"),
    409: lazy_gettext("Something is in the way"),
    410: lazy_gettext("The file is gone"),
    413: lazy_gettext("Too large"),
    415: lazy_gettext("No picture"),
    416: lazy_gettext("No such part of the file"),
    422: lazy_gettext("The picture cannot be read"),
    429: lazy_gettext("Too many attempts"),
    500: lazy_gettext("Something went wrong"),
    503: lazy_gettext("Not possible just now"),
    507: lazy_gettext("The disk is full"),
}
FOREIGN = {
    404: lazy_gettext("There is no such page, or you may not see it."),
    405: lazy_gettext("This address does not take that kind of request."),
    413: lazy_gettext("What was sent is larger than HomeBooru takes."),
}
TOO_LONG = lazy_gettext(
    "That took too long and was given up. Narrow the search, or ask for less at once."
)


def handle_errors(app: Flask) -> None:
    app.register_error_handler(errors.HomeBooruError, tell_ours)
    app.register_error_handler(HTTPException, tell_foreign)
    for down in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(down, tell_database)
    app.register_error_handler(DataError, tell_unfit)
    app.register_error_handler(OSError, tell_disk)
    app.register_error_handler(Exception, tell_surprise)


def tell_ours(error: errors.HomeBooruError) -> ResponseReturnValue:
    """Tell an error of ours; somebody who only has to log in is taken there."""
    status = status_of(error)
    if isinstance(error, errors.LoginRequired) and _can_log_in():
        return redirect(url_for("accounts.login", next=_here()), code=303)
    if status >= 500:
        log.error("%s %r: %s", request.method, request.path, error)
    response = _tell(status, str(error), type(error).__name__, **_more_of(error))
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(error.seconds)
    if isinstance(error, errors.LoginRequired):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def tell_foreign(error: HTTPException) -> ResponseReturnValue:
    """Tell what Flask or Werkzeug refused, keeping their headers (Allow, Content-Range)."""
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    status = error.code or 500
    message = str(
        FOREIGN.get(status) or error.description or gettext("HomeBooru cannot answer that.")
    )
    response = _tell(status, message, type(error).__name__)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def tell_database(error: Exception) -> ResponseReturnValue:
    """Tell that the database gave something up, or is away; why, where our own disk is to blame."""
    log.error("%s %r: %s", request.method, request.path, error)
    if isinstance(getattr(error, "orig", None), QueryCanceled):
        return _tell(503, str(TOO_LONG), "TookTooLong")
    if (fault := deps().storage_fault()) is not None:
        return _tell(503, str(fault), type(fault).__name__)
    return _tell(
        503,
        gettext(
            "The database cannot be reached just now. Try again in a moment; "
            "`homebooru doctor` tells what is wrong."
        ),
        "DatabaseUnusable",
    )


def tell_disk(error: OSError) -> ResponseReturnValue:
    """Tell of a disk that does not take what is written; anything else is a surprise."""
    fault = errors.disk_fault(error)
    return tell_surprise(error) if fault is None else tell_ours(fault)


def tell_unfit(error: Exception) -> ResponseReturnValue:
    """Tell of a value that no column could hold: a number too large, or a sign that is no text."""
    log.warning("%s %r: %s", request.method, request.path, error)
    message = gettext(
        "What was sent holds a number that is too large, or characters that are no text."
    )
    return _tell(400, message, "InvalidInput")


def tell_surprise(error: Exception) -> ResponseReturnValue:
    """Tell of an error that nobody foresaw: to the visitor a reference, to the log everything."""
    reference = secrets.token_hex(4)
    log.error("%s %r failed [%s]", request.method, request.path, reference, exc_info=error)
    return _tell(
        500,
        gettext(
            "HomeBooru made a mistake. The log tells more under the reference %(reference)s.",
            reference=reference,
        ),
        "InternalError",
    )


def status_of(error: errors.HomeBooruError) -> int:
    """Return the status that an error of ours is told with."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def wants_json() -> bool:
    """Tell whether a program asks."""
    if request.path.startswith("/api/") or "Authorization" in request.headers or is_dialect():
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == (
        "application/json"
    )


def _more_of(error: errors.HomeBooruError) -> dict[str, object]:
    """Return what else programs are told: where a text stops making sense, or which tags are new.

    With a suggestion that could stand in the place of what is wrong, or with what may be meant.
    """
    if isinstance(error, errors.QuerySyntaxError):
        return {
            "position": error.position,
            "length": error.length,
            "suggestion": error.suggestion,
        }
    return {"new": error.nearest} if isinstance(error, errors.NewTags) else {}


def _tell(status: int, message: str, kind: str, **more: object) -> Response:
    """Tell what went wrong, to programs with `more` of it."""
    message = in_words(message)
    if is_dialect():
        return complaint(status, kind, message)
    if wants_json():
        response = jsonify(error={"kind": kind, "message": message} | more)
        response.status_code = status
        return response
    title = TITLES.get(status) or gettext("That did not work")
    fragment = "X-Fragment" in request.headers
    template = "errors/_error.html" if fragment else "errors/error.html"
    page = render_template(template, title=title, message=message, status=status)
    return Response(page, status, mimetype="text/html")


def _can_log_in() -> bool:
    return not wants_json() and request.method == "GET" and "X-Fragment" not in request.headers


def _here() -> str:
    return request.full_path.rstrip("?")
