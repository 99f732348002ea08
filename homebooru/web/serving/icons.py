"""The icons of pages, drawn from one file that has all of them."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from homebooru.web.serving.rendering import in_words

SPRITE = "vendor/lucide@1.62.0/icons.svg"
KEPT = 1_000  # icons, below whatever root


def install(app: Flask) -> None:
    """Let `_icons.html` hand on what draws icons: a macro would take several times longer."""
    app.jinja_env.globals["drawn_icon"] = icon


def icon(name: str, text: str = "") -> Markup:
    """Return an icon. With a text it says what it means; without, it decorates what is beside it."""
    return _with_text(name, text) if text else _decorating(request.root_path, name)


def _with_text(name: str, text: str) -> Markup:
    return _drawn(request.root_path, name, f'role="img" aria-label="{escape(in_words(text))}"')


@lru_cache(KEPT)
def _decorating(root: str, name: str) -> Markup:
    return _drawn(root, name, 'aria-hidden="true"')


def _drawn(root: str, name: str, meaning: str) -> Markup:
    return Markup(  # noqa: S704  all that is not ours is escaped
        f'<svg class="icon" {meaning} focusable="false">{_used(root, name)}</svg>'
    )


@lru_cache(KEPT)
def _used(_root: str, name: str) -> str:
    address = url_for("static", filename=SPRITE)
    return f'<use href="{escape(address)}#{escape(name)}"></use>'
