"""Refuses what the real server refuses in what it is sent."""

from __future__ import annotations

import re
from datetime import datetime

from tests.fakes.immich.library import Refused

UUID4 = re.compile(r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
VISIBILITIES = ("archive", "timeline", "hidden", "locked")


def invalid(path, message):
    return Refused(400, "Validation failed", where=[{"path": [path], "message": message}])


def uuid(path, value):
    if not isinstance(value, str) or not UUID4.fullmatch(value):
        raise invalid(path, "Invalid UUID")
    return value


def uuids(body, name):
    values = body.get(name)
    if not isinstance(values, list):
        raise invalid(name, "Invalid input: expected array")
    return [uuid(name, value) for value in values]


def moment(body, name, major):
    """Return a moment; version 3 wants it with its zone."""
    text = body.get(name)
    if text is None:
        return None
    wanted = "Invalid input: expected ISO 8601 datetime string, received string"
    if major >= 3 and not MOMENT.fullmatch(text):
        raise invalid(name, wanted)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise invalid(name, wanted) from None


def number(body, name, usual, low, high):
    value = body.get(name, usual)
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or value < low:
        raise invalid(name, f"Too small: expected number to be >={low}")
    if high is not None and value > high:
        raise invalid(name, f"Too big: expected number to be <={high}")
    return value


def visibility(body):
    """Return what is asked for; what is locked takes more than a key."""
    value = body.get("visibility")
    if value is not None and value not in VISIBILITIES:
        raise invalid("visibility", "Invalid option")
    if value == "locked":
        raise Refused(401, "Elevated permission is required")
    return value


def stars(body, major):
    """Return a rating as it is to be; 0 cleared it before version 3."""
    value = body["rating"]
    if value is None:
        return None
    if not isinstance(value, int) or not -1 <= value <= 5:
        raise invalid("rating", "Invalid rating")
    if value == 0 and major >= 3:
        told = "Rating must be -1 (rejected), 1–5 (starred), or null (unrated); 0 is not valid"
        raise invalid("rating", told)
    return value or None


def flag(params, name):
    return {"true": True, "false": False}.get(params.get(name))
