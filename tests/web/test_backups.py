"""Backups on the page of the system."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from datetime import time

import pytest

from homebooru.db.engine import make_engine
from homebooru.domain.upkeep.backups import BackupKind
from homebooru.jobs.declarations import JOBS
from homebooru.jobs.running import run_job
from homebooru.services.upkeep import backups
from homebooru.services.upkeep.backups import backup_status
from homebooru.web.current import EXTENSION
from tests.web.visiting import token_of


def test_a_backup_is_ordered_made_and_told(client, deps):
    assert "There is no backup yet." in client.get("/system").text
    assert client.post("/system/backups").status_code == 403
    deps.settings.data.mkdir()
    answer = client.post("/system/backups", data={"csrf_token": token_of(client)})
    assert answer.status_code == 303
    assert "being made" in client.get("/system").text
    run_job(deps, JOBS["make_backups"], job_id=None, worker_id=None, is_stopping=lambda: False)
    [made] = deps.backups()
    assert made.kind is BackupKind.HAND
    page = client.get("/system").text
    assert "Last backup" in page
    assert "1 backup, " in page


def test_what_kept_one_from_being_made_is_told_where_people_see_it(client, deps):
    client.post("/system/backups", data={"csrf_token": token_of(client)})
    deps.settings.data.mkdir()
    (deps.settings.data / "backups").write_text("in the way")
    run_job(deps, JOBS["make_backups"], job_id=None, worker_id=None, is_stopping=lambda: False)
    page = client.get("/system").text
    assert "It could not be made:" in page


def test_the_plan_is_set_and_what_makes_no_sense_is_refused(client, deps):
    form = {"csrf_token": token_of(client), "enabled": "1", "at": "22:15", "kept": "7"}
    assert client.post("/system/backups/plan", data=form).status_code == 303
    plan = backup_status(deps.sessions, []).plan
    assert (plan.at, plan.kept) == (time(22, 15), 7)
    refused = client.post("/system/backups/plan", data=form | {"kept": "0"})
    assert refused.status_code == 400
    assert "at least one" in refused.text


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [(errno.ENOSPC, 507, "is full. Make room"), (errno.EROFS, 503, "can only be read from")],
)
def test_a_disk_that_takes_nothing_is_told_to_whoever_asked(
    client, monkeypatch, number, status, words
):
    def fails(*_arguments):
        raise OSError(number, os.strerror(number), "/data")

    monkeypatch.setattr(backups, "order_backup", fails)
    answer = client.post("/system/backups", data={"csrf_token": token_of(client)})
    assert answer.status_code == status
    assert words in answer.text


def test_health_is_503_without_a_database_and_tells_nothing_private(app, deps, monkeypatch):
    broken = make_engine("postgresql://me:geheim@127.0.0.1:1/secretdb")
    monkeypatch.setitem(app.extensions, EXTENSION, replace(deps, engine=broken))
    answer = app.test_client().get("/health", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "reason": "The database does not answer."}
