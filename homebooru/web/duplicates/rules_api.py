"""Rules about duplicates, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.duplicates.deciding import Fate
from homebooru.services.duplicates import rulebook, ruling
from homebooru.services.duplicates.rulebook import Foretold, RuleView
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    FLAG,
    ID,
    TEXT,
    WHOLE,
    answer,
    listed,
    optional,
    wish,
)
from homebooru.web.current import actor, deps, scope
from homebooru.web.duplicates.api import FATE, KIND, MOST, PAGE
from homebooru.web.duplicates.pages import read
from homebooru.web.duplicates.rules import seen_rules
from homebooru.web.editing.wishes import flag_in
from homebooru.web.keeping.bodies import needed_text, sent, text_in, whole_number
from homebooru.web.security import needs

bp = Blueprint("duplicate_rules_api", __name__, url_prefix="/api/duplicates/rules")

RULE = answer(
    "DuplicateRule",
    name=TEXT,
    words=TEXT,
    search=TEXT,
    agreed=COUNT,
    against=COUNT,
    would_decide=COUNT,
    decides=FLAG,
    fate=FATE,
    rests=optional(TEXT),
)
RULES = answer("DuplicateRules", rules=listed(RULE))
FORETOLD = answer("ForetoldPair", kept=ID, lost=ID, kind=KIND, fate=FATE)
PREVIEW = answer("DuplicateRulePreview", search=TEXT, pairs=listed(FORETOLD), count=COUNT)
REMOVED = answer("RemovedDuplicateRule", name=TEXT)


@bp.get("")
@described({200: RULES})
def show() -> ResponseReturnValue:
    """Tell the rules, how often people agreed with each, and what they would decide.

    Those with a `search` decide pairs of which it finds both; only administrators hear of them.
    `rests` is why one decides nothing, as its search makes no sense any more.
    """
    return jsonify(rules=[_told(rule) for rule in seen_rules()])


@bp.post("")
@needs(Right.ADMIN)
@described({201: RULE}, body=wish("rule", "search", rule=TEXT, search=TEXT, fate=FATE))
def limit() -> ResponseReturnValue:
    """Make a rule that compares as another one does, limited to a search; it only suggests at first."""
    body = sent()
    name = ruling.limit_rule(
        deps().sessions,
        needed_text(body, "rule"),
        needed_text(body, "search"),
        read(Fate, text_in(body, "fate") or Fate.TRASH),
        scope(),
    )
    return jsonify(_one(name)), 201, {"Location": url_for(".pairs", name=name)}


@bp.get("/<name>/pairs")
@needs(Right.ADMIN)
@described({200: PREVIEW}, query={"search": TEXT, "limit": WHOLE, "offset": WHOLE})
def pairs(name: str) -> ResponseReturnValue:
    """Tell which of the first pairs that wait a rule would decide, and how.

    With a `search` this is told as if it were limited to that.
    """
    preview = rulebook.preview_rule(
        deps().sessions,
        name,
        scope(),
        search=request.args.get("search", ""),
        offset=min(whole_number("offset", 0), rulebook.LOOKED_THROUGH),
        limit=min(whole_number("limit", PAGE), MOST),
    )
    told = [_foretold(pair, preview.rule.fate) for pair in preview.pairs]
    return jsonify(search=preview.search, pairs=told, count=preview.count)


@bp.patch("/<name>")
@needs(Right.ADMIN)
@described({200: RULES}, body=wish(decides=FLAG, fate=FATE, search=TEXT))
def change(name: str) -> ResponseReturnValue:
    """Let a rule decide by itself, which it has to have earned, or only suggest.

    With another `search` it only suggests, and has to earn it anew.
    """
    body = sent()
    if (search := text_in(body, "search")) is not None:
        ruling.search_anew(deps().sessions, name, search, scope())
    if search is None or "decides" in body:
        ruling.set_rule(
            deps().sessions,
            name,
            decides=flag_in(body, "decides"),
            fate=read(Fate, text_in(body, "fate") or Fate.TRASH),
            account_id=actor().account.id,
        )
    return jsonify(rules=[_told(rule) for rule in seen_rules()])


@bp.delete("/<name>")
@needs(Right.ADMIN)
@described({200: REMOVED})
def remove(name: str) -> ResponseReturnValue:
    """Remove a rule that is limited to a search; what it decided stays."""
    ruling.remove_rule(deps().sessions, name)
    return jsonify(name=name)


def _one(name: str) -> dict[str, Any]:
    return _told(rulebook.preview_rule(deps().sessions, name, scope(), limit=0).rule)


def _told(rule: RuleView) -> dict[str, Any]:
    return {
        "name": rule.name,
        "words": rule.words,
        "search": rule.search,
        "agreed": rule.standing.agreed,
        "against": rule.standing.against,
        "would_decide": rule.would_decide,
        "decides": rule.decides,
        "fate": rule.fate,
        "rests": rule.rests,
    }


def _foretold(pair: Foretold, fate: Fate) -> dict[str, Any]:
    return {"kept": pair.kept.id, "lost": pair.lost.id, "kind": pair.kind, "fate": fate}
