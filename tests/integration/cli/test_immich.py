import json

import pytest
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.domain.immich.access import READING
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
