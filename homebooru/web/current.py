"""What the request at hand is about: what it works with, who asks, what they may see."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from flask import current_app, g

from homebooru.domain.accounts import Actor
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.errors import LoginRequired
from homebooru.phrases import phrase
from homebooru.services.accounts.accounts import scope_of
from homebooru.web.preferences import preferences
from homebooru.wiring import Deps

EXTENSION = "homebooru"


def deps() -> Deps:
    return cast("Deps", current_app.extensions[EXTENSION])


def find_actor() -> Actor | None:
    """Return who asks, or None before that is known and on public pages."""
    return cast("Actor | None", g.get("actor"))


def actor() -> Actor:
    """Return who asks."""
    found = find_actor()
    if found is None:
        raise LoginRequired(phrase("Log in first."))
    return found


def scope() -> Scope:
    """Return what whoever asks may see, and with safe mode on, wants to see.

    Safe mode shows general pictures alone; unrated ones count as the account says.
    """
    allowed = scope_of(actor().account)
    return replace(allowed, ceiling=Rating.GENERAL) if preferences().safe else allowed
