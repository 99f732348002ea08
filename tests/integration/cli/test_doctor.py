"""What `doctor` finds beyond the settings: disks, clocks, models, services, keys, backups."""

import http.server
import json
import threading
import time
from email.utils import formatdate

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import doctor, main
from homebooru.cli.checkup import clocks
from homebooru.cli.checkup.findings import State
from homebooru.db.tables import ServiceRow, SpaceRow
from homebooru.domain.upkeep.backups import BackupPlan
from homebooru.http.greeting import greet
from homebooru.imaging.decoders import LEAST
from homebooru.services.lookups.keys import KeyRing
from homebooru.services.upkeep.backups import keep_plan
from tests.fakes.taggers import Embedding, make_wd


@pytest.fixture
def run(tmp_path, monkeypatch, database_url):
    """Run doctor on a data directory, and return what it found, by what it is about."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)

    def run(code=0):
        answer = CliRunner().invoke(main, ["doctor", "--json"])
        assert answer.exit_code == code, answer.output
        told = {}
        for one in json.loads(answer.stdout)["findings"]:
            told.setdefault(one["about"], []).append((one["state"], one["text"], one["advice"]))
        return told

    return run


class Greeter(http.server.BaseHTTPRequestHandler):
    """Answers HEAD, by a clock of its own."""

    ahead, asked = 0.0, 0

    def do_HEAD(self):
        type(self).asked += 1
        self.send_response_only(404)
        self.send_header("Date", formatdate(time.time() + self.ahead, usegmt=True))
        self.end_headers()


@pytest.fixture
def server():
    handler = type("Handler", (Greeter,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        handler.url = f"http://127.0.0.1:{server.server_port}"
        yield handler
        server.shutdown()


def test_a_share_is_warned_against(run, monkeypatch):
    for kind in ("nfs4", "cifs", "fuse.rclone"):
        monkeypatch.setattr(doctor, "file_system_of", lambda _, kind=kind: kind)
        told = run()["data"]
        assert any("network share" in text and kind in text for _, text, _ in told)
    monkeypatch.setattr(doctor, "file_system_of", lambda _: "ext4")
    assert not any("network share" in text for _, text, _ in run()["data"])


def test_clocks_that_agree_are_good_and_one_that_does_not_is_named(run, monkeypatch):
    assert [state for state, *_ in run()["clock"]] == ["good", "good"]
    monkeypatch.setattr(clocks, "MOST", -1.0)
    told = run()["clock"]
    assert [state for state, *_ in told] == ["notice", "notice"]
    assert all("NTP" in advice for _, _, advice in told)
    assert {"the database's", "the disk's"} <= {
        text.split(" of ")[-1].split(" behind ")[-1] for _, text, _ in told
    }


@pytest.mark.parametrize("ahead", [-7200.0, 7200.0])
def test_the_clock_of_a_server_is_compared(server, ahead):
    server.ahead = ahead
    [found] = clocks.their_clock("Danbooru", greet(server.url))
    assert found.state is State.NOTICE
    assert ("behind" if ahead > 0 else "ahead of") in found.text
    server.ahead = 0.0
    assert list(clocks.their_clock("Danbooru", greet(server.url))) == []


def test_whoever_is_not_there_is_told_with_the_reason():
    assert "refused" in greet("http://127.0.0.1:1").reason.lower()


def test_machine_learning_is_asked_once_it_was_chosen(run, sessions, server, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_IMMICH_ML_URL", server.url)
    assert "not asked" in run()["machine learning"][0][1]
    assert server.asked == 0
    with sessions.begin() as session:
        session.execute(sa.text("create table embedding_x (post_id int)"))
        session.add(
            SpaceRow(
                name="ViT-B-32__openai", vectors="embedding_x", version="1", dimensions=4,
                reads=True, wanted=True,
            )
        )  # fmt: skip
    assert "can be reached" in run()["machine learning"][0][1]
    assert server.asked == 1
    monkeypatch.setenv("HOMEBOORU_IMMICH_ML_URL", "http://127.0.0.1:1")
    assert run()["machine learning"][0][0] == "notice"


def test_models_that_are_not_whole_are_named_with_what_they_lack(run, tmp_path):
    models = tmp_path / "models"
    assert "none is needed" in run()["models"][0][1]
    (models / "half-clip" / "textual").mkdir(parents=True)
    (models / "noted-clip" / "visual").mkdir(parents=True)
    (models / "noted-clip" / "visual" / "model.onnx").write_bytes(
        b"version https://git-lfs.github.com/spec/v1\n"
    )
    (models / "camie-tagger-v2").mkdir()
    (models / "camie-tagger-v2" / "camie-tagger-v2.onnx").write_bytes(b"onnx")
    make_wd(models / "wd-swinv2", Embedding())
    told = run()
    assert told["model wd-swinv2"][0][1] == "WD tagger v3, used; it describes pictures too"
    for name, lack in (
        ("half-clip", "model.onnx is missing"),
        ("noted-clip", "Git LFS"),
        ("camie-tagger-v2", "missing"),
    ):
        [(state, text, advice)] = told[f"model {name}"]
        assert state == "notice"
        assert lack in text
        assert "models/README.md" in advice


def test_a_key_that_another_installation_sealed_is_to_be_entered_again(run, sessions):
    with sessions.begin() as session:
        sealed = KeyRing(b"o" * 32).seal("danbooru", "geheim")
        session.add(ServiceRow(name="danbooru", account="me", sealed_key=sealed))
    [(state, text, advice)] = run(code=1)["key of Danbooru"]
    assert state == "broken"
    assert "another installation" in text
    assert "Sources" in advice


def test_backups_that_are_not_made_are_told(run, sessions):
    assert run()["backups"][0][:2] == ("good", "none yet")
    keep_plan(sessions, BackupPlan(enabled=False))
    assert run()["backups"][0][0] == "notice"
    with sessions.begin() as session:
        session.execute(
            sa.text(
                "insert into backup_order (kind, reason, failed_at) values ('hand', 'No room.', now())"
            )
        )
    state, text, _ = run(code=1)["backups"][0]
    assert (state, text[:8]) == ("broken", "No room.")


def test_every_decoder_has_its_least_version_and_the_hole_before_it(run):
    told = run()
    for name, (_, hole) in LEAST.items():
        assert told[name][0][0] == "good"
        assert hole.startswith("CVE-")
