"""Asking a site what its tags mean, as it is typed."""

import pytest
import sqlalchemy as sa

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


def test_lists_come_in_pages_and_what_does_not_hold_is_passed_over(run, server, sessions):
    server.trouble(limited(Retry_After="1"))
    result = run("tags", "import", "--from", "danbooru")
    assert result.exit_code == 0, result.output
    assert "danbooru tags: 5 lines" in result.stdout
    assert "1  not active, passed over" in result.stdout
    with sessions() as session:
        kinds = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
        assert kinds["tag_1"] == Category.ARTIST
        assert session.scalar(sa.select(sa.func.count()).select_from(TagAliasRow)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(TagImplicationRow)) == 1
    again = run("tags", "import", "--from", "danbooru", "--as", "aliases")
    assert "1  known already" in again.stdout, again.output


def test_a_dry_run_writes_nothing_and_files_or_a_site_are_named(run, sessions):
    assert (
        "5 lines, nothing written"
        in run("tags", "import", "--from", "danbooru", "--dry-run").stdout
    )
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TagRow)) == 0
    assert run("tags", "import").exit_code == 2
    assert run("tags", "import", "--from", "danbooru", "--other-names").exit_code == 2
