import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.tables import PostRow
from homebooru.domain.immich.access import READING
from tests.factories import edit_post
from tests.fakes.immich import FakeImmich


@pytest.fixture
def fake():
    with FakeImmich() as server:
        yield server


@pytest.fixture
def run(database_url, sessions, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_CONFIG", str(tmp_path / "none.toml"))

    def call(*arguments, code=0):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_status_tells_whose_key_is_in_the_settings_and_what_it_lacks(run, fake, monkeypatch):
    assert "No Immich yet" in run("immich", "status")
    key = fake.world.add_key(fake.user, set(READING) - {"stack.read"})
    monkeypatch.setenv("HOMEBOORU_IMMICH_URL", f"{fake.url}/api")
    monkeypatch.setenv("HOMEBOORU_IMMICH_API_KEY", key.text)
    assert "nobody's pictures" in run("immich", "status")
    told = run("immich", "status", "--check")
    assert "Anna: version 3.0.3; asked for: timeline, archive" in told
    assert "the key lacks stack.read, to take over stacks" in told
    [user] = json.loads(run("immich", "status", "--json"))["users"]
    assert (user["name"], user["is_fixed"]) == ("Anna", True)
    assert "lacks stack.read" in (doctor := run("doctor"))
    assert key.text not in told + doctor
    monkeypatch.setenv("HOMEBOORU_IMMICH_API_KEY", fake.world.add_key(fake.user).text)
    assert "lacks" not in run("immich", "status", "--check")
    assert "not read yet" in run("immich", "status")
    fake.world.add_asset(fake.user)
    run("immich", "sync")
    assert "assets: 1, read 20" in run("immich", "status")
    [state] = json.loads(run("immich", "status", "--json"))["mirrors"]
    assert (state["assets"], state["brake"], state["followed"]["waiting"]) == (1, None, 0)
    fake.world.keys.clear()
    assert "does not accept the API key" in run("immich", "status", "--check")


def test_what_is_curated_is_foretold_pushed_undone_and_taken_back(run, fake, sessions, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_IMMICH_URL", fake.url)
    monkeypatch.setenv("HOMEBOORU_IMMICH_API_KEY", fake.key.text)
    assets = [fake.world.add_asset(fake.user, tags=["mine"]) for _ in range(3)]
    assert "Assets that would be read: 3." in run("immich", "sync", "--dry-run")
    assert "Read: 3, gone: 0." in run("immich", "sync")
    with sessions.begin() as session:
        for post in session.scalars(sa.select(PostRow.id)).all():
            edit_post(session, post, "solo character:rem is:reviewed")
    foretold = run("immich", "push", "--dry-run")
    assert "Of 3 pictures in Immich 3 would get tags, 9 in all" in foretold
    assert "booru/Character/: 1 tag, 3 times" in foretold
    assert "Pushing is off" in run("immich", "status")
    assert {tag.value for asset in assets for tag in asset.tags} == {"mine"}

    fake.faults.drops_every = 3
    done = run("immich", "push")
    assert "Looked at and as wanted: 3; failed: 0." in done
    assert "Pushing is on: 3 pictures as wanted, 0 waiting, 0 failed" in done
    assert all(len(asset.tags) == 4 for asset in assets)
    [push] = json.loads(run("immich", "status", "--json"))["push"]["pushes"]
    assert f"push {push['id']}, " in run("immich", "push", "--undo", str(push["id"]))
    assert {tag.value for asset in assets for tag in asset.tags} == {"mine"}
    assert "was undone already" in run("immich", "push", "--undo", str(push["id"]), code=1)
    run("immich", "push", "--again")
    assert "Pushing is off" in run("immich", "push", "--remove-all")
    assert {tag.value for tag in fake.world.tags.values()} == {"mine"}
