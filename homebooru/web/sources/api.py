"""The sources for programs: who is asked, as whom, what they knew, and asking again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.lookups.periods import Periods
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.lookups import switching
from homebooru.services.lookups.showing import Lookups, SourceState, lookups
from homebooru.services.lookups.switching import Credentials
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    answer,
    by_name,
    listed,
    optional,
    wish,
)
from homebooru.web.current import deps
from homebooru.web.keeping.bodies import needed_text, sent, text_in
from homebooru.web.security import needs

bp = Blueprint("sources_api", __name__, url_prefix="/api/sources")

DAYS = {"type": "integer", "minimum": 1, "maximum": 3650}
PERIODS = answer("Periods", hit=DAYS, miss=DAYS, changed=DAYS, patience=DAYS)
SOURCE = answer(
    "Source",
    name=TEXT,
    label=TEXT,
    url=TEXT,
    is_booru=FLAG,
    enabled=FLAG,
    is_fixed=FLAG,
    user=optional(TEXT),
    has_key=FLAG,
    outcomes=by_name(COUNT),
    waiting=COUNT,
    closed_until=optional(MOMENT),
    reason=optional(TEXT),
    quotas=by_name(answer("Quota", left=NUMBER, of=optional(NUMBER))),
)
SOURCES = answer("Sources", sources=listed(SOURCE), periods=PERIODS)


@bp.get("")
@needs(Right.ADMIN)
@described({200: SOURCES})
def list_sources() -> ResponseReturnValue:
    """Tell who is asked, what they knew, until when they are left alone, and what is left."""
    return jsonify(_told(lookups(deps().sessions)))


@bp.put("/<name>")
@needs(Right.ADMIN)
@described({200: SOURCES}, body=wish("enabled", enabled=FLAG))
def switch(name: str) -> ResponseReturnValue:
    """Let a source be asked, or not any more; the name `boorus` means all of them."""
    enabled = sent().get("enabled")
    if not isinstance(enabled, bool):
        raise InvalidInput(phrase('"{name}" has to be true or false.', name="enabled"))
    switching.switch(deps().sessions, name, enabled=enabled, keyed=deps().keyed_sites)
    return jsonify(_told(lookups(deps().sessions)))


@bp.put("/<name>/key")
@needs(Right.ADMIN)
@described({204: None}, body=wish("key", user=optional(TEXT), key=TEXT))
def keep_key(name: str) -> ResponseReturnValue:
    """Keep as whom a source is asked. The key is never told again."""
    body = sent()
    given = Credentials(text_in(body, "user"), needed_text(body, "key"))
    switching.keep_credentials(deps().sessions, deps().key_ring, name, given)
    return "", 204


@bp.delete("/<name>/key")
@needs(Right.ADMIN)
@described({204: None})
def forget_key(name: str) -> ResponseReturnValue:
    """Forget as whom a source is asked."""
    switching.keep_credentials(deps().sessions, deps().key_ring, name, None)
    return "", 204


@bp.post("/<name>/again")
@needs(Right.ADMIN)
@described({204: None})
def ask_again(name: str) -> ResponseReturnValue:
    """Let a source be asked about all posts again, in the order of the chain."""
    switching.ask_source_again(deps().sessions, name)
    return "", 204


@bp.patch("/periods")
@needs(Right.ADMIN)
@described({200: PERIODS}, body=wish(hit=DAYS, miss=DAYS, changed=DAYS, patience=DAYS))
def keep_periods() -> ResponseReturnValue:
    """Set how many days answers hold, and how many one is waited for."""
    return jsonify(_days(switching.keep_periods(deps().sessions, sent())))


def _told(all_of_them: Lookups) -> dict[str, Any]:
    return {
        "sources": [_source(one) for one in all_of_them.sources],
        "periods": _days(all_of_them.periods),
    }


def _days(periods: Periods) -> dict[str, int]:
    return {name: getattr(periods, name) for name in PERIODS["required"]}


def _source(state: SourceState) -> dict[str, Any]:
    site, until = state.site, state.closed_until
    return {
        "name": site.name,
        "label": site.label,
        "url": deps().settings.sites[site.name].url,
        "is_booru": site.is_booru,
        "enabled": state.enabled,
        "is_fixed": state.is_fixed,
        "user": state.user,
        "has_key": state.has_key or site.name in deps().keyed_sites,
        "outcomes": {outcome.value: state.outcomes.get(outcome, 0) for outcome in Outcome},
        "waiting": state.waiting,
        "closed_until": until.isoformat() if until else None,
        "reason": state.reason,
        "quotas": {name: {"left": one.left, "of": one.of} for name, one in state.quotas.items()},
    }
