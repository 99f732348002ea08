"""Logging in and out, and a person's own page: password, sessions, keys."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from homebooru.domain.accounts import Right
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.accounts import accounts, keys, logins, sessions
from homebooru.web import cookies
from homebooru.web.addresses import our_page
from homebooru.web.current import actor, deps
from homebooru.web.security import STRANGERS_BODY, for_people, takes_up_to

bp = Blueprint("accounts", __name__)


@bp.get("/login")
def login() -> ResponseReturnValue:
    return render_template("accounts/login.html", next=our_page(request.args.get("next")))


@bp.post("/login")
@takes_up_to(STRANGERS_BODY)
def log_in() -> ResponseReturnValue:
    name, target = request.form.get("name", ""), our_page(request.form.get("next"))
    token = logins.log_in(
        deps().sessions,
        name,
        request.form.get("password", ""),
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent"),
        replacing=request.cookies.get(cookies.SESSION),
    )
    if token is None:
        wrong = gettext("That name and password do not belong together.")
        page = render_template("accounts/login.html", next=target, name=name, wrong=wrong)
        return page, 401
    response = make_response(redirect(request.root_path + target, code=303))
    cookies.keep(response, cookies.SESSION, token, seconds=int(sessions.LONGEST.total_seconds()))
    return response


@bp.post("/logout")
@for_people
def log_out() -> ResponseReturnValue:
    if token := actor().session_token:
        sessions.close_session(deps().sessions, token)
    response = make_response(redirect(url_for(".login"), code=303))
    cookies.drop(response, cookies.SESSION)
    return response


@bp.get("/account")
@for_people
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/account/password")
@for_people
def change_password() -> ResponseReturnValue:
    me = actor()
    accounts.change_password(
        deps().sessions,
        me.account.id,
        request.form.get("old", ""),
        request.form.get("new", ""),
        keep_session=sessions.token_hash(me.session_token) if me.session_token else None,
    )
    return redirect(url_for(".show"), code=303)


@bp.post("/account/sessions/<session_id>/revoke")
@for_people
def revoke_session(session_id: str) -> ResponseReturnValue:
    sessions.revoke_session(deps().sessions, actor().account.id, session_id)
    return redirect(url_for(".show"), code=303)


@bp.post("/account/keys")
@for_people
def add_key() -> ResponseReturnValue:
    """Make a key; this answer is the only one that ever shows it."""
    try:
        right = Right(request.form.get("right", Right.READ.value))
    except ValueError:
        raise InvalidInput(phrase("A key may read, write or administer.")) from None
    key = keys.add_key(deps().sessions, actor().account.id, request.form.get("name", ""), right)
    response = make_response(_page(new_key=key))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/account/keys/<id:key_id>/revoke")
@for_people
def revoke_key(key_id: int) -> ResponseReturnValue:
    keys.revoke_key(deps().sessions, key_id, actor().account.id)
    return redirect(url_for(".show"), code=303)


def _page(new_key: str | None = None) -> str:
    me = actor()
    return render_template(
        "accounts/account.html",
        account=me.account,
        sessions=sessions.list_sessions(deps().sessions, me.account.id, me.session_token),
        keys=keys.list_keys(deps().sessions, me.account.id),
        rights=[right for right in Right if me.account.right.rank >= right.rank],
        new_key=new_key,
    )
