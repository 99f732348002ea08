"""Pages of the rules about duplicates: what each would do, to which it is limited, how far trusted."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.duplicates.deciding import Fate
from homebooru.domain.duplicates.rules import NEEDED
from homebooru.errors import QuerySyntaxError
from homebooru.services.duplicates import rulebook, ruling
from homebooru.services.duplicates.rulebook import RuleView
from homebooru.web.current import actor, deps, scope
from homebooru.web.duplicates.pages import FATES, KINDS, read
from homebooru.web.errors import status_of
from homebooru.web.keeping.bodies import whole_number
from homebooru.web.search.mistakes import mistake_in
from homebooru.web.security import needs

bp = Blueprint("duplicate_rules", __name__, url_prefix="/duplicates/rules")

PAGE = 24


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the rules, how they fared, and what they would do."""
    return render_template(
        "duplicates/rules.html",
        rules=seen_rules(),
        needed=NEEDED,
        looked_at=rulebook.LOOKED_AT,
        fates=FATES,
    )


def seen_rules() -> list[RuleView]:
    """Return the rules; searches of administrators are nobody else's business."""
    views = rulebook.show_rules(deps().sessions, scope())
    return [rule for rule in views if not rule.search or actor().may(Right.ADMIN)]


@bp.get("/<name>")
@needs(Right.ADMIN)
def rule(name: str) -> ResponseReturnValue:
    """Show a rule and the pairs it would decide, also if it were limited to another search."""
    try:
        return _page(name, request.args.get("tags", "").strip())
    except QuerySyntaxError as error:
        return _refused(name, request.args["tags"].strip(), error)


@bp.post("/<name>")
@needs(Right.ADMIN)
def trust(name: str) -> ResponseReturnValue:
    """Let a rule decide by itself, or only suggest."""
    ruling.set_rule(
        deps().sessions,
        name,
        decides="decides" in request.form,
        fate=read(Fate, request.form.get("fate", Fate.TRASH)),
        account_id=actor().account.id,
    )
    return redirect(url_for(".rule", name=name), code=303)


@bp.post("/<name>/search")
@needs(Right.ADMIN)
def limit(name: str) -> ResponseReturnValue:
    """Keep a search: for the rule that has one already, else for a rule of its own."""
    search = request.form.get("tags", "").strip()
    fate = read(Fate, request.form.get("fate", Fate.TRASH))
    try:
        if "anew" in request.form:
            ruling.search_anew(deps().sessions, name, search, scope())
        else:
            name = ruling.limit_rule(deps().sessions, name, search, fate, scope())
    except QuerySyntaxError as error:
        return _refused(name, search, error)
    return redirect(url_for(".rule", name=name), code=303)


@bp.post("/<name>/remove")
@needs(Right.ADMIN)
def remove(name: str) -> ResponseReturnValue:
    ruling.remove_rule(deps().sessions, name)
    return redirect(url_for(".show"), code=303)


def _refused(name: str, search: str, error: QuerySyntaxError) -> ResponseReturnValue:
    mistake = mistake_in(search, error)
    return _page(name, mistake=mistake, written=search), status_of(error)


def _page(name: str, search: str = "", **more: object) -> str:
    offset = min(whole_number("offset", 0), rulebook.LOOKED_THROUGH)
    preview = rulebook.preview_rule(
        deps().sessions, name, scope(), search=search, offset=offset, limit=PAGE
    )
    return render_template(
        "duplicates/rule.html",
        preview=preview,
        rule=preview.rule,
        is_draft=preview.search != preview.rule.search,
        offset=offset,
        step=PAGE,
        looked_through=rulebook.LOOKED_THROUGH,
        needed=NEEDED,
        fates=FATES,
        kinds=KINDS,
        **more,
    )
