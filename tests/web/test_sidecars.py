"""Sidecars on their page and in the API: allowed, foretold, chosen, taken back; for admins alone."""

import pytest

from homebooru.files.xmp.writing import DiskSidecars
from homebooru.services.accounts import accounts
from homebooru.services.outgoing import allowing
from homebooru.services.outgoing.writing import write_due
from tests.factories import edit_post
from tests.integration.services.conftest import Quiet
from tests.web.visiting import PASSWORD, log_in, token_of

FIELD = "csrf_token"


@pytest.fixture
def work(deps):
    return lambda: write_due(deps.sessions, DiskSidecars(), Quiet())


def send(client, path, **form):
    return client.post(path, data={FIELD: token_of(client), **form})


def ask(client, method, path, **body):
    headers = {"X-CSRF-Token": token_of(client)}
    return client.open(path, method=method, json=body, headers=headers)


def person_says(deps, house, name, tags):
    allowing.change_profile(deps.sessions, {"people": True})
    post = house.add(name, tags="cat")
    with deps.sessions.begin() as session:
        edit_post(session, post, tags)
    return house.path_of(post)


@pytest.fixture
def sidecar(deps, house):
    path = person_says(deps, house, "a.png", "solo character:rem_(re:zero)")
    return path.with_name(f"{path.name}.xmp")


def root_of(client):
    return client.get("/api/sidecars").json["folders"][0]["id"]


def test_a_folder_is_previewed_allowed_and_rid_of_us_on_the_page(client, sidecar, work):
    root = root_of(client)
    told = client.get(f"/sidecars/{root}").text
    assert "1 new sidecars, 0 changed" in told
    assert "booru/Character/rem_(re:zero)" in told

    assert send(client, f"/sidecars/{root}/allow").status_code == 303
    work()
    assert b"booru/General/solo" in sidecar.read_bytes()
    assert "Sidecars with our tags: 1." in client.get("/sidecars").text

    assert send(client, f"/sidecars/{root}/undo").status_code == 303
    work()
    assert not sidecar.exists()


def test_what_is_written_is_chosen_on_the_page(client, sidecar, work):
    root = root_of(client)
    send(client, f"/sidecars/{root}/allow")
    chosen = {"people": "on", "root": "mine", "categories": ["character"], "characters": "readable"}
    assert send(client, "/sidecars", **chosen).status_code == 303
    work()
    assert b"<rdf:li>mine/Character/Rem (Re:Zero)</rdf:li>" in sidecar.read_bytes()
    assert b"solo" not in sidecar.read_bytes()

    refused = send(client, "/sidecars", root="a/b")
    assert (refused.status_code, "cannot hold a slash" in refused.text) == (400, True)


def test_programs_do_the_same(client, sidecar, work):
    root = root_of(client)
    assert ask(client, "POST", f"/api/sidecars/{root}/allow").status_code == 202
    assert ask(client, "PATCH", "/api/sidecars", root="x").json["profile"]["root"] == "x"
    assert ask(client, "PATCH", "/api/sidecars", boorus=1).status_code == 400
    assert client.get(f"/api/sidecars/{root}/preview").json["groups"] == {
        "x/Character": 1,
        "x/General": 1,
    }
    work()
    assert client.get("/api/sidecars").json["folders"][0]["written"] == 1
    assert ask(client, "POST", f"/api/sidecars/{root}/close").json["folders"][0]["read_only"]
    assert ask(client, "POST", f"/api/sidecars/{root}/allow").status_code == 409
    assert ask(client, "POST", "/api/sidecars/999/allow").status_code == 404
    assert "read-only" in client.get("/sidecars").text


def test_only_admins_may(app, sessions, ada, sidecar):
    accounts.add_account(sessions, "Bob", PASSWORD)
    bob = app.test_client()
    log_in(bob, "Bob")
    for path in ("/sidecars", "/sidecars/1", "/api/sidecars", "/api/sidecars/1/preview"):
        assert bob.get(path).status_code == 403
    assert send(bob, "/sidecars/1/allow").status_code == 403
