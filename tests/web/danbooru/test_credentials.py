"""How programs show who they are."""

from base64 import b64encode

import pytest

from homebooru.services.accounts import keys, logins
from tests.web.visiting import PASSWORD, key_of, log_in

KEYED = "Access-Control-Allow-Origin"


def basic(name, key):
    return {"Authorization": f"Basic {b64encode(f'{name}:{key}'.encode()).decode()}"}


def test_a_name_and_a_key_are_taken_either_way(app, sessions, house, ada):
    house.add()
    key, client = key_of(sessions), app.test_client()
    for answer in (
        client.get("/posts.json", headers=basic("ada", key)),
        client.get("/posts.json", query_string={"login": "Ada", "api_key": key}),
        client.get("/posts.json", headers={"Authorization": f"Bearer {key}"}),
    ):
        assert (answer.status_code, len(answer.json)) == (200, 1)
        assert answer.headers[KEYED] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("name", ["Eve", "", "Ada2"])
def test_a_wrong_pair_is_refused(app, sessions, ada, name):
    key, client = key_of(sessions), app.test_client()
    for answer in (
        client.get("/posts.json", headers=basic(name, key)),
        client.get("/posts.json", headers=basic("Ada", "hb_wrong")),
        client.get("/posts.json", query_string={"login": name, "api_key": key + "x"}),
        client.get("/posts.json", query_string={"login": "Ada"}),
        client.get("/posts.json", headers={"Authorization": "Basic !"}),
        client.get("/posts.json", headers={"Authorization": "Digest x"}),
    ):
        assert answer.status_code == 401
        assert answer.json["success"] is False
        assert KEYED not in answer.headers
    assert client.get("/posts.json", headers=basic(PASSWORD, PASSWORD)).status_code == 401


def test_a_wrong_pair_is_refused_where_nobody_has_to_log_in_too(client, house):
    assert client.get("/posts.json?login=a&api_key=b").status_code == 401
    assert client.get("/posts.json?login=&api_key=").status_code == 200


def test_a_revoked_key_is_refused(client, sessions, ada):
    key = key_of(sessions)
    [known] = keys.list_keys(sessions)
    keys.revoke_key(sessions, known.id)
    answer = client.get("/posts.json", headers=basic("Ada", key))
    assert answer.status_code == 401
    assert "revoked" in answer.json["message"]


def test_trying_keys_is_stopped_and_locks_nobody_out(app, sessions, ada):
    key, client = key_of(sessions), app.test_client()
    for _ in range(logins.MOST_FROM_NETWORK):
        assert client.get("/posts.json", headers=basic("Ada", "x")).status_code == 401
    answer = client.get("/posts.json", headers=basic("Ada", "x"))
    assert (answer.status_code, answer.json["success"]) == (429, False)
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert client.get("/posts.json", headers=basic("Ada", key)).status_code == 200
    assert log_in(client).status_code == 303


def test_elsewhere_a_name_and_a_key_are_nothing(app, sessions, ada):
    key, client = key_of(sessions), app.test_client()
    pair = {"login": "Ada", "api_key": key}
    for where in ("/posts", "/api/autocomplete", "/account"):
        assert client.get(where, headers=basic("Ada", key)).status_code == 401
        assert client.get(where, query_string=pair).status_code in {303, 401}
    answer = client.post("/system/scan", headers=basic("Ada", key))
    assert answer.status_code == 401


def test_whoever_is_logged_in_may_read_but_no_page_of_another_site(client, ada):
    log_in(client)
    answer = client.get("/posts.json", headers={"Origin": "https://elsewhere.example"})
    assert (answer.status_code, answer.json) == (200, [])
    assert KEYED not in answer.headers
