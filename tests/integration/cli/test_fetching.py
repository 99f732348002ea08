"""Asking others for tags, as it is typed."""

import hashlib

import pytest
import sqlalchemy as sa
from PIL import Image

from homebooru.db.tables import ClaimRow, PostRow, TagRow
from homebooru.services.lookups import asking
from tests.corpus import encoded
from tests.factories import make_post
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.services import Reply
from tests.fakes.taggers import make_camie_2


@pytest.fixture
def server():
    with FakeDanbooru() as server:
        yield server


@pytest.fixture
def post(sessions, server):
    with sessions.begin() as session:
        post = make_post(session).id
    server.put(hashlib.md5(str(post).encode()).hexdigest(), general="cat")
    return post


def test_without_a_source_nobody_is_asked_and_it_is_said_how_to_name_one(run, post, server):
    result = run("tags", "fetch")
    assert result.exit_code == 1
    assert "HOMEBOORU_SOURCES" in result.stderr
    assert server.asked == []


def test_tags_are_fetched_and_told_and_fetched_again_for_a_search(
    run, post, server, sessions, monkeypatch
):
    monkeypatch.setenv("HOMEBOORU_SOURCES", "danbooru")
    result = run("tags", "fetch")
    assert result.exit_code == 0
    assert result.stdout.startswith("danbooru: 1 hit.\nPictures asked about: 1, ")
    assert "danbooru knew 1 of 1 (100 %)." in result.stdout
    with sessions.begin() as session:
        [tag] = session.get_one(PostRow, post).tag_ids
        assert session.get_one(TagRow, tag).name == "cat"
    assert run("tags", "fetch").stdout == "danbooru: nothing to ask.\n"
    again = run("tags", "fetch", "cat")
    assert again.stdout.startswith("Posts to be asked about again: 1.\ndanbooru: 1 hit.\n")
    assert len(server.asked) == 2


@pytest.mark.usefixtures("post")
def test_a_tagger_names_what_nobody_knows(run, sessions, monkeypatch, tmp_path):
    """The whole way, as it is typed: a real file, a real model, and a search that asks again."""
    monkeypatch.setenv("HOMEBOORU_SOURCES", "danbooru")
    monkeypatch.setenv("HOMEBOORU_MODELS", str(tmp_path / "models"))
    make_camie_2(tmp_path / "models" / "camie-tagger-v2")
    content = encoded(Image.new("RGB", (40, 30), "red"), "PNG")
    (tmp_path / "red.png").write_bytes(content)
    sha256 = hashlib.sha256(content).digest()
    with sessions.begin() as session:
        unknown = make_post(session, root=str(tmp_path), name="red.png", sha256=sha256).id
    told = run("tags", "fetch").stdout
    assert "danbooru: 1 hit, 1 miss." in told
    assert "camie: 1 hit." in told
    said = claims(sessions, unknown)
    assert said["camie"]
    with sessions.begin() as session:
        session.execute(sa.delete(ClaimRow).where(ClaimRow.source == "camie"))
    assert "camie: 1 hit." in run("tags", "fetch", f"id:{unknown}").stdout
    assert claims(sessions, unknown) == said


def claims(sessions, post_id):
    with sessions.begin() as session:
        rows = session.scalars(sa.select(ClaimRow).where(ClaimRow.post_id == post_id))
        return {row.source: sorted(row.tag_ids) for row in rows}


def test_who_does_not_answer_is_named_with_the_time(run, post, server, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_SOURCES", "danbooru")
    server.trouble(Reply({"success": False, "message": "Invalid API key"}, 401))
    told = run("tags", "fetch").stdout
    assert told.startswith("danbooru: no answer. Danbooru: it refuses to answer (401).")
    assert "It is asked again from" in told
    assert run("tags", "fetch", "id:1").stdout.startswith(
        "Posts to be asked about again: 1.\ndanbooru: 1 hit.\n"
    )


def test_doctor_says_who_is_asked_and_whether_they_are_there(run, post, server, monkeypatch):
    assert "nobody is asked for tags" in run("doctor").stdout
    monkeypatch.setenv("HOMEBOORU_SOURCES", "danbooru,gelbooru,yandere")
    monkeypatch.setenv("HOMEBOORU_YANDERE_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(asking, "PATIENCE", 0.0)
    run("tags", "fetch")
    told = run("doctor").stdout
    assert "can be reached; 1 posts asked about, 1 known, 0 waiting" in told
    assert "wants a key" in told
    assert "cannot be reached" in told
    assert "set HOMEBOORU_CONTACT" in told
