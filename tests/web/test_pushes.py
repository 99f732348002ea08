"""Pushes to Immich on their page: foretold, turned on and off, undone; for admins alone."""

from uuid import uuid4

import sqlalchemy as sa
from playwright.sync_api import expect

from homebooru.db.tables import AssetRow, MirrorRow, PushOrderRow, PushRow, PushRunRow
from homebooru.db.tables.pushing import PushActRow
from homebooru.services.accounts import accounts
from homebooru.services.outgoing import allowing
from tests.factories import edit_post
from tests.fakes.immich.server import FakeImmich
from tests.integration.services.conftest import Quiet
from tests.integration.services.outgoing.mirrored import Mirrored, values
from tests.web.test_accessibility import faults
from tests.web.visiting import PASSWORD, log_in, token_of


def send(client, path):
    return client.post(path, data={"csrf_token": token_of(client)})


def ask(client, method, path):
    return client.open(path, method=method, headers={"X-CSRF-Token": token_of(client)})


def mirrored(deps, house, words):
    """Add a picture that lies in Immich too; return its asset."""
    allowing.change_profile(deps.sessions, {"people": True})
    post = house.add("a.png", tags="cat")
    with deps.sessions.begin() as session:
        edit_post(session, post, words)
        owner = MirrorRow(owner_id=uuid4())
        session.add(owner)
        session.flush()
        asset = AssetRow(remote_id=uuid4(), owner_id=owner.owner_id, post_id=post, path="/a.png")
        session.add(asset)
        session.flush()
        return asset.id


def orders(deps):
    with deps.sessions() as session:
        return [tuple(row) for row in session.execute(sa.select(PushOrderRow.wish))]


def test_a_push_is_foretold_before_it_can_be_turned_on_and_undone_after(client, deps, house):
    asset = mirrored(deps, house, "solo character:rem_(re:zero)")
    first = client.get("/immich/push").text
    assert "Push this" not in first
    told = client.get("/immich/push/preview").text
    assert "booru/Character/rem_(re:zero)" in told
    assert "Push this" in told
    assert orders(deps) == []

    assert send(client, "/immich/push/start").status_code == 303
    assert orders(deps) == [("write",)]
    with deps.sessions.begin() as session:
        session.add(PushRow(asset_id=asset, channel="api", state="failed", reason="Out of luck."))
        session.add(PushRunRow(id=7))
        session.flush()
        session.add(PushActRow(run_id=7, asset_id=asset, added=["booru/General/solo"]))
    page = client.get("/immich/push").text
    assert "Out of luck." in page
    assert "1 tag put on" in page
    assert send(client, "/immich/push/7/undo").status_code == 303
    assert send(client, "/immich/push/7/undo").status_code == 409
    assert "undone" in client.get("/immich/push").text

    send(client, "/immich/push/stop")
    assert "Stop pushing" not in client.get("/immich/push").text
    send(client, "/immich/push/remove")
    assert "being taken back" in client.get("/immich/push").text


def test_a_push_is_followed_from_its_preview_to_its_end_and_undone(page, sessions):
    with FakeImmich(3) as server:
        there = Mirrored(sessions, server, Quiet())
        _, asset = there.add("solo character:rem_(re:zero)", tags=["Holiday"])
        page.goto("/immich/push")
        page.get_by_role("link", name="Preview").click()
        expect(page.locator("#told .tree")).to_contain_text("rem_(re:zero)")
        assert faults(page) == []
        page.get_by_role("button", name="Push this").click()
        expect(page.locator("#push-facts")).to_contain_text("1 waiting")
        assert values(asset) == {"Holiday"}

        there.push()
        expect(page.locator("#push-facts")).to_have_text("1 picture as it should be")
        ours = {"booru/Character/rem_(re:zero)", "booru/General/solo"}
        assert values(asset) == {"Holiday", *ours}
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#push-facts")).to_contain_text("1 waiting")
        there.push()
        expect(page.locator("#push-facts")).not_to_contain_text("waiting")
        expect(page.get_by_text("undone", exact=True)).to_be_visible()
        assert values(asset) == {"Holiday"}


def test_programs_do_the_same(client, deps, house):
    asset = mirrored(deps, house, "solo character:rem_(re:zero)")
    told = client.get("/api/pushes/preview").json
    assert (told["assets"], told["times"]) == (1, 2)
    assert told["branches"][0]["leaves"] == [{"name": "rem_(re:zero)", "times": 1}]
    state = ask(client, "POST", "/api/pushes/start").json
    assert (state["state"], state["waiting"], state["pushes"]) == ("on", 1, [])
    with deps.sessions.begin() as session:
        session.add(PushRow(asset_id=asset, channel="api", state="failed", reason="Out of luck."))
        session.add(PushRunRow(id=7, reason="It is busy."))
        session.flush()
        session.add(PushActRow(run_id=7, asset_id=asset, added=["booru/General/solo"]))
    told = client.get("/api/pushes").json
    assert told["assets"] == [{"state": "failed", "reason": "Out of luck.", "count": 1}]
    assert told["pushes"][0]["reason"] == "It is busy."
    assert "goes on later" in client.get("/immich/push").text
    undone = ask(client, "POST", "/api/pushes/7/undo")
    assert (undone.status_code, undone.json["pushes"][0]["undone_at"] is None) == (202, False)
    assert ask(client, "POST", "/api/pushes/7/undo").status_code == 409
    assert ask(client, "POST", "/api/pushes/remove").json["state"] == "removing"


def test_only_admins_may(app, sessions, ada):
    accounts.add_account(sessions, "Bob", PASSWORD)
    bob = app.test_client()
    log_in(bob, "Bob")
    for path in ("/immich/push", "/immich/push/preview", "/api/pushes", "/api/pushes/preview"):
        assert bob.get(path).status_code == 403
    assert send(bob, "/immich/push/start").status_code == 403
