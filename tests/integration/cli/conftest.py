"""Commands that ask a made-up Danbooru, the fixture `server` of whoever uses them."""

import pytest
from click.testing import CliRunner

from homebooru.cli import main
from tests.takeovers import Library


@pytest.fixture
def run(database_url, tmp_path, monkeypatch, server):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path))
    monkeypatch.setenv("HOMEBOORU_DANBOORU_URL", server.url)
    monkeypatch.setenv("HOMEBOORU_DANBOORU_PACE", "0")
    return lambda *words, typed=None: CliRunner().invoke(main, words, input=typed)


@pytest.fixture
def library(sessions):
    return Library(sessions)
