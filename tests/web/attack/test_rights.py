"""Nobody does what takes a right that they do not have, at whatever address."""

from __future__ import annotations

import pytest

from homebooru.domain.accounts import Right
from homebooru.services.accounts import accounts, keys
from homebooru.web.csrf import HEADER, SAFE_METHODS
from homebooru.web.security import OPEN_TO_STRANGERS
from tests.web.test_security import everything
from tests.web.visiting import PASSWORD, addresses, log_in, token_of

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FREE = OPEN_TO_STRANGERS | {"health.health", "static", "accounts.log_out"}
NOTED = {"api_key", "web_session", "login_failure"}  # that somebody came, or tried to


def needed(app, endpoint, method):
    view = app.view_functions[endpoint]
    usual = Right.READ if method in SAFE_METHODS else Right.WRITE
    return getattr(view, "needed_right", usual)


def walked(app):
    for method in METHODS:
        for endpoint, where in addresses(app, method).items():
            if endpoint not in FREE:
                yield method, endpoint, where


@pytest.fixture
def kept(sessions, ada):
    accounts.add_account(sessions, "Bo", PASSWORD)
    return {right: keys.add_key(sessions, ada.id, right.value, right) for right in Right}


def test_a_key_does_nothing_beyond_its_right(app, sessions, house, kept):
    house.add(tags="cat")
    client, before, refused = app.test_client(use_cookies=False), everything(sessions), 0
    for method, endpoint, where in walked(app):
        right = needed(app, endpoint, method)
        for_people = getattr(app.view_functions[endpoint], "is_for_people", False)
        for held, key in kept.items():
            if held.rank < right.rank or for_people:
                bearer = {"Authorization": f"Bearer {key}"}
                answer = client.open(where, method=method, headers=bearer)
                assert answer.status_code == 403, (held, method, where)
                assert answer.json.get("error"), (held, method, where)
                refused += 1
    assert refused > 150
    assert without_notes(everything(sessions)) == without_notes(before)


def test_who_is_no_admin_does_nothing_that_takes_one(app, sessions, house, kept):
    client = app.test_client()
    log_in(client, "Bo")
    token, before, refused = {HEADER: token_of(client)}, everything(sessions), 0
    for method, endpoint, where in walked(app):
        if needed(app, endpoint, method) is Right.ADMIN:
            answer = client.open(where, method=method, headers=token)
            assert answer.status_code == 403, (method, where)
            refused += 1
    assert refused > 30
    assert without_notes(everything(sessions)) == without_notes(before)


def test_nobody_is_told_to_log_in_and_nothing_else(app, sessions, house, kept):
    """With no key, a made-up one, or one at the wrong place; a session takes a token too."""
    house.add(tags="cat")
    before = everything(sessions)
    client = app.test_client()
    log_in(client)
    strange = ({}, {"Authorization": "Bearer hb_nobodys"}, {"Authorization": "Basic QWRhOng="})
    stranger = app.test_client(use_cookies=False)
    for number, (method, endpoint, where) in enumerate(walked(app)):
        headers = strange[number % len(strange)] | {"Accept": "application/json"}
        answer = stranger.open(where, method=method, headers=headers)
        assert answer.status_code in {401, 403}, (method, where, headers)
        assert answer.mimetype == "application/json", (method, where)
        assert answer.status_code == 401 or endpoint.startswith("danbooru."), (method, where)
        if method not in SAFE_METHODS:
            assert client.open(where, method=method).status_code == 403, (method, where)
    assert without_notes(everything(sessions)) == without_notes(before)


def without_notes(tables):
    return {name: rows for name, rows in tables.items() if name not in NOTED}
