"""No answer, page of an error, line of a log or word of a command tells what is secret."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

from homebooru.cli import main
from homebooru.db.tables import AccountRow, ApiKeyRow
from homebooru.domain.accounts import Right
from homebooru.services.accounts import keys
from homebooru.settings import SETTINGS, load_settings
from tests.web.furnished import furnish
from tests.web.visiting import PASSWORD, addresses, log_in, token_of

WORD = "swordfish"  # in every secret that somebody may set


@pytest.fixture
def environment(tmp_path, database_url):
    """Every secret that can be set, whatever settings there will be."""
    given = {
        f"HOMEBOORU_{name}".upper(): f"{WORD}-{name}-{'x' * 32}"
        for name, one in SETTINGS.items()
        if one.metadata["secret"]
    }
    address = sa.make_url(database_url).set(password=f"{WORD}-database")
    users = {f"HOMEBOORU_{name}".upper(): "4711" for name in SETTINGS if name.endswith("_user")}
    return (
        given
        | users
        | {
            "HOMEBOORU_DATABASE_URL": address.render_as_string(hide_password=False),
            "HOMEBOORU_DATA": str(tmp_path / "data"),
            "HOMEBOORU_IMMICH_URL": "http://127.0.0.1:9",
            "HOMEBOORU_CONFIG": str(tmp_path / "none.toml"),
        }
    )


@pytest.fixture
def settings(environment, tmp_path):
    return load_settings(environment, tmp_path / "none.toml")


@pytest.fixture
def client(app, sessions, ada):
    keys.add_key(sessions, ada.id, "a program", Right.ADMIN)
    client = app.test_client()
    log_in(client)
    return client


def kept(sessions, deps, client):
    """Return all that is secret in this house: what was set, and what we made ourselves.

    The hash of a session's token is what a page calls the session, and opens nothing.
    """
    with sessions.begin() as session:
        hashes = [
            *session.scalars(sa.select(AccountRow.password_hash)),
            *session.scalars(sa.select(ApiKeyRow.key_hash)),
        ]
    files = [file.read_bytes() for file in (deps.settings.data / "secrets").iterdir()]
    raw = [each for each in (*hashes, *files) if isinstance(each, bytes)]
    texts = [each for each in hashes if isinstance(each, str)]
    cookie = client.get_cookie("homebooru_session").value
    return [
        *(word.encode() for word in (WORD, PASSWORD, cookie, "$argon2", *texts)),
        *raw,
        *(each.hex().encode() for each in raw),
    ]


def test_no_answer_tells_a_secret(app, house, client, deps, sessions):
    furnish(house)
    assert len(deps.ticket_secret) > 16
    secrets = kept(sessions, deps, client)
    assert len(secrets) > 8
    token = token_of(client)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        for where in addresses(app, method).values():
            # what changes something is not let do so, and says why
            answer = client.open(where, method=method, headers={"Accept": "application/json"})
            assert not [each for each in secrets if each in answer.data], where
            assert not any(WORD in value for value in answer.headers.values())
    assert PASSWORD.encode() not in client.post("/login", data={"password": PASSWORD}).data
    wrong = {"old": PASSWORD, "new": "x", "csrf_token": token}
    assert PASSWORD.encode() not in client.post("/account/password", data=wrong).data


def test_no_mistake_of_ours_tells_a_secret(app, client, deps, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    told = f"{deps.settings!r} {deps!r} {deps.engine.url!r}"
    assert WORD not in told
    lost = OperationalError("select 1", {"key": WORD}, Exception(told), hide_parameters=True)
    for error in (RuntimeError(told), lost, OSError(5, "Input/output error", WORD)):
        views = {name: failing(error) for name in app.view_functions}
        with monkeypatch.context() as broken:
            for name, view in views.items():
                broken.setitem(app.view_functions, name, view)
            pages = [client.get("/posts"), client.get("/api/posts"), client.get("/posts.json")]
        for page in pages:
            assert page.status_code >= 500
            assert WORD not in page.text
            assert "Traceback" not in page.text
    assert "Settings(" in caplog.text
    assert WORD not in caplog.text.replace(f"Input/output error: '{WORD}'", "")


def failing(error):
    def view(**_):
        raise error

    return view


def test_no_command_tells_a_secret(environment, deps, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    deps.settings.data.mkdir(exist_ok=True)
    for command in (["doctor"], ["doctor", "--json"], ["search", "cat"], ["nonsense"]):
        assert WORD not in CliRunner().invoke(main, command).output
