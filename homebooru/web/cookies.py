"""The cookies: who is logged in, a visit of somebody who is not, and how the gallery looks."""

from __future__ import annotations

from flask import Response, request

SESSION, VISIT, VIEW = "homebooru_session", "homebooru_visit", "homebooru_view"


def keep(response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """Set a cookie that no script can read and no other site makes a browser change things with."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=_path(),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def drop(response: Response, name: str) -> None:
    response.delete_cookie(
        name, path=_path(), secure=request.is_secure, httponly=True, samesite="Lax"
    )


def _path() -> str:
    return request.root_path or "/"
