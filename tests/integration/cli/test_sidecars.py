import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.tables import RootRow
from tests.factories import edit_post
from tests.integration.services.trash.tree import Tree
from tests.sidecars import DIGIKAM


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_CONFIG", str(tmp_path / "none.toml"))

    def call(*arguments, code=0):
        result = CliRunner().invoke(main, ["sidecars", *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result.output

    return call


def test_sidecars_are_allowed_foretold_written_and_taken_back(run, sessions, tmp_path):
    tree = Tree(sessions, tmp_path / "pictures")
    sidecar = tree.folder / "a.jpg.xmp"
    sidecar.write_bytes(DIGIKAM)
    post = tree.add("a.jpg")
    with sessions.begin() as session:
        edit_post(session, post, "solo character:rem_(re:zero)")
        root = session.scalars(sa.select(RootRow.id)).one()
    assert "off: 0 written" in run("status")

    run("profile", "people=true", "general=3")
    assert "characters = readable" in run("profile", "characters=readable", "categories=character")
    assert "To be looked at: 1." in run("allow", tree.folder)
    foretold = run("write", "--dry-run")
    assert "0 new sidecars, 1 changed" in foretold
    assert "booru/Character/Rem (Re:Zero)" in foretold
    assert sidecar.read_bytes() == DIGIKAM

    assert "Sidecars written: 1." in run("write")
    assert "Sidecars written: 0." in run("write", root)
    assert b"<rdf:li>booru/Character/Rem (Re:Zero)</rdf:li>" in sidecar.read_bytes()
    assert json.loads(run("status", "--json"))["roots"][0]["written"] == 1

    assert "something of ours: 1" in run("undo", root, "--dry-run")
    assert "Sidecars without us again: 1." in run("undo", root)
    assert sidecar.read_bytes() == DIGIKAM


def test_mistakes_are_told(run, sessions, tmp_path):
    Tree(sessions, tmp_path / "pictures")
    assert "There is no folder" in run("allow", "nowhere", code=1)
    assert "NAME=VALUE" in run("profile", "boorus", code=2)
    assert "true or false" in run("profile", "boorus=maybe", code=2)
