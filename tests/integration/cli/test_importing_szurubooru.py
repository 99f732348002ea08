"""Taking over a szurubooru, as it is typed: from its API, and from dumps of its database."""

import gzip
import hashlib
import signal
import subprocess
import sys
from functools import partial

import pytest
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

import homebooru.cli.takeover.szurubooru as command
from homebooru.db.backup import newest_client
from homebooru.db.engine import conninfo
from homebooru.db.tables import (
    EditBatchRow,
    FavouriteRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    RememberedRow,
    TagAliasRow,
    TagImplicationRow,
    TagRow,
)
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.http.patient import PatientClient
from homebooru.services.editing.posts import edit_post
from homebooru.services.keeping.favourites import unlike
from homebooru.services.tags.vocabulary import remove_implication
from tests import corpus
from tests.fakes.services import CHANGED, CUT, HALF, HANG, down, limited, page
from tests.fakes.szurubooru import FakeSzurubooru
from tests.takeovers import manifest
from tests.waiting import until

ME = Hand(account_id=1)


@pytest.fixture
def server():
    with FakeSzurubooru() as server:
        yield server


@pytest.fixture
def naps(monkeypatch):
    """How long was waited where nobody is to wait."""
    found = []
    monkeypatch.setattr(command, "PatientClient", partial(PatientClient, sleep=found.append))
    return found


@pytest.fixture
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


def bring_in(run, folder, *pictures):
    """Let pictures be in the library."""
    folder.mkdir(exist_ok=True)
    for number, picture in enumerate(pictures):
        (folder / f"{number}.png").write_bytes(picture)
    assert run("library", "add", str(folder)).exit_code == 0
    assert run("library", "scan", "--wait").exit_code == 0


def md5(content):
    return hashlib.md5(content).hexdigest()


def counted(sessions, table):
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def fill(server):
    """Let it know three pictures, tags with rules, and a pool; return the pictures."""
    server.add_tag("saber", "artoria", category="Character", implies=["blonde"])
    server.add_tag("some_one", category="artist")
    server.add_tag("blonde")
    pictures = [corpus.png(seed=number) for number in range(3)]
    server.add_post(
        pictures[0],
        "saber",
        "some_one",
        "1girl",
        safety="sketchy",
        source="https://a.example/1\nhttps://b.example/2",
        ownFavorite=True,
    )
    server.add_post(
        pictures[1],
        "sky",
        safety="unsafe",
        relations=[{"id": 1}],
        notes=[{"polygon": [[0, 0], [0, 1], [1, 1]], "text": "She says **no**"}],
    )
    server.add_post(pictures[2], "sea", score=3)
    server.add_pool("My Walk", 3, 1, description="by the sea")
    return pictures


def test_all_that_a_szurubooru_knows_comes_over_and_only_once(run, server, library, place, naps):
    first, second, third = map(md5, pictures := fill(server))
    server.login, sessions = ("me", "secret-token"), library.sessions
    bring_in(run, place / "mine", pictures[2])
    there = place / "new"
    words = ("import", "szurubooru", f"{server.url}/posts", "--user", "me",
             "--token", "secret-token", "--copy-to", str(there))  # fmt: skip

    looked = run(*words, "--dry-run")
    assert looked.exit_code == 0, looked.output
    for line in (
        "3 pictures, nothing written",
        "3  known to szurubooru",
        "1  that are in the library",
        "1  favourites",
        "1  pools",
        "1  tags that mean another",
        "1  implications",
    ):
        assert line in looked.stdout, looked.stdout
    assert not there.exists()
    assert counted(sessions, RememberedRow) == counted(sessions, EditBatchRow) == 0

    server.trouble(limited(Retry_After="7"), down(), page(), HALF, *[None] * 4, CUT)
    done = run(*words, "--wait")  # the last trouble spoils a picture
    assert done.exit_code == 0, done.output
    assert naps == [7.0, 5.0, 20.0, 60.0, 1.0]
    assert "secret-token" not in done.output
    assert all(asked.method == "GET" for asked in server.asked)

    assert library.tags(first) == {"saber", "some_one", "1girl", "blonde"}
    assert library.tags(second) == {"sky"}
    assert library.tags(third) == {"sea"}
    one, other = library.post(first), library.post(second)
    assert (one.rating, other.rating) == ("q", "e")
    assert one.sources == ["https://a.example/1", "https://b.example/2"]
    assert other.parent_id == one.id
    assert sorted(file.name for file in there.rglob("*.png")) == [
        f"{number}-{hashlib.sha1(pictures[number - 1]).hexdigest()[:8]}.png" for number in (1, 2)
    ]
    with sessions() as session:
        categories = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
        assert session.scalars(sa.select(FavouriteRow.post_id)).all() == [one.id]
        [pool] = session.scalars(sa.select(PoolRow))
        assert (pool.name, pool.description) == ("my_walk", "by the sea")
        inside = sa.select(PoolPostRow.post_id).order_by(PoolPostRow.position)
        assert session.scalars(inside).all() == [library.post(third).id, one.id]
        told = session.scalar(sa.text(f"select description from claim where post_id = {other.id}"))
    assert Category(categories["saber"]) is Category.CHARACTER
    assert Category(categories["some_one"]) is Category.ARTIST
    assert told == "She says **no**"
    assert counted(sessions, TagAliasRow) == counted(sessions, TagImplicationRow) == 1

    # what a person does here stays, and only what is new over there comes
    unlike(sessions, 1, one.id, EVERYTHING)
    remove_implication(sessions, "saber", "blonde", ME)
    with sessions.begin() as session:
        session.execute(sa.delete(PoolRow))
    edit_post(sessions, one.id, read_edit("-1girl mine"), EVERYTHING, ME, create=True)
    server.posts[0]["tags"].append({"names": ["added"], "category": "default", "usages": 1})
    before = manifest(there)
    again = run(*words, "--wait")
    assert again.exit_code == 0, again.output
    assert "2  of which nothing is new since the last time" in again.stdout
    assert "1  of these that go against what is said here, left out" in again.stdout
    assert library.tags(first) == {"saber", "some_one", "mine", "added"}
    for gone in (FavouriteRow, PoolRow, TagImplicationRow, RememberedRow):
        assert counted(sessions, gone) == 0
    assert counted(sessions, PostRow) == 3
    assert manifest(there) == before


def test_a_server_that_makes_no_sense_or_stops_changes_nothing(run, server, sessions, naps):
    fill(server)
    words = ("import", "szurubooru", server.url)
    for troubles, reason in (
        ([CHANGED], "is no szurubooru"),
        ([down()] * 5, "its server fails (503)"),
        ([limited(Retry_After="7200")], "too many requests"),
        ([None, CHANGED], "is no szurubooru"),
    ):
        server.trouble(*troubles)
        result = run(*words)
        assert result.exit_code == 1
        assert reason in result.stderr
        server.troubles.clear()
    server.login = ("me", "right")
    refused = run(*words, "--user", "me", "--token", "wrong")
    assert "refuses to answer (403). Who are you?" in refused.stderr
    for table in (RememberedRow, EditBatchRow, PoolRow, TagRow):
        assert counted(sessions, table) == 0


def test_who_is_killed_in_the_middle_leaves_nothing_behind_and_may_begin_anew(
    run, server, sessions, library, place
):
    for number in range(101):
        server.add_post(b"%d" % number, "sky")
    server.add_post(picture := corpus.png(), "sea")
    server.add_pool("walk", 102)
    program = subprocess.Popen(
        [sys.executable, "-m", "homebooru", "import", "szurubooru", server.url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server.trouble(None, None, None, None, HANG)  # count, pools twice, the first posts
    until(lambda: len(server.asked) == 5)
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert counted(sessions, PoolRow) == 0
    for _ in range(2):
        done = run("import", "szurubooru", server.url)
        assert done.exit_code == 0, done.output
    bring_in(run, place / "mine", picture)
    assert library.tags(md5(picture)) == {"sea"}
    assert counted(sessions, PoolPostRow) == 1
    assert counted(sessions, RememberedRow) == 101


SZURU = """
create schema szuru;
set search_path to szuru;
create table "user" (id int, name text, password_hash text);
create table tag_category (id int, name text);
create table tag (id int, category_id int, creation_time timestamp);
create table tag_name (tag_name_id int, tag_id int, name text, ord int);
create table tag_implication (parent_id int, child_id int);
create table post (id int, creation_time timestamp, last_edit_time timestamp, safety text,
    source text, checksum text, checksum_md5 text, "mime-type" text, flags bytea);
create table post_tag (post_id int, tag_id int);
create table post_relation (parent_id int, child_id int);
create table post_note (id int, post_id int, polygon bytea, text text);
create table post_favorite (post_id int, user_id int, "time" timestamp);
create table post_score (post_id int, user_id int, score int);
create table pool (id int, description text);
create table pool_name (pool_id int, name text, ord int);
create table pool_post (pool_id int, post_id int, ord int);
insert into "user" values (1, 'me', 'x'), (2, 'else', 'y');
insert into tag_category values (1, 'default'), (2, 'character');
insert into tag values (1, 2, now()), (2, 1, now());
insert into tag_name values (2, 1, 'artoria', 1), (1, 1, 'saber', 0), (3, 2, 'blonde', 0);
insert into tag_implication values (1, 2);
insert into post_tag values (1, 1), (2, 2);
insert into post_relation values (1, 2);
insert into post_note values (1, 1, '\\x80', E'a\\tb\\nc\\\\d');
insert into post_favorite values (1, 1, now());
insert into post_score values (1, 1, 1), (1, 2, 1);
insert into pool values (1, null);
insert into pool_name values (1, 'walk', 0);
insert into pool_post values (1, 2, 0), (1, 1, 1);
"""
POST = "insert into szuru.post values (:id, now(), null, :safety, :source, :sha1, null, 'x', null)"


@pytest.fixture
def dump(engine, place):
    """Dumps of a szurubooru with two pictures, in all forms; and those pictures, in its folder."""
    pictures = [corpus.png(seed=number) for number in (1, 2)]
    (place / "data/posts").mkdir(parents=True)
    with engine.begin() as connection:
        connection.exec_driver_sql(SZURU)
        for number, picture in enumerate(pictures, 1):
            (place / f"data/posts/{number}_0123.png").write_bytes(picture)
            sha1 = hashlib.sha1(picture).hexdigest()
            connection.execute(
                sa.text(POST),
                {"id": number, "sha1": sha1, "safety": "unsafe", "source": "https://a.example/1"},
            )
        connection.exec_driver_sql("set search_path to public")
    files = {}
    for name, form in (("dump.sql", "plain"), ("dump.custom", "custom")):
        files[name] = place / name
        where = make_conninfo(conninfo(engine.url))
        subprocess.run(
            [
                newest_client("pg_dump"),
                f"--dbname={where}",
                "--schema=szuru",
                f"--format={form}",
                f"--file={files[name]}",
            ],
            check=True,
        )
    files["dump.sql.gz"] = place / "dump.sql.gz"
    files["dump.sql.gz"].write_bytes(gzip.compress(files["dump.sql"].read_bytes()))
    with engine.begin() as connection:
        connection.exec_driver_sql("drop schema szuru cascade")
    return files, pictures


def test_a_dump_tells_the_same_in_every_form_and_pictures_stay_in_their_folder(
    run, dump, library, place, sessions
):
    files, pictures = dump
    first, second = map(md5, pictures)
    before = manifest(place)
    for file in files.values():
        looked = run("import", "szurubooru", str(file), "--dry-run")
        for line in ("2 pictures, nothing written", "1  favourites", "1  pools", "1  implications"):
            assert line in looked.stdout, looked.output
    for file in files.values():
        done = run("import", "szurubooru", str(file), "--pictures", str(place / "data"), "--wait")
        assert done.exit_code == 0, done.output
    assert "2  of which nothing is new" in done.stdout
    assert manifest(place) == before
    assert library.tags(first) == {"saber", "blonde"}
    one, other = library.post(first), library.post(second)
    assert (one.rating, one.sources, other.parent_id) == ("e", ["https://a.example/1"], one.id)
    with sessions() as session:
        told = session.execute(
            sa.text(f"select description, score from claim where post_id = {one.id}")
        )
        assert told.one() == ("a\tb\nc\\d", 2)
        inside = sa.select(PoolPostRow.post_id).order_by(PoolPostRow.position)
        assert session.scalars(inside).all() == [other.id, one.id]
        assert session.scalars(sa.select(FavouriteRow.post_id)).all() == [one.id]


def test_a_dump_that_is_not_whole_or_of_another_program_is_refused(run, dump, place, sessions):
    files, _ = dump
    whole = {name: file.read_bytes() for name, file in files.items()}
    sql = whole["dump.sql"]
    for content, reason in (
        (sql[: sql.index(b"dump complete")], "cut short"),
        (sql[: sql.index(b"saber")], "cut short"),
        (whole["dump.sql.gz"][:-20], "cut short"),
        (whole["dump.custom"][:-200], "cannot be read"),
        (sql.replace(b"checksum,", b"digest,"), "post has no checksum"),
        (sql.replace(b"szuru.post (", b"szuru.asset ("), "of no szurubooru"),
        (sql.replace(b"saber", b"sab\ter"), "too many or too few columns"),
        (b"INSERT INTO public.post VALUES (1);\n", "without --inserts"),
        (b"\x89PNG\r\n" + b"\0" * 9999, "none of a PostgreSQL database"),
        (b"", "none of a PostgreSQL database"),
    ):
        (place / "bad").write_bytes(content)
        result = run("import", "szurubooru", str(place / "bad"))
        assert result.exit_code == 1
        assert reason in result.stderr, (reason, result.output)
    for words, reason in (
        (("--user", "nobody"), "Nobody there is called nobody"),
        (("--pictures", str(place / "data/posts/..")), ""),
        (("--pictures", str(place)), "is no data folder"),
        (("--copy-to", str(place)), "goes with an address"),
    ):
        result = run("import", "szurubooru", str(files["dump.sql"]), *words, "--dry-run")
        assert result.exit_code == (2 if reason else 0)
        assert reason in result.stderr
    for table in (RememberedRow, EditBatchRow, PoolRow):
        assert counted(sessions, table) == 0
