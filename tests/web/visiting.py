"""What a visitor does: reading tokens, logging in, walking every address there is."""

from __future__ import annotations

from flask import url_for

from homebooru.domain.accounts import Right
from homebooru.services.accounts import accounts, keys
from homebooru.web.csrf import FIELD

PASSWORD = "a few quiet words"


def token_of(client, path: str = "/account", **more) -> str:
    """Return the token that the forms of a page carry."""
    page = client.get(path, **more).text
    return page.split(f'name="{FIELD}" value="', 1)[1].split('"', 1)[0]


def log_in(client, name: str = "Ada", password: str = PASSWORD, **more):
    form = {"name": name, "password": password, FIELD: token_of(client, "/login", **more)}
    return client.post("/login", data=form, **more)


def key_of(sessions, name: str = "Ada") -> str:
    """Return a new key of an account, for a program that only reads."""
    account = accounts.get_account(sessions, name)
    return keys.add_key(sessions, account.id, "a program", Right.READ)


def addresses(app, method: str, **values) -> dict[str, str]:
    """Return an address for each endpoint that takes a method, filled in with `values`."""
    given = {
        "post_id": 1,
        "size": 360,
        "digest": "0" * 64,
        "session_id": "0",
        "key_id": 1,
        "root_id": 1,
        "run_id": 1,
        "edit_id": 1,
        "act_id": 1,
        "batch_id": 1,
        "list_id": 1,
        "job_id": 1,
        "wish": "pause",
        "what": "tags",
        "search_id": 1,
        "pool_id": 1,
        "queue": "suggestions",
        "tag_id": 1,
        "tag": "cat",
        "artist_id": 1,
        "user_id": 1,
        "question_id": 1,
        "decision_id": 1,
        "owner_id": "00000000-0000-4000-8000-000000000000",
        "key": "1",
        "filepath": "0.png",
        "given": f"1-{'0' * 43}",
        "state": "on",
        "trash": "hide",
        "step": "allow",
        "answer": "again",
        "deed": "start",
        "filename": "css/base.css",
        "version": "0" * 16,
        "ticket": f"1-1-{'0' * 43}",
        "kind": "original",
        "source": "danbooru",
        "name": "0.png",
    } | values
    with app.test_request_context("/", base_url="http://localhost"):
        return {
            rule.endpoint: url_for(rule.endpoint, **{name: given[name] for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if method in rule.methods
        }
