"""What helps whoever writes in a tag box: completion, and what its terms are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from homebooru.domain.editing.terms import BoxTerm
from homebooru.domain.editing.writing import write_tag
from homebooru.domain.posts import TagView
from homebooru.domain.query.completion import Completion, TermKind
from homebooru.domain.tags import Category
from homebooru.services.editing.terms import complete_term, read_terms
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import CATEGORY, TEXT, answer, listed, optional
from homebooru.web.current import deps, scope
from homebooru.web.search.completion import SUGGESTION, apart, suggestion_told

bp = Blueprint("terms_api", __name__, url_prefix="/api/edits")

MOST_TERMS = 100
LONGEST = 2_000

WORDS: Mapping[str, LazyString] = {
    "artist": _("a tag that is an artist"),
    "copyright": _("a tag that is a series, a game, a brand"),
    "character": _("a tag that is a character"),
    "species": _("a tag that is a species"),
    "general": _("a tag of what is to be seen"),
    "meta": _("a tag about the file"),
    "lore": _("a tag of what the picture does not show"),
    "rating": _("how explicit it is"),
    "parent": _("the post that this one belongs to"),
    "source": _("an address it comes from"),
    "stars": _("how much you like it, 1 to 5"),
}


BOX_TERM = answer(
    "BoxTerm",
    text=TEXT,
    kind={"enum": [kind.value for kind in TermKind]},
    category=optional(CATEGORY),
    nearest=listed(TEXT),
    mistake=optional(TEXT),
)


@bp.app_template_filter()
def as_written(tag: TagView) -> str:
    """Return a tag as it stands in a tag box."""
    return write_tag(tag.name)


@bp.get("/complete")
@described({200: answer("BoxCompletion", suggestions=listed(SUGGESTION))}, query={"term": TEXT})
def complete() -> ResponseReturnValue:
    """Tell what the last term of a tag box, `term`, may become; each suggestion is a whole term."""
    text = request.args.get("term", "")[:LONGEST]
    found = complete_term(deps().sessions, text, scope(), finder=deps().finder)
    if "X-Fragment" in request.headers:
        completion = Completion(0, len(text), found)
        return apart(
            render_template("search/_suggestions.html", completion=completion, metatag_words=WORDS)
        )
    return apart(jsonify(suggestions=[suggestion_told(one) for one in found]))


@bp.get("/terms")
@described({200: answer("BoxTerms", terms=listed(BOX_TERM))}, query={"term": listed(TEXT)})
def terms() -> ResponseReturnValue:
    """Tell what terms of a tag box (`term`, any number) are: known tags, new ones, mistakes."""
    wanted = [text[:LONGEST] for text in request.args.getlist("term")[:MOST_TERMS]]
    found = read_terms(deps().sessions, wanted, scope())
    if "X-Fragment" in request.headers:
        return apart(render_template("editing/_terms.html", terms=found))
    return apart(jsonify(terms=[_told(term) for term in found]))


def _told(term: BoxTerm) -> dict[str, Any]:
    category: Category | None = term.category
    return asdict(term) | {"category": None if category is None else category.label}
