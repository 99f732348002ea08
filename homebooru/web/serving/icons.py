"""The icons of pages, drawn from one file that has all of them."""

from __future__ import annotations

from flask import Flask
from markupsafe import Markup, escape

from homebooru.web.addresses import once
from homebooru.web.languages import in_words

SPRITE = "vendor/lucide@1.62.0/icons.svg"


def install(app: Flask) -> None:
    """Let `_icons.html` hand on what draws icons: a macro would take several times longer."""
    app.jinja_env.globals["drawn_icon"] = icon


def icon(name: str, text: str = "") -> Markup:
    """Return an icon. With a text it says what it means; without, it decorates what is beside it."""
    meaning = f'role="img" aria-label="{escape(in_words(text))}"' if text else 'aria-hidden="true"'
    address = escape(once("static", filename=SPRITE))
    return Markup(  # noqa: S704  all that is not ours is escaped
        f'<svg class="icon" {meaning} focusable="false">'
        f'<use href="{address}#{escape(name)}"></use></svg>'
    )
