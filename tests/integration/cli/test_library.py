import json
import os
import re
import shutil

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from PIL import Image

from homebooru.cli import main
from homebooru.db.tables import LibraryRow
from homebooru.domain.scope import EVERYTHING
from homebooru.services.library.status import library_status
from tests.originals import manifest


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("HOMEBOORU_PROCESSES", "1")
    monkeypatch.setenv("HOMEBOORU_MINIMUM_FREE", "0")

    def call(*arguments):
        result = CliRunner().invoke(main, ["library", *map(str, arguments)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "my pictures"
    (folder / "sub").mkdir(parents=True)
    for number, name in enumerate(["a.png", "b.png", "sub/c.png", "sub/d.jpg", "sub/e.webp"]):
        picture = Image.radial_gradient("L").resize((60 + number, 40)).convert("RGB")
        picture.save(folder / name)
        os.utime(folder / name, (1_700_000_000, 1_700_000_000 + number))
    (folder / "a.png.txt").write_text("1girl\nsolo\n")
    return folder


def test_a_folder_is_added_read_and_listed(run, pictures, sessions, tmp_path):
    before = manifest(pictures)

    added = run("add", pictures, "--wait", "--json")

    assert added.exit_code == 0
    (root,) = json.loads(added.stdout)["roots"]
    assert (root["state"], root["files"], root["waiting"]) == ("online", 5, 0)
    status = library_status(sessions, EVERYTHING)
    assert (status.posts, status.tagged, status.unreadable) == (5, 1, 0)
    assert manifest(pictures) == before
    assert len(list((tmp_path / "data" / "thumbnails").rglob("*.webp"))) == 10
    assert str(pictures) in run("list").stdout
    with sessions() as session:
        assert session.scalars(sa.select(LibraryRow.feed_horizon)).one() is not None


def test_a_full_disk_is_told_with_what_to_do_and_leaves_the_rest_for_later(
    run, pictures, sessions, monkeypatch
):
    monkeypatch.setenv("HOMEBOORU_MINIMUM_FREE", "1024")
    little = shutil.disk_usage(pictures)._replace(free=12 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: little)
    full = run("add", pictures, "--wait")
    assert full.exit_code == 1
    assert re.search(r"Only 12 MB are free on the disk of .+ leaves 1024 MB alone", full.stderr)
    assert "Looking through folders: paused, waiting for room. Only" in run("list").stdout
    (paused,) = json.loads(run("list", "--json").stdout)["paused"]
    assert paused["job"] == "scan_roots"

    monkeypatch.setenv("HOMEBOORU_MINIMUM_FREE", "0")
    assert run("scan", "--wait").exit_code == 0
    assert library_status(sessions, EVERYTHING).posts == 5
    assert json.loads(run("list", "--json").stdout)["paused"] == []


def test_a_lost_disk_ends_with_an_error_and_a_confirmed_loss_does_not(run, pictures, sessions):
    run("add", pictures, "--wait")
    shutil.rmtree(pictures / "sub")
    (pictures / "b.png").unlink()

    lost = run("scan", "--wait")
    assert lost.exit_code == 1
    assert "offline" in lost.stderr
    assert library_status(sessions, EVERYTHING).posts == 5

    assert run("scan", pictures, "--confirm-missing", "--wait").exit_code == 0
    status = library_status(sessions, EVERYTHING)
    assert (status.posts, status.missing) == (1, 4)


def test_without_waiting_the_work_is_left_to_the_worker(run, pictures, sessions):
    assert run("add", pictures, "--name", "Mine").exit_code == 0

    listed = json.loads(run("list", "--json").stdout)["roots"]
    assert [(root["name"], root["state"]) for root in listed] == [("Mine", "new")]
    assert run("scan", "Mine").exit_code == 0
    removed = run("remove", "Mine")
    assert removed.exit_code == 0
    assert "kept" in removed.stdout
    assert "No folder yet" in run("list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "/nowhere/at/all"], 2, "no folder"),
        (["add", "/tmp", "/usr", "--name", "x"], 2, "One name"),
        (["remove", "nothing"], 1, "library list"),
        (["scan", "--confirm-missing"], 2, "Say which folder"),
    ],
)
def test_mistakes_are_told_in_words(run, arguments, code, words):
    result = run(*arguments)

    assert result.exit_code == code
    assert words in result.stderr


def test_our_own_data_is_never_a_library(run, tmp_path):
    (tmp_path / "data" / "inner").mkdir(parents=True)

    result = run("add", tmp_path / "data" / "inner")

    assert result.exit_code == 2
    assert "its own data" in result.stderr


@pytest.mark.parametrize("seconds", [-(2**33) * 2, 2**33 * 1.5])
def test_a_file_from_a_far_time_is_read_and_not_read_again(run, tmp_path, sessions, seconds):
    folder = tmp_path / "far"
    folder.mkdir()
    Image.radial_gradient("L").save(folder / "far.png")
    os.utime(folder / "far.png", (seconds, seconds))

    assert run("add", folder, "--wait").exit_code == 0
    again = json.loads(run("scan", "--wait", "--json").stdout)

    assert library_status(sessions, EVERYTHING).posts == 1
    assert again["roots"][0]["last_scan_found"] in (0, 1)
