from pathlib import Path

import pytest
import sqlalchemy as sa

from homebooru.db.backup import back_up
from homebooru.db.engine import make_engine
from homebooru.db.restoring import forget, go_back, kept_databases, restore
from homebooru.errors import Conflict, DatabaseNewer, HomeBooruError, InvalidInput, NotFound


@pytest.fixture
def dump(engine, tmp_path):
    """A backup of a library whose owner is called kept."""
    name_owner(engine, "kept")
    back_up(engine, tmp_path / "one.dump")
    return tmp_path / "one.dump"


@pytest.fixture
def leave_no_trace(engine):
    """Drop the databases that restoring keeps."""
    yield
    engine.dispose()
    with make_engine(address(engine, "postgres")).connect() as connection:
        loud = connection.execution_options(isolation_level="AUTOCOMMIT")
        names = loud.scalars(
            sa.text("select datname from pg_database where datname like :kept").bindparams(
                kept=f"{engine.url.database}_until_%"
            )
        ).all()
        for name in names:
            loud.execute(sa.text(f'drop database "{name}"'))
        loud.invalidate()


def address(engine, database):
    return engine.url.set(database=database)


def name_owner(engine, name):
    with engine.begin() as connection:
        connection.execute(sa.text("update account set name = :name").bindparams(name=name))


def owner(engine):
    with engine.connect() as connection:
        return connection.scalar(sa.text("select name from account where id = 1"))


def identity(engine):
    with engine.connect() as connection:
        return connection.scalar(sa.text("select uuid from library"))


def databases(engine):
    with engine.connect() as connection:
        return set(connection.scalars(sa.text("select datname from pg_database")))


def test_a_backup_takes_the_place_of_the_database_which_is_kept(
    engine, dump, leave_no_trace, monkeypatch
):
    name_owner(engine, "later")
    before = identity(engine)
    monkeypatch.chdir(dump.parent)
    name = Path("--schema-only\n.dump")  # no option of a program that reads it

    kept = restore(engine, dump.rename(name))

    assert owner(engine) == "kept"
    assert identity(engine) != before
    old = make_engine(address(engine, kept))
    assert owner(old) == "later"
    old.dispose()


def test_nothing_is_followed_from_before_the_backup(engine, dump, leave_no_trace):
    restore(engine, dump)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from post_change")) == 0


def test_there_is_a_way_back(engine, dump, leave_no_trace):
    name_owner(engine, "later")
    kept = restore(engine, dump)
    assert kept_databases(engine) == [kept]
    other = go_back(engine, kept)
    assert owner(engine) == "later"
    assert kept_databases(engine) == [other]
    forget(engine, other)
    assert kept_databases(engine) == []


def test_no_other_database_is_put_in_place_or_removed(engine):
    for deed in (go_back, forget):
        with pytest.raises(NotFound, match="No database is kept as postgres"):
            deed(engine, "postgres")


def test_whoever_was_logged_in_logs_in_again(engine, tmp_path, leave_no_trace):
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "insert into web_session (token_hash, account_id, expires_at)"
                " values ('x', 1, now() + interval '1 day')"
            )
        )
    back_up(engine, tmp_path / "one.dump")
    restore(engine, tmp_path / "one.dump")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select count(*) from web_session")) == 0


FOREIGN = [
    b"",
    b"PGDMP",
    b"SQLite format 3\0 a Hydrus",
    b"PK\x03\x04 a zip",
    b"<!doctype html><html></html>",
    b"--\n-- PostgreSQL database dump\n--\nselect 1;\n",
]


@pytest.mark.parametrize("content", FOREIGN)
def test_what_is_no_backup_is_refused(engine, tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(InvalidInput, match="no backup of HomeBooru's"):
        restore(engine, tmp_path / "other")


def cut_off(content):
    return content[: len(content) // 2]


def scratched(content):
    begin = len(content) * 9 // 10
    return content[:begin] + b"\xff" * 64 + content[begin + 64 :]


@pytest.mark.parametrize("damage", [cut_off, scratched])
def test_a_damaged_backup_changes_nothing(engine, dump, damage):
    dump.write_bytes(damage(dump.read_bytes()))
    name_owner(engine, "later")
    before = databases(engine)
    with pytest.raises(HomeBooruError, match=r"damaged|pg_restore failed"):
        restore(engine, dump)
    assert owner(engine) == "later"
    assert databases(engine) == before


def test_another_programs_dump_is_refused(empty_url, tmp_path):
    engine = make_engine(empty_url)
    back_up(engine, tmp_path / "other.dump")
    with pytest.raises(InvalidInput, match="it holds no HomeBooru"):
        restore(engine, tmp_path / "other.dump")
    engine.dispose()


def test_a_backup_of_a_newer_version_is_refused(engine, tmp_path):
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999'"))
    back_up(engine, tmp_path / "newer.dump")
    with pytest.raises(DatabaseNewer):
        restore(engine, tmp_path / "newer.dump")


def test_a_database_in_use_is_left_alone(engine, dump):
    other = make_engine(address(engine, engine.url.database))
    with other.connect(), pytest.raises(Conflict, match="Stop it"):
        restore(engine, dump)
    other.dispose()
