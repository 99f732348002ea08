"""What helps whoever types a search: suggestions, what its terms are, and a cheat sheet."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from homebooru.domain.query import parse
from homebooru.domain.query.completion import Completion, Offer, Suggestion, Term, TermKind
from homebooru.domain.tags import Category
from homebooru.errors import QuerySyntaxError
from homebooru.services.completing import complete, read_terms, with_left
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    CATEGORY,
    COUNT,
    FLAG,
    TEXT,
    WHOLE,
    answer,
    listed,
    optional,
)
from homebooru.web.current import deps, scope
from homebooru.web.search.cheat_sheet import METATAGS, examples
from homebooru.web.search.mistakes import Mistake, mistake_in

bp = Blueprint("completion", __name__)

SUGGESTION = answer(
    "Suggestion",
    offer={"enum": [offer.value for offer in Offer]},
    text=TEXT,
    name=TEXT,
    category=optional(CATEGORY),
    alias=optional(TEXT),
    count=optional(COUNT),
    at_least=FLAG,
    left=optional(COUNT),
)
COMPLETION = answer("Completion", start=COUNT, end=COUNT, suggestions=listed(SUGGESTION))
TERM = answer(
    "Term",
    text=TEXT,
    kind={"enum": [kind.value for kind in TermKind]},
    category=optional(CATEGORY),
)
MISTAKE = answer("Mistake", message=TEXT, position=COUNT, corrected=optional(TEXT))
TERMS = answer("Terms", terms=listed(TERM), mistake=optional(MISTAKE))

MOST_TERMS = 100
LONGEST = 20_000  # characters: what a search may have at most


@bp.get("/api/autocomplete")
@described({200: COMPLETION}, query={"q": TEXT, "at": WHOLE, "left": FLAG})
def autocomplete() -> ResponseReturnValue:
    """Complete the term at a place in a search.

    `q` is its text, `at` the place (its end where that is left out). With `left` each
    suggestion tells how many posts the whole search would find with it.
    """
    text = request.args.get("q", "")[:LONGEST]
    found = complete(deps().sessions, text, _place(text), scope(), finder=deps().finder)
    if "left" in request.args:
        found = with_left(deps().sessions, text, found, scope(), finder=deps().finder)
    if "X-Fragment" in request.headers:
        return apart(
            render_template("search/_suggestions.html", completion=found, metatag_words=METATAGS)
        )
    return apart(jsonify(_completion(found)))


@bp.get("/api/terms")
@described({200: TERMS}, query={"q": TEXT, "term": listed(TEXT)})
def terms() -> ResponseReturnValue:
    """Tell what the terms (`term`, any number) of a search are, and what is wrong with it (`q`)."""
    wanted = request.args.getlist("term")[:MOST_TERMS]
    found = read_terms(deps().sessions, wanted, scope(), finder=deps().finder)
    mistake = _mistake(request.args.get("q", ""))
    if "X-Fragment" in request.headers:
        return apart(render_template("search/_terms.html", terms=found, mistake=mistake))
    return apart(
        jsonify(
            terms=[_term(term) for term in found],
            mistake=mistake
            and {
                "message": mistake.message,
                "position": mistake.position,
                "corrected": mistake.corrected,
            },
        )
    )


@bp.get("/search/help")
def cheat_sheet() -> ResponseReturnValue:
    """Show what a search can say, by examples from this very gallery."""
    fragment = "X-Fragment" in request.headers
    template = "search/_cheat_sheet.html" if fragment else "search/cheat_sheet.html"
    return apart(
        render_template(template, groups=examples(deps().sessions, scope()), metatag_words=METATAGS)
    )


def _place(text: str) -> int:
    at = request.args.get("at", "")
    return int(at) if at.isascii() and at.isdigit() and len(at) <= len(str(LONGEST)) else len(text)


def _mistake(text: str) -> Mistake | None:
    try:
        parse(text)
    except QuerySyntaxError as error:
        return mistake_in(text, error)
    return None


def _completion(found: Completion) -> dict[str, object]:
    suggestions = [suggestion_told(one) for one in found.suggestions]
    return {"start": found.start, "end": found.end, "suggestions": suggestions}


def suggestion_told(one: Suggestion) -> dict[str, object]:
    return asdict(one) | {"category": _label(one.category)}


def _term(term: Term) -> dict[str, object]:
    return {"text": term.text, "kind": term.kind, "category": _label(term.category)}


def _label(category: Category | None) -> str | None:
    return None if category is None else category.label


def apart(answer: str | Response) -> Response:
    """Keep an answer and its fragment apart where answers are kept: they have one address."""
    response = make_response(answer)
    response.vary.add("X-Fragment")
    return response
