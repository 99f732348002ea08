"""The folders that `serve` is started with."""

from contextlib import closing

import pytest

from homebooru.cli.serve.gallery import add_folders
from homebooru.errors import Conflict, InvalidInput
from homebooru.services.library.roots import list_roots
from homebooru.settings import load_settings
from homebooru.wiring import connect


@pytest.fixture
def deps(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_CONFIG", str(tmp_path / "none.toml"))
    (tmp_path / "data").mkdir()
    with closing(connect(load_settings())) as deps:
        yield deps


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "library" / "pictures"
    (folder / "inner").mkdir(parents=True)
    return folder


def test_a_folder_that_is_in_the_library_already_passes_quietly(deps, folder):
    add_folders(deps, [folder])
    add_folders(deps, [folder, folder / "inner"])

    assert [root.path for root in list_roots(deps.sessions)] == [str(folder)]


def test_a_folder_around_one_of_the_library_is_told(deps, folder):
    add_folders(deps, [folder])

    with pytest.raises(Conflict, match="Remove it first"):
        add_folders(deps, [folder.parent])


@pytest.mark.parametrize("name", ["data", "data/inner", "link"])
def test_our_own_data_is_never_a_library(deps, tmp_path, name):
    (tmp_path / "data" / "inner").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")

    with pytest.raises(InvalidInput, match="its own data"):
        add_folders(deps, [tmp_path / name])
    assert list_roots(deps.sessions) == ()
