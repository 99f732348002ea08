"""In which language the pages speak: as chosen, else as the browser asks, else English."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, render_template, request
from flask_babel import Babel, get_locale, get_translations
from markupsafe import Markup, escape

from homebooru.web.preferences import preferences
from homebooru.web.serving.rendering import in_words

CATALOGUES = Path(__file__).resolve().parent.parent / "locale"
ENGLISH = "en"
SAYINGS = "homebooru.sayings"
KEPT = 100  # parts of pages, in all languages
PLACE = re.compile(r"%\((\w+)\)s")


def install(app: Flask, catalogues: Path = CATALOGUES) -> None:
    """Let templates say `_("…")` and `ngettext(…)`, in the language of each request."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogues)
    Babel(app, default_locale=ENGLISH, locale_selector=choose)  # type: ignore[no-untyped-call]
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = lambda text, /, **values: _present().say(text, **values)
    app.jinja_env.globals["kept"] = _keeping()
    app.extensions[SAYINGS] = {}
    app.extensions["homebooru.languages"] = tuple(sorted(_catalogues(catalogues) | {ENGLISH}))
    app.jinja_env.globals["languages"] = languages
    app.jinja_env.globals["language"] = language
    app.jinja_env.finalize = in_words
    app.context_processor(lambda: {"_": _present().say})  # looked up once, where it can be


class Sayings:
    """What templates say in one language; every page says the same, so each is looked up once."""

    def __init__(self, catalogue: Any) -> None:
        self._catalogue = catalogue
        self._patterns: dict[str, list[str]] = {}
        self._plain: dict[str, Markup] = {}

    def say(self, text: str, /, **values: Any) -> Markup:
        """Return a text with values in it, which are escaped: what Jinja's own does, but quicker."""
        if values:
            return self._filled(text, values)
        said = self._plain.get(text)
        if said is None:
            said = self._plain[text] = Markup(self._catalogue.ugettext(text)) % {}  # noqa: S704  the template's own words
        return said

    def _filled(self, text: str, values: dict[str, Any]) -> Markup:
        parts = self._patterns.get(text)
        if parts is None:
            parts = self._patterns[text] = _parts(self._catalogue.ugettext(text))
        filled = parts.copy()
        filled[1::2] = [escape(values[name]) for name in parts[1::2]]
        return Markup("".join(filled))  # noqa: S704  the template's own words


def _keeping() -> Callable[[str], Markup]:
    """Return what makes a part of a page that depends on the language alone: once for each."""

    @lru_cache(KEPT)
    def part(_language: str, _root: str, template: str) -> Markup:
        return Markup(render_template(template))  # noqa: S704  escaped by itself

    return lambda template: part(language(), request.root_path, template)


def _parts(pattern: str) -> list[str]:
    """Return what stands between the values of a pattern, and by turns the names of these."""
    parts: list[str] = PLACE.split(pattern)
    parts[::2] = [words.replace("%%", "%") for words in parts[::2]]
    return parts


def _present() -> Sayings:
    """Return what templates say in the language of this page."""
    sayings: Sayings | None = g.get("sayings")
    if sayings is None:
        sayings = g.sayings = _sayings()
    return sayings


def _sayings() -> Sayings:
    known: dict[str, Sayings] = current_app.extensions[SAYINGS]
    language = str(get_locale())
    if language not in known:
        known[language] = Sayings(_catalogue())
    return known[language]


def _catalogue() -> Any:
    """Return the words of this page's language, looked up once: a page asks hundreds of times."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def languages() -> dict[str, str]:
    """Return the languages that there are, each with the name its speakers give it."""
    codes: tuple[str, ...] = current_app.extensions["homebooru.languages"]
    return {code: Locale.parse(code).get_display_name(code) or code for code in codes}


def language() -> str:
    """Return the language of this page, as HTML spells it."""
    return str(get_locale() or ENGLISH).replace("_", "-")


def choose() -> str:
    """Return the code of the language to answer in."""
    known = tuple(languages())
    chosen = preferences().language
    if chosen in known:
        return chosen
    return request.accept_languages.best_match(known, ENGLISH) or ENGLISH


def _catalogues(folder: Path) -> set[str]:
    return {path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/*.mo")}
