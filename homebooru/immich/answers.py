"""What Immich's answers mean.

Of what is missing it says so with status 400. Nothing is believed to be missing for any other
answer, such as that of a proxy that lost its way.
"""

from __future__ import annotations

import re
from typing import Any

from homebooru.errors import (
    PermissionMissing,
    RemoteChanged,
    RemoteError,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
)
from homebooru.http.answers import Answer, check_page, check_status, message, read_json
from homebooru.phrases import phrase

MISSING = re.compile(r"Not found or no [\w.]+ access", re.IGNORECASE)
RUNNING = re.compile(r"already running", re.IGNORECASE)
PERMISSION = re.compile(r"Missing required permission: ([\w.]+)")


def read_answer(answer: Answer) -> Any:
    """Return the JSON in an answer, None where there is none; raises a RemoteError for errors."""
    check_answer(answer)
    return None if answer.status == 204 or not answer.body else read_json(answer)


def check_answer(answer: Answer) -> None:
    """Raise a RemoteError unless Immich did what it was asked for."""
    check_status(answer)
    check_page(answer)
    if answer.status >= 300 or answer.status < 200:
        raise _failure(answer)


def check_file(answer: Answer) -> None:
    """Do the same for a file, of which it is the status alone that says that there is none."""
    if answer.status == 404:
        raise RemoteMissing(phrase("Immich: there is no such file."))
    check_answer(answer)


def _failure(answer: Answer) -> RemoteError:
    said = message(answer)
    match answer.status:
        case 401:
            return _unknown(said)
        case 403:
            return _forbidden(said)
        case 409:
            return RemoteUnavailable(phrase("Immich: it is busy with that. {said}", said=said))
        case 400 if RUNNING.search(said):
            return RemoteUnavailable(phrase("Immich: it is busy with that. {said}", said=said))
        case 400 if MISSING.search(said):
            return RemoteMissing(phrase("Immich: there is no such thing, or it is not yours."))
    return RemoteChanged(
        phrase(
            "Immich: it does not understand us ({status}). {said}", status=answer.status, said=said
        )
    )


def _unknown(said: str) -> RemoteError:
    if "Elevated" in said:
        return RemoteRefused(phrase("Immich: that is locked, and no API key opens it."))
    return RemoteRefused(
        phrase("Immich: it does not accept the API key. Make another in its account settings.")
    )


def _forbidden(said: str) -> RemoteError:
    if found := PERMISSION.search(said):
        return PermissionMissing(
            phrase("Immich: the API key lacks the permission {name}.", name=found[1]), found[1]
        )
    return RemoteRefused(phrase("Immich: only its administrator may do that."))
