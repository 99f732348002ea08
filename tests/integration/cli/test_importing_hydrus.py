"""Taking over what Hydrus knows, as it is typed: a client that is asked, a folder that it exported."""

import hashlib
import json
from functools import partial

import pytest
import sqlalchemy as sa

from homebooru.cli.takeover import hydrus as command
from homebooru.db.tables import (
    EditBatchRow,
    FavouriteRow,
    PostRow,
    RememberedRow,
    RootRow,
    TagRow,
    VerdictRow,
)
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.http.patient import PatientClient
from homebooru.services.editing.posts import edit_post
from homebooru.services.trash.showing import throw_away
from tests import corpus
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.hydrus import (
    DOWNLOADER_TAGS,
    EXPIRED,
    FAVOURITES,
    KEY,
    MY_TAGS,
    REPOSITORY,
    STARS,
    FakeHydrus,
    trouble,
)
from tests.fakes.services import CUT, HALF, down, limited, page
from tests.takeovers import manifest


@pytest.fixture
def server():
    with FakeDanbooru() as server:
        yield server


@pytest.fixture
def hydrus(monkeypatch):
    """A client; what waits for it does not wait."""
    monkeypatch.setenv("HOMEBOORU_HYDRUS_API_KEY", KEY)
    waits = []
    patient = partial(PatientClient, sleep=waits.append)
    monkeypatch.setattr(command, "PatientClient", patient)
    with FakeHydrus() as hydrus:
        hydrus.waits = waits
        yield hydrus
    assert hydrus.changes == []


@pytest.fixture
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def into(tmp_path_factory):
    return tmp_path_factory.mktemp("other") / "from hydrus"


def place(folder, data, name="a.png"):
    (folder / name).write_bytes(data)
    return hashlib.md5(data).hexdigest()


def count(sessions, table):
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def md5_of(seed):
    return hashlib.md5(corpus.png(seed=seed)).hexdigest()


def test_what_a_client_knows_is_given_to_the_pictures_of_the_library(
    run, hydrus, folder, library, sessions
):
    first = place(folder, corpus.png(seed=1), "1.png")
    second = place(folder, corpus.png(seed=2), "2.png")
    hydrus.add(
        corpus.png(seed=1),
        tags={
            MY_TAGS: {"0": ["creator:some one", "rating:explicit"], "2": ["night sky"]},
            REPOSITORY: {"0": ["series:a", "blue sky"], "2": ["wrong"], "3": ["blue sky"]},
            DOWNLOADER_TAGS: {"0": ["studio:b"]},
        },
        ratings={FAVOURITES: True, STARS: 8},
        notes={"mine": "seen by the sea"},
        known_urls=["https://a.example/1"],
    )
    hydrus.add(corpus.png(seed=2), tags={MY_TAGS: {"0": ["tree"]}})
    hydrus.add(corpus.png(seed=3), tags={MY_TAGS: {"0": ["later"]}})
    hydrus.add(corpus.png(seed=4), is_trashed=True, tags={MY_TAGS: {"0": ["thrown away"]}})
    hydrus.files[9999] = {"file_id": 9999, "hash": "?", "tags": {}} | {
        "is_inbox": False,
        "is_trashed": False,
    }
    assert run("library", "add", str(folder)).exit_code == 0

    looked = run("import", "hydrus", hydrus.url, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "3 pictures, nothing written" in looked.stdout
    assert "3  that only Hydrus has" in looked.stdout
    assert count(sessions, RememberedRow) == 0

    hydrus.trouble(None, down(500), limited(Retry_After="7"), None, CUT, HALF, None, page(503))
    done = run("import", "hydrus", hydrus.url, "--wait")
    assert done.exit_code == 0, done.output
    assert 7 in hydrus.waits
    for line in (
        "3  of which Hydrus says something",
        "1  that a person edited",
        "2  tags that they took away",
        "1  favourites",
        "1  things that could not be read",
        "?: what Hydrus says of it makes no sense.",
    ):
        assert line in done.stdout, done.stdout
    assert library.tags(first) == {"some_one", "a", "b"}
    assert library.tags(second) == {"tree"}
    post = library.post(first)
    assert (post.rating, post.stars, post.description) == ("e", 4, "mine: seen by the sea")
    with sessions() as session:
        kinds = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
        assert session.scalars(sa.select(FavouriteRow.post_id)).all() == [post.id]
        refused = sa.select(TagRow.name).join(VerdictRow, VerdictRow.tag_id == TagRow.id)
        assert set(session.scalars(refused)) == {"blue_sky", "night_sky"}
    told = [Category(kinds[name]).label for name in ("some_one", "a", "b")]
    assert told == ["artist", "copyright", "copyright"]

    # what a person took away over there stays away here, and what they decide here goes before
    edit = read_edit("night_sky -a")
    edit_post(sessions, post.id, edit, EVERYTHING, Hand(account_id=1), create=True)
    third = place(folder, corpus.png(seed=3), "3.png")
    again = run("import", "hydrus", hydrus.url, "--wait")
    assert again.exit_code == 0, again.output
    assert "3  of which nothing is new since the last time" in again.stdout
    assert library.tags(first) == {"some_one", "b", "night_sky"}
    assert library.tags(third) == {"later"}
    assert count(sessions, PostRow) == 3


def test_pictures_are_fetched_whole_into_the_folder_that_a_person_names_and_once_only(
    run, hydrus, into, library
):
    digests = [
        hydrus.add(corpus.png(seed=seed), tags={MY_TAGS: {"0": [f"number {seed}"]}})
        for seed in range(4)
    ]
    hydrus.add(b"%PDF", ".pdf")
    lost, false = list(hydrus.data)[2:4]
    del hydrus.data[lost]
    hydrus.data[false] = corpus.png(seed=50)
    words = ("import", "hydrus", hydrus.url, "--copy-to", str(into))
    assert run(*words, "--dry-run").exit_code == 0
    assert not into.exists()

    done = run(*words, "--wait")
    assert done.exit_code == 0, done.output
    before = manifest(into)
    assert {file.name for file in before} == {f"{digest}.png" for digest in digests[:2]}
    assert "2 fetched, 0 were there already" in done.stdout
    assert "there is no such file" in done.stdout
    assert f"{digests[3]}.png: what came is not the picture" in done.stdout
    assert library.tags(md5_of(1)) == {"number_1"}

    # what a kill leaves half done is done anew, and what is thrown away here is not fetched again
    killed = hydrus.add(corpus.png(seed=6))
    (into / killed[:2]).mkdir(exist_ok=True)
    (into / killed[:2] / f".{killed}.png.half").write_bytes(b"half")
    thrown = library.post(md5_of(0)).id
    throw_away(library.sessions, thrown, EVERYTHING, Hand(account_id=1))
    hydrus.asked.clear()
    again = run(*words)
    assert again.exit_code == 0, again.output
    asked = [one.params["file_id"] for one in hydrus.asked if one.path == "/get_files/file"]
    assert asked == [str(lost), str(false), str(list(hydrus.files)[-1])]
    new = manifest(into).keys() - before.keys()
    assert {path.name for path in new} == {f"{killed}.png"}
    assert count(library.sessions, RootRow) == 1


def test_many_files_are_asked_about_in_turn_and_a_client_that_fails_changes_nothing(
    run, hydrus, sessions
):
    for seed in range(600):
        hydrus.add(b"%d" % seed, tags={MY_TAGS: {"0": ["tree"]}})
    done = run("import", "hydrus", hydrus.url)
    assert done.exit_code == 0, done.output
    told = [json.loads(one.params["file_ids"]) for one in hydrus.asked if "file_ids" in one.params]
    assert list(map(len, told)) == [256, 256, 88]

    hydrus.trouble(down(500))
    assert run("import", "hydrus", hydrus.url).exit_code == 1  # the very first question
    assert hydrus.waits == []
    hydrus.files[11]["tags"] = {}
    good = [None] * 4  # what comes before the second of three answers about files
    for bad, reason in [
        (down(500), "its server fails"),
        (page(403), "it shows a page"),
        (EXPIRED, "That session key expired!"),
        (trouble(500, "ServerException", "Busy."), "its server fails"),
        (limited(Retry_After="86400"), "too many requests"),
    ]:
        hydrus.trouble(*good, *[bad] * 9)
        failed = run("import", "hydrus", hydrus.url)
        hydrus.troubles.clear()
        assert failed.exit_code == 1
        assert reason in failed.stderr
        assert KEY not in failed.output
        assert count(sessions, RememberedRow) == 600
        assert count(sessions, EditBatchRow) == 1


@pytest.mark.parametrize(
    ("key", "permissions", "reason"),
    [
        ("f" * 64, [3], "Did not find an entry!"),
        (KEY, [0, 1], "does not allow to search for files"),
        ("two words", [3], "an API key is one line of letters and digits"),
    ],
)
def test_a_key_that_does_not_serve_is_told(run, monkeypatch, key, permissions, reason):
    with FakeHydrus(permissions) as hydrus:
        monkeypatch.delenv("HOMEBOORU_HYDRUS_API_KEY", raising=False)
        refused = run("import", "hydrus", hydrus.url, typed=f"{key}\n")
    assert refused.exit_code != 0
    assert reason in refused.stderr
    assert key not in refused.output


def test_a_folder_that_hydrus_exported_is_read_in_place(run, folder, library, server):
    md5 = place(folder, corpus.png(seed=1), "1.png")
    (folder / "1.png.txt").write_text("creator:some one\nblue sky\nrating:safe\n")
    (folder / "1.png.json").write_text(
        json.dumps({"metadata": {"urls": ["https://a.example/1"], "tags": ["series:a"]}})
    )
    (folder / "1.png.notes.txt").write_text("mine: seen by the sea")
    place(folder, corpus.png(seed=2), "2.png")
    before = manifest(folder)
    for word in ("--dry-run", "--wait"):
        done = run("import", "hydrus", str(folder), word)
        assert done.exit_code == 0, done.output
        assert "2 pictures lie there" in done.stdout
        assert "1  with tags, addresses or notes beside them" in done.stdout
    assert manifest(folder) == before
    assert library.tags(md5) == {"some_one", "blue_sky", "a"}
    assert library.post(md5).description == "mine: seen by the sea"
    wrong = run("import", "hydrus", str(folder / "none"))
    assert (wrong.exit_code, "nor a folder" in wrong.stderr) == (2, True)
