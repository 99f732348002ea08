"""How programs of the dialect show who they are, and how they are told what is wrong."""

from __future__ import annotations

from flask import Response, jsonify, request

ENDING = ".json"


def is_dialect() -> bool:
    """Tell whether the request at hand speaks it, be it to an address that is not there."""
    return request.path.endswith(ENDING) and not request.path.startswith("/api/")


def name_and_key() -> tuple[str, str] | None:
    """Return the name and the key that were sent with the dialect, or None where none were.

    They come as Basic authorization, or else as `login` and `api_key` in the address. Nothing
    else takes them so: a browser that keeps them would send them with forms of other sites too.
    """
    if not is_dialect():
        return None
    sent = request.authorization
    if sent is not None and sent.type == "basic":
        return sent.username or "", sent.password or ""
    if "Authorization" in request.headers:
        return None
    name, key = request.args.get("login", ""), request.args.get("api_key", "")
    return (name, key) if name or key else None


def complaint(status: int, kind: str, message: str) -> Response:
    """Return an error as Danbooru tells it; what makes no sense is 422 there."""
    answer = jsonify(success=False, error=kind, message=message)
    answer.status_code = 422 if status == 400 else status
    return answer
