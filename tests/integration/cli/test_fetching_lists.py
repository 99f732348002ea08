"""Asking a site what its tags mean, as it is typed."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.tables import TagAliasRow, TagImplicationRow, TagRow
from homebooru.domain.tags import Category
from homebooru.sources import lists
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.services import limited


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(lists, "MOST", 2)
    with FakeDanbooru() as server:
        for number in range(5):
            server.say("tags", name=f"tag_{number}", category=number % 2, post_count=1)
        server.say("tag_aliases", antecedent_name="kitty", consequent_name="cat", status="active")
        server.say("tag_aliases", antecedent_name="dog", consequent_name="cat", status="deleted")
        server.say(
            "tag_implications", antecedent_name="cat", consequent_name="animal", status="active"
        )
        yield server


@pytest.fixture
def run(database_url, tmp_path, monkeypatch, server):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path))
    monkeypatch.setenv("HOMEBOORU_DANBOORU_URL", server.url)
    monkeypatch.setenv("HOMEBOORU_DANBOORU_PACE", "0")
    return lambda *words: CliRunner().invoke(main, ["tags", "import", *words])


def test_lists_come_in_pages_and_what_does_not_hold_is_passed_over(run, server, sessions):
    server.trouble(limited(Retry_After="1"))
    result = run("--from", "danbooru")
    assert result.exit_code == 0, result.output
    assert "danbooru tags: 5 lines" in result.stdout
    assert "1  not active, passed over" in result.stdout
    with sessions() as session:
        kinds = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
        assert kinds["tag_1"] == Category.ARTIST
        assert session.scalar(sa.select(sa.func.count()).select_from(TagAliasRow)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(TagImplicationRow)) == 1
    again = run("--from", "danbooru", "--as", "aliases").stdout
    assert "1  known already" in again


def test_a_dry_run_writes_nothing_and_files_or_a_site_are_named(run, sessions):
    assert "5 lines, nothing written" in run("--from", "danbooru", "--dry-run").stdout
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TagRow)) == 0
    assert run().exit_code == 2
    assert run("--from", "danbooru", "--other-names").exit_code == 2
