import os
import subprocess
import threading
import time

import alembic.command
import pytest
import sqlalchemy as sa

from homebooru.db import backup, migrating
from homebooru.db.backup import back_up, back_up_into, list_backups
from homebooru.db.checks import check_server
from homebooru.db.engine import make_engine
from homebooru.db.migrating import current_revision, head_revision, upgrade
from homebooru.db.programs import installed
from homebooru.db.queue import WorkerPresence
from homebooru.domain.upkeep.backups import BackupKind
from homebooru.errors import DatabaseNewer, DatabaseUnusable


@pytest.fixture
def empty(empty_url):
    engine = make_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture
def old(engine):
    """A database at a revision before this code's, with something in it."""
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '0001'"))
        connection.execute(sa.text("update account set name = 'kept'"))
    return engine


@pytest.fixture
def no_steps(monkeypatch):
    """Let the migration itself do nothing but move the revision; what is around it is tested."""

    def move(engine):
        with engine.begin() as connection:
            connection.execute(
                sa.text("update alembic_version set version_num = :head").bindparams(
                    head=head_revision()
                )
            )

    monkeypatch.setattr(migrating, "_migrate", move)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(migrating, "PATIENCE", 0.3)


def revision_of(engine):
    with engine.connect() as connection:
        return current_revision(connection)


def contents(dump):
    listing = [installed(18) / "bin" / "pg_restore", "--file=-", dump]
    return subprocess.run(listing, check=True, capture_output=True, text=True).stdout


class TestUpgrading:
    def test_an_empty_database_needs_no_backup(self, empty, tmp_path):
        upgrade(empty, backups=tmp_path)
        assert revision_of(empty) == head_revision()
        assert list(tmp_path.iterdir()) == []

    def test_pgvector_is_there_afterwards(self, empty):
        upgrade(empty)
        assert check_server(empty).vector

    def test_processes_that_come_at_once_do_it_once(self, empty):
        crowd = [threading.Thread(target=upgrade, args=(empty,)) for _ in range(4)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert revision_of(empty) == head_revision()

    def test_data_is_backed_up_before_it_is_changed(self, old, no_steps, tmp_path):
        upgrade(old, backups=tmp_path)
        (dump,) = tmp_path.iterdir()
        assert "\t0001" not in dump.name
        assert "kept" in contents(dump)
        assert dump.stat().st_mode & 0o777 == 0o600
        assert revision_of(old) == head_revision()

    def test_without_a_backup_nothing_changes(self, old, no_steps, tmp_path):
        (tmp_path / "backups").write_text("in the way")
        with pytest.raises(DatabaseUnusable, match="nothing was changed"):
            upgrade(old, backups=tmp_path / "backups")
        assert revision_of(old) == "0001"

    def test_a_gallery_that_runs_is_not_changed_under_its_feet(self, old, no_steps, impatient):
        with pytest.raises(DatabaseUnusable, match=r"runs on it, at http://here/\. Stop it first"):
            upgrade(old, gallery=lambda: "http://here/")
        assert revision_of(old) == "0001"
        upgrade(old, gallery=lambda: None)
        assert revision_of(old) == head_revision()

    def test_a_worker_that_runs_is_not_either(self, old, no_steps, impatient):
        worker = WorkerPresence(old)
        worker.hold()
        with pytest.raises(DatabaseUnusable, match="a worker still runs on it"):
            upgrade(old)
        assert revision_of(old) == "0001"
        worker.leave()
        upgrade(old)
        assert revision_of(old) == head_revision()

    def test_a_gallery_that_is_at_it_itself_is_waited_for(self, old):
        def gallery():
            with old.begin() as connection:
                connection.execute(
                    sa.text("update alembic_version set version_num = :head"),
                    {"head": head_revision()},
                )
            return "http://here/"

        upgrade(old, gallery=gallery)

    def test_up_to_date_is_left_alone(self, engine, tmp_path):
        upgrade(engine, backups=tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_newer_database_is_refused_and_left_alone(self, engine, tmp_path):
        with engine.begin() as connection:
            connection.execute(sa.text("update alembic_version set version_num = '9999'"))
        with pytest.raises(DatabaseNewer, match="newer HomeBooru"):
            upgrade(engine, backups=tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_another_programs_database_is_refused(self, empty):
        with empty.begin() as connection:
            connection.execute(sa.text("create table post (id int)"))
        with pytest.raises(DatabaseUnusable, match=r"tables of another program \(post\)"):
            upgrade(empty)

    def test_a_table_in_use_is_waited_for_only_so_long(self, old, monkeypatch):
        monkeypatch.setattr(migrating, "TIMEOUTS", {"lock_timeout": "100ms"})
        monkeypatch.setattr(
            alembic.command,
            "upgrade",
            lambda config, _: config.attributes["connection"].execute(
                sa.text("alter table account add column more int")
            ),
        )
        with old.connect() as other:
            other.execute(sa.text("select from account"))
            with pytest.raises(DatabaseUnusable, match="in use by another HomeBooru"):
                upgrade(old)


class TestBackups:
    def test_only_the_newest_of_a_kind_are_kept_and_those_of_others_stay(self, engine, tmp_path):
        (tmp_path / "mine.dump").write_text("a person's own")
        own = back_up_into(engine, tmp_path, BackupKind.HAND, kept=None).name
        update = back_up_into(engine, tmp_path, BackupKind.UPDATE, kept=1, more="0001").name
        made = [
            back_up_into(engine, tmp_path, BackupKind.DAILY, kept=kept).name for kept in (2, 2, 2)
        ]
        assert {b.name for b in list_backups(tmp_path)} == {"mine.dump", own, update, *made[1:]}
        assert list_backups(tmp_path)[0].name == made[-1]

    def test_what_cannot_be_read_back_is_no_backup_and_costs_no_older_one(
        self, engine, tmp_path, monkeypatch
    ):
        good = back_up_into(engine, tmp_path, BackupKind.DAILY, kept=1)
        run = backup.run_client

        def run_badly(engine, name, *arguments, **options):
            said = run(engine, name, *arguments, **options)
            for half in tmp_path.glob(".*.half"):
                half.write_bytes(half.read_bytes()[:-2000])
            return said

        monkeypatch.setattr(backup, "run_client", run_badly)
        with pytest.raises(DatabaseUnusable, match="pg_restore failed"):
            back_up_into(engine, tmp_path, BackupKind.DAILY, kept=1)
        assert [file.name for file in tmp_path.iterdir()] == [good.name]

    def test_what_a_killed_one_left_is_swept(self, engine, tmp_path):
        for name, age in ((".old.dump.half", 7200), (".new.dump.half", 60)):
            (tmp_path / name).touch()
            os.utime(tmp_path / name, (time.time() - age,) * 2)
        back_up_into(engine, tmp_path, BackupKind.DAILY, kept=1)
        assert [file.name for file in tmp_path.glob(".*")] == [".new.dump.half"]

    def test_a_backup_that_fails_leaves_no_half_file(self, engine, tmp_path, monkeypatch):
        monkeypatch.setattr("homebooru.db.backup._clients", lambda _: iter(()))
        with pytest.raises(DatabaseUnusable, match="no pg_dump here is as new"):
            back_up(engine, tmp_path / "one.dump")
        assert list(tmp_path.iterdir()) == []


class TestServersOfOthers:
    def test_one_that_is_not_there_is_told_without_the_password(self):
        engine = make_engine("postgresql://me:geheim@127.0.0.1:1/homebooru")
        with pytest.raises(DatabaseUnusable, match=r"127\.0\.0\.1:1 .*does not answer") as caught:
            upgrade(engine)
        assert "geheim" not in str(caught.value)

    def test_one_that_is_too_old_is_refused(self, engine, monkeypatch):
        monkeypatch.setattr("homebooru.db.checks.OLDEST", 99)
        with pytest.raises(DatabaseUnusable, match="HomeBooru needs 99 or newer"):
            check_server(engine)

    def test_one_with_an_old_pgvector_is_refused(self, engine, monkeypatch):
        monkeypatch.setattr("homebooru.db.checks.OLDEST_VECTOR", (99, 0))
        with pytest.raises(DatabaseUnusable, match="has pgvector"):
            check_server(engine)

    def test_who_may_not_create_pgvector_is_told_what_to_ask_for(self, empty):
        with empty.begin() as connection:
            connection.execute(sa.text("drop role if exists plain"))
            connection.execute(sa.text("create role plain login"))
        plain = make_engine(empty.url.set(username="plain"))
        with pytest.raises(DatabaseUnusable, match="create extension if not exists vector;"):
            upgrade(plain)
        plain.dispose()

    def test_a_password_is_used_where_it_is_right_and_never_shown(self, start, tmp_path):
        server = start()
        url = sa.make_url(server.url).set(username="guarded")
        admin = make_engine(server.url)
        with admin.begin() as connection:
            connection.execute(sa.text("create role guarded superuser login password 'geheim'"))
        guard = server.cluster / "pg_hba.conf"
        guard.write_text("local all guarded scram-sha-256\n" + guard.read_text())
        with admin.begin() as connection:
            connection.execute(sa.text("select pg_reload_conf()"))
        admin.dispose()

        wrong = make_engine(url.set(password="falsch"))
        with pytest.raises(DatabaseUnusable, match="does not let the user guarded in") as caught:
            upgrade(wrong)
        assert "falsch" not in str(caught.value)

        right = make_engine(url.set(password="geheim"))
        upgrade(right)
        back_up(right, tmp_path / "one.dump")
        right.dispose()
        assert "account" in contents(tmp_path / "one.dump")
