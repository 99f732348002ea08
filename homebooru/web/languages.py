"""In which language the pages speak: as chosen, else as the browser asks, else English."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, render_template, request
from flask_babel import Babel, get_locale, get_translations, gettext
from markupsafe import Markup

from homebooru.phrases import Phrase
from homebooru.web.preferences import preferences

CATALOGUES = Path(__file__).resolve().parent.parent / "locale"
ENGLISH = "en"
SAYINGS = "homebooru.sayings"
KEPT = 100  # parts of pages, in all languages


def install(app: Flask, catalogues: Path = CATALOGUES) -> None:
    """Let templates say `_("…")` and `ngettext(…)`, in the language of each request."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogues)
    Babel(app, default_locale=ENGLISH, locale_selector=choose)  # type: ignore[no-untyped-call]
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = say
    app.jinja_env.globals["kept"] = _keeping()
    app.extensions[SAYINGS] = {}
    app.extensions["homebooru.languages"] = tuple(sorted(_catalogues(catalogues) | {ENGLISH}))
    app.jinja_env.globals["languages"] = languages
    app.jinja_env.globals["language"] = language
    app.jinja_env.finalize = in_words


class Sayings:
    """What templates say in one language; every page says the same, so each is looked up once."""

    def __init__(self, catalogue: Any) -> None:
        self._catalogue = catalogue
        self._patterns: dict[str, Markup] = {}
        self._plain: dict[str, Markup] = {}

    def say(self, text: str, values: dict[str, Any]) -> Markup:
        if values:
            return self._pattern(text) % values
        said = self._plain.get(text)
        if said is None:
            said = self._plain[text] = self._pattern(text) % {}
        return said

    def _pattern(self, text: str) -> Markup:
        pattern = self._patterns.get(text)
        if pattern is None:
            pattern = self._patterns[text] = Markup(self._catalogue.ugettext(text))  # noqa: S704  the template's own words
        return pattern


def say(text: str, /, **values: Any) -> Markup:
    """Return a text of a template in the language of the page: what Jinja's own does, but quicker."""
    sayings: Sayings | None = g.get("sayings")
    if sayings is None:
        sayings = g.sayings = _sayings()
    return sayings.say(text, values)


def _keeping() -> Callable[[str], Markup]:
    """Return what makes a part of a page that depends on the language alone: once for each."""

    @lru_cache(KEPT)
    def part(_language: str, _root: str, template: str) -> Markup:
        return Markup(render_template(template))  # noqa: S704  escaped by itself

    return lambda template: part(language(), request.root_path, template)


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


def in_words(value: Any) -> Any:
    """Return what a template shows, and a phrase in the language of this page."""
    return value.said(gettext) if isinstance(value, Phrase) else value


def choose() -> str:
    """Return the code of the language to answer in."""
    known = tuple(languages())
    chosen = preferences().language
    if chosen in known:
        return chosen
    return request.accept_languages.best_match(known, ENGLISH) or ENGLISH


def _catalogues(folder: Path) -> set[str]:
    return {path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/*.mo")}
