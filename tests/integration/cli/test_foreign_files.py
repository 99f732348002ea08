"""Files of others, named where a backup, an export or another program's files are wanted."""

import gzip
import io
import sqlite3
import tarfile
import zipfile
from contextlib import closing

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.backup import back_up
from tests import corpus
from tests.takeovers import SCHEMA, Blombooru


def packed(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, corpus.png())
    return stream.getvalue()


def tarred():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.png"))
    return stream.getvalue()


def with_tables(script):
    def write(path):
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script)

    return write


def folder_of(*names):
    def make(path):
        for name in names:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(b"")

    return make


SQL = b"--\n-- PostgreSQL database dump\n--\n\nCOPY public.post (id) FROM stdin;\n"
OF_SZURUBOORU = b"PGDMP\x01\x0e\x00 TABLE public.post_favorite OWNER szuru"
OTHERS = [
    ("full.zip", Blombooru().backup(), "homebooru import blombooru {path}"),
    ("a b.zip", packed("1.png", "2.png"), "library add FOLDER"),
    ("hydrus.zip", packed("db/client.db"), "import hydrus http://127.0.0.1:45869"),
    ("pictures.tar.gz", tarred(), "library add FOLDER"),
    ("pictures.7z", b"7z\xbc\xaf\x27\x1c\0\4", "library add FOLDER"),
    ("client.db", with_tables("create table files_info (a)"), "import hydrus http"),
    ("c.sqlite", with_tables("create table files_info (a)"), "import hydrus http"),
    ("data/booru.db", with_tables(SCHEMA), "homebooru import homebooru {top}"),
    ("x.sqlite", with_tables("create table other (a)"), "import --help"),
    ("tags.json", b"{}", "homebooru import homebooru {top}"),
    ("szuru.dump", OF_SZURUBOORU, "homebooru import szurubooru {path}"),
    ("szuru.sql", SQL, "homebooru import szurubooru {path}"),
    ("szuru.sql.gz", gzip.compress(SQL), "homebooru import szurubooru {path}"),
    ("a.png", corpus.png(), "library add {top}"),
    ("old", folder_of("tags.json"), "homebooru import homebooru {path}"),
    ("hydrus", folder_of("db/client.db"), "import hydrus http"),
    ("ours", folder_of("database/pgdata/PG_VERSION"), "HOMEBOORU_DATA={path}"),
    ("pictures", folder_of("a.png"), "homebooru library add {path}"),
]


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def place(tmp_path):
    (tmp_path / "top").mkdir()
    return tmp_path / "top"


def put(path, content):
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    return path


def everything(sessions):
    """Return how many rows each table has, and how many databases there are beside this one."""
    with sessions() as session:
        tables = session.scalars(
            sa.text("select tablename from pg_tables where schemaname = 'public' order by 1")
        ).all()
        rows = {
            table: session.scalar(sa.text(f'select count(*) from "{table}"')) for table in tables
        }
        ours = (
            "select count(*) from pg_database where starts_with(datname, current_database() || '_')"
        )
        return rows, session.scalar(sa.text(ours))  # others' are those of tests that run beside


def test_what_others_made_is_refused_with_what_to_type_instead(run, place, sessions):
    before = everything(sessions)
    for name, content, advice in OTHERS:
        path = put(place / name, content)
        shown = f"'{path}'" if " " in name else path
        for command in (["db", "restore"], ["import"]):
            result = run(*command, path)
            assert result.exit_code == 2, (name, result.output, result.exception)
            assert advice.format(path=shown, top=place) in result.stderr, (name, result.stderr)
    assert everything(sessions) == before


def test_each_program_knows_what_is_of_another_one(run, place, engine, sessions):
    back_up(engine, place / "ours.dump")
    run("export", place / "ours.jsonl")
    run("export", place / "ours.jsonl.gz")
    before = everything(sessions)
    zipped = put(place / "full.zip", Blombooru().backup())
    client = put(place / "hydrus", folder_of("client.db"))
    for words, advice in (
        (("db", "restore", place / "ours.jsonl"), "homebooru import {}"),
        (("db", "restore", place / "ours.jsonl.gz"), "homebooru import {}"),
        (("import", place / "ours.dump"), "homebooru db restore {}"),
        (("import", "szurubooru", place / "ours.dump"), "homebooru db restore {}"),
        (("import", "szurubooru", zipped), "homebooru import blombooru {}"),
        (("import", "blombooru", place / "ours.dump"), "homebooru db restore {}"),
        (("import", "homebooru", client), "import hydrus http"),
        (("import", "gallery-dl", client), "import hydrus http"),
        (("import", "hydrus", client), "import hydrus http"),
        (("import", "szurubuuru"), "szurubooru, blombooru, hydrus, gallery-dl"),
    ):
        result = run(*words)
        assert result.exit_code == 2, (words, result.output, result.exception)
        assert advice.format(words[-1]) in result.stderr, (words, result.stderr)
    assert everything(sessions) == before


def test_a_backup_that_is_cut_off_or_newer_is_told_as_such(run, place, engine, sessions):
    back_up(engine, place / "whole.dump")
    whole = (place / "whole.dump").read_bytes()
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    back_up(engine, place / "newer.dump")
    before = everything(sessions)
    for content, words in (
        (whole[: len(whole) // 2], "damaged"),
        (whole[:100], "damaged"),
        (b"", "damaged"),
        ((place / "newer.dump").read_bytes(), "newer HomeBooru"),
    ):
        engine.dispose()
        result = run("db", "restore", put(place / "some.dump", content))
        assert result.exit_code != 0, (words, result.output)
        assert words in result.stderr, (words, result.stderr)
    assert everything(sessions) == before
