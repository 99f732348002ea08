import json
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.embedded import EmbeddedPostgres
from homebooru.settings import load_settings
from homebooru.wiring import connect


@pytest.fixture
def data(tmp_path, monkeypatch, database_url):
    """A data directory, with a database from elsewhere so that tests are quick."""
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    return tmp_path / "data"


@pytest.fixture
def run(data):
    def run(*arguments):
        return CliRunner().invoke(main, arguments)

    return run


def findings(answer):
    return {one["about"]: one for one in json.loads(answer.stdout)["findings"]}


class TestDoctor:
    def test_says_that_all_is_well(self, run):
        answer = run("doctor")
        assert answer.exit_code == 0
        assert "All is well." in answer.stdout
        assert "up to date" in answer.stdout

    def test_tells_what_opens_pictures(self, run):
        told = findings(run("doctor", "--json"))
        for decoder in ("Pillow", "libwebp", "libavif", "libheif", "JPEG XL", "FFmpeg"):
            assert told[decoder]["state"] == "good"

    def test_names_settings_that_are_none(self, run, monkeypatch):
        monkeypatch.setenv("HOMEBOORU_PROT", "5001")
        told = findings(run("doctor", "--json"))["HOMEBOORU_PROT"]
        assert (told["state"], told["advice"]) == ("notice", "Did you mean HOMEBOORU_PORT?")

    def test_fails_where_the_database_is_not_there_and_keeps_the_password(self, run, monkeypatch):
        monkeypatch.setenv("HOMEBOORU_DATABASE_URL", "postgresql://me:geheim@127.0.0.1:1/x")
        answer = run("doctor", "--json")
        assert answer.exit_code == 1
        assert findings(answer)["database"]["state"] == "broken"
        assert "geheim" not in answer.output

    def test_a_word_in_the_address_that_postgresql_does_not_know_is_told(self, run, monkeypatch):
        address = "postgresql://joe:hunter2@127.0.0.1:1/db?nonsense=1"
        monkeypatch.setenv("HOMEBOORU_DATABASE_URL", address)
        for words in (["doctor"], ["search", "x"]):
            result = run(*words)
            assert result.exit_code == 1
            assert "nonsense" in result.output
            assert "hunter2" not in result.output

    def test_fails_where_the_disk_is_full(self, run, monkeypatch):
        monkeypatch.setenv("HOMEBOORU_MINIMUM_FREE", "1048576")
        answer = run("doctor", "--json")
        assert answer.exit_code == 1
        assert "Make room" in findings(answer)["data"]["advice"]

    def test_fails_where_the_data_is_from_a_newer_version(self, run, engine):
        with engine.begin() as connection:
            connection.execute(sa.text("update alembic_version set version_num = '9999'"))
        answer = run("doctor", "--json")
        assert answer.exit_code == 1
        assert "newer HomeBooru" in findings(answer)["database"]["text"]

    def test_mistakes_in_the_settings_are_told_together(self, run, monkeypatch):
        monkeypatch.setenv("HOMEBOORU_PORT", "none")
        monkeypatch.setenv("HOMEBOORU_LOG_LEVEL", "loud")
        answer = run("doctor")
        assert answer.exit_code == 2
        assert "HOMEBOORU_PORT" in answer.stderr
        assert "HOMEBOORU_LOG_LEVEL" in answer.stderr


class TestDatabaseCommands:
    def test_a_backup_goes_to_the_data_directory_and_restores(self, run, data, engine):
        made = run("db", "backup")
        assert made.exit_code == 0
        (dump,) = (data / "backups").iterdir()
        assert str(dump) in made.stdout
        assert (data / "backups").stat().st_mode & 0o777 == 0o700

        engine.dispose()
        restored = run("db", "restore", str(dump))
        assert restored.exit_code == 0, restored.output
        kept = restored.stdout.split()[-1].rstrip(".")
        admin = sa.create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(sa.text(f'drop database "{kept}"'))
        admin.dispose()

    def test_a_backup_overwrites_nothing(self, run, tmp_path):
        (tmp_path / "mine").write_text("precious")
        answer = run("db", "backup", str(tmp_path / "mine"))
        assert answer.exit_code == 1
        assert (tmp_path / "mine").read_text() == "precious"

    def test_upgrading_what_is_up_to_date_says_so(self, run):
        answer = run("db", "upgrade")
        assert answer.exit_code == 0
        assert "up to date" in answer.stdout


class TestConnecting:
    def test_no_connection_is_open_afterwards_so_that_a_process_may_fork(self, data):
        deps = connect()
        assert deps.engine.pool.checkedin() == 0
        deps.close()

    def test_the_embedded_database_stops_with_its_last_user(self, monkeypatch):
        with tempfile.TemporaryDirectory(prefix="homebooru place ") as place:
            Path(place).chmod(0o755)
            monkeypatch.setenv("HOMEBOORU_DATA", f"{place}/data")
            deps = connect()
            assert deps.embedded is not None
            with deps.sessions.begin() as session:
                assert session.scalar(sa.text("select count(*) from account")) == 1
            deps.close()
            cluster = EmbeddedPostgres(load_settings().data / "database").cluster
            assert not (cluster / "postmaster.pid").exists()
            assert (Path(place) / "data").stat().st_mode & 0o777 == 0o755
            assert (Path(place) / "data" / "thumbnails").stat().st_mode & 0o777 == 0o700

    def test_a_place_that_may_not_be_written_to_is_told(self, run, monkeypatch):
        monkeypatch.setenv("HOMEBOORU_DATA", "/proc/data")
        assert "Set HOMEBOORU_DATA" in run("db", "upgrade").stderr
