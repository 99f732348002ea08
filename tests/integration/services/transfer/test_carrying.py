"""Exports: all that is known comes out, goes in again, and never overrides what was decided later."""

import json
import stat
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.backup import back_up
from homebooru.db.engine import make_engine, make_sessions
from homebooru.db.restoring import restore
from homebooru.db.tables import (
    AccountRow,
    MirrorRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    RecordRow,
    SavedSearchRow,
    SettingRow,
)
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category
from homebooru.domain.transfer.reading import read_lines
from homebooru.domain.vocabulary.acts import Kind
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.files.transfer.lines import read_raw_lines, spelled_lines, write_lines
from homebooru.services.tags import deriving
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.vocabulary import carry_out
from homebooru.services.transfer.exporting import export
from homebooru.services.transfer.importing import import_lines
from tests.databases import fresh
from tests.factories import edit_post, make_post, said_tags

BY = Hand(via=Via.IMPORT, reason="one.jsonl")


@pytest.fixture
def library(sessions):
    """A library in which a bit of everything was said."""
    with sessions.begin() as session:
        for user in (UUID(int=5), UUID(int=6)):
            session.add(MirrorRow(owner_id=user))
            session.flush()
        sees = {"root_ids": [], "mirrors": [2]}
        session.add(AccountRow(name="Ada", password_hash="x", rating_ceiling="s", **sees))
        session.add(SettingRow(name="policy", value={"floor": 0.2}))
        one = make_post(session, tags="cat artist:bob", rating=Rating.SENSITIVE, folder="ä ö")
        two = make_post(session, tags="dog", said=Said(tags=said_tags("dog"), score=3))
        guess = Said(
            tags=said_tags("sky fish"), confidences=(0.9, 0.30000001), rating=Rating.GENERAL
        )
        keep_claims(session, {(two.id, "camie"): guess})
        session.add(
            RecordRow(
                post_id=one.id, source="danbooru", outcome="hit", remote_id="7", waits_since=None,
                answer={"id": 7, "tags": ["ü"]}, asked_at=datetime(2025, 5, 5, tzinfo=UTC),
            )
        )  # fmt: skip
        ids = one.id, two.id
    with sessions.begin() as session:
        edit_post(session, ids[0], "new_tag -cat rating:e")
        edit_post(session, ids[1], f"parent:{ids[0]} -dog", reason="no dog")
    carry_out(sessions, Wish(Kind.ALIAS, "kitty", "cat"))
    carry_out(sessions, Wish(Kind.IMPLY, "cat", "animal"))
    carry_out(sessions, Wish(Kind.CATEGORISE, "fish", category=Category.SPECIES))
    with sessions.begin() as session:
        pool = PoolRow(name="a_pool", description="of two")
        session.add(pool)
        session.flush()
        session.add_all(
            PoolPostRow(pool_id=pool.id, post_id=post, position=n)
            for n, post in enumerate(reversed(ids))
        )
        session.add(SavedSearchRow(account_id=1, name="cats", query="cat -dog"))
        session.execute(sa.text("insert into favourite (account_id, post_id) values (1, 1)"))
    return ids


@pytest.fixture
def elsewhere(cluster, template, worker_id):
    """Another library, in which nothing is known."""
    engine = make_engine(cluster.url_of(fresh(cluster, f"other_{worker_id}", template)))
    yield make_sessions(engine)
    engine.dispose()


def lines_of(sessions, quiet):
    return list(export(sessions, quiet))


def post_lines(sessions, quiet):
    return [line for line in export(sessions, quiet) if line["kind"] == "post"]


def spelled(lines):
    return sorted(spelled_lines(lines))


def brought(sessions, lines, quiet):
    checked = list(read_lines(spelled_lines(lines)))
    return import_lines(sessions, checked, quiet, BY)


def about_posts(lines):
    """What was said of posts, but for who imported it and what lies where."""
    left = {"edits", "files"}
    return [
        {name: value for name, value in line.items() if name not in left}
        for line in lines
        if line["kind"] != "batch"
    ]


def granted(lines):
    accounts = (line for line in lines if line["kind"] == "account")
    return {one["name"]: one["immich"] for one in accounts if one["immich"]}


def test_a_restored_backup_exports_the_very_same(engine, sessions, library, quiet, tmp_path):
    before = spelled(lines_of(sessions, quiet))
    back_up(engine, tmp_path / "one.dump")
    with sessions.begin() as session:
        for table in ("pool", "post", "tag", "saved_search"):
            session.execute(sa.text(f"delete from {table}"))
    assert spelled(lines_of(sessions, quiet)) != before
    engine.dispose()
    kept = restore(engine, tmp_path / "one.dump")
    assert spelled(lines_of(sessions, quiet)) == before
    engine.dispose()
    with make_engine(engine.url.set(database="postgres")).connect() as connection:
        loud = connection.execution_options(isolation_level="AUTOCOMMIT")
        loud.execute(sa.text(f'drop database "{kept}"'))
        loud.invalidate()


def test_an_empty_library_becomes_the_same_and_twice_is_once(sessions, elsewhere, library, quiet):
    lines = lines_of(sessions, quiet)
    merged = brought(elsewhere, lines, quiet)
    assert (merged.posts, merged.new_posts, merged.left_out) == (2, 2, 0)
    assert about_posts(lines_of(elsewhere, quiet)) == about_posts(lines)
    assert granted(lines) == granted(lines_of(elsewhere, quiet)) == {"Ada": [str(UUID(int=6))]}
    again = spelled(lines_of(elsewhere, quiet))
    merged = brought(elsewhere, lines, quiet)
    assert (merged.words, merged.claims, merged.records, merged.edits) == (0, 0, 0, 0)
    assert spelled(lines_of(elsewhere, quiet)) == again
    assert deriving.check(elsewhere, quiet) == 0
    with elsewhere() as session:
        assert session.scalars(sa.select(AccountRow.password_hash)).all() == [None, None]
        assert session.scalars(sa.select(PostRow.missing_since)).all() != [None, None]


def test_what_somebody_decided_later_stays(sessions, elsewhere, library, quiet):
    lines = lines_of(sessions, quiet)
    brought(elsewhere, lines, quiet)
    with elsewhere.begin() as session:
        [mine] = session.scalars(sa.select(PostRow.id).where(PostRow.parent_id.is_(None)))
        edit_post(session, mine, "cat rating:g")  # says yes where the export says no
    before = post_lines(elsewhere, quiet)
    merged = brought(elsewhere, lines, quiet)
    assert merged.older_words == 2
    assert post_lines(elsewhere, quiet) == before
    with elsewhere.begin() as session:  # takes the word on new_tag back: nobody says anything now
        edit_post(session, mine, "-new_tag")
        edit_post(session, mine, "new_tag")
    assert brought(elsewhere, lines, quiet).older_words == 3


def test_what_is_newer_in_the_export_is_taken_up(sessions, elsewhere, library, quiet):
    brought(elsewhere, lines_of(sessions, quiet), quiet)
    with sessions.begin() as session:
        edit_post(session, library[0], "cat stars:5")
        keep_claims(session, {(library[0], "danbooru"): Said(tags=said_tags("moon"))})
    lines = lines_of(sessions, quiet)
    merged = brought(elsewhere, lines, quiet)
    assert (merged.words, merged.claims, merged.edits) == (2, 1, 1)
    assert about_posts(lines_of(elsewhere, quiet)) == about_posts(lines)


def test_links_that_were_refused_here_do_not_come_back(sessions, elsewhere, library, quiet):
    for wish in (Wish(Kind.ALIAS, "kitty", "cat"), Wish(Kind.UNALIAS, "kitty")):
        carry_out(elsewhere, wish)
    brought(elsewhere, lines_of(sessions, quiet), quiet)
    kinds = {(line["kind"], line.get("from")) for line in lines_of(elsewhere, quiet)}
    assert ("alias", "kitty") not in kinds
    assert ("implication", "cat") in kinds


def test_a_pool_of_the_same_name_keeps_its_order(sessions, elsewhere, library, quiet):
    lines = lines_of(sessions, quiet)
    with elsewhere.begin() as session:
        other = make_post(session, tags="bird", sha256=b"x" * 32)
        pool = PoolRow(name="A_pool")
        session.add(pool)
        session.flush()
        session.add(PoolPostRow(pool_id=pool.id, post_id=other.id, position=40))
    brought(elsewhere, lines, quiet)
    found = [line for line in lines_of(elsewhere, quiet) if line["kind"] == "member"]
    posts = [line["post"] for line in lines if line["kind"] == "member"]
    assert [line["post"] for line in found] == [f"sha256:{(b'x' * 32).hex()}", *posts]


def test_the_file_is_whole_or_not_there(sessions, library, quiet, tmp_path):
    lines = lines_of(sessions, quiet)
    for name in ("one.jsonl", "one.jsonl.gz"):
        write_lines(tmp_path / name, lines)
        assert len(list(read_lines(read_raw_lines(tmp_path / name)))) == len(lines) - 1
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    def breaks():
        yield lines[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_lines(tmp_path / "other.jsonl", breaks())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.jsonl", "one.jsonl.gz"]


def test_the_commands_carry_a_library(database_url, library, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    file = tmp_path / "one.jsonl.gz"
    run = CliRunner()
    assert run.invoke(main, ["export", str(file)]).exit_code == 0
    told = run.invoke(main, ["import", str(file)])
    assert told.exit_code == 0, told.output
    assert "2 posts" in told.output
    assert "words" not in told.output  # all is known here
    printed = run.invoke(main, ["export", "-"])
    assert json.loads(printed.stdout.splitlines()[0]) == {"kind": "homebooru", "format": 1}
    file.write_bytes(file.read_bytes()[:-20])
    refused = run.invoke(main, ["import", str(file)])
    assert refused.exit_code == 2
    assert "cut off or damaged" in refused.output
