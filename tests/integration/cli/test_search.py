"""The commands search and post, as they are typed."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.domain.policy import HISTORY
from homebooru.domain.said import Said
from homebooru.services.tags.claiming import keep_claims
from tests.factories import make_post


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path))
    return lambda *words: CliRunner().invoke(main, words)


@pytest.fixture
def library(sessions):
    with sessions.begin() as session:
        make_post(session, tags="cat artist:somebody", rating="g", folder="art")
        make_post(session, tags="cat dog", name="häß\u200blich.png")
    return sessions


def test_a_search_prints_one_json_document(run, library):
    result = run("search", "cat", "-dog", "--json")

    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert set(answer) == {"query", "count", "posts", "related"}
    assert (answer["query"], answer["count"]) == ("cat -dog", 1)
    [post] = answer["posts"]
    assert set(post) == {"id", "md5", "sha256", "rating", "tags", "locations"}
    assert (post["id"], post["rating"]) == (1, "g")
    assert (len(post["md5"]), len(post["sha256"])) == (32, 64)
    assert post["tags"]["artist"] == ["somebody"]
    assert post["tags"]["general"] == ["cat"]
    assert set(post["tags"]) == {
        "general", "artist", "copyright", "character", "species", "meta", "lore",
    }  # fmt: skip
    [place] = post["locations"]
    assert place == {
        "kind": "folder",
        "root": "pictures",
        "path": "art/1.png",
        "size": 1001,
        "modified_at": "2023-11-14T22:13:21+00:00",
        "missing_since": None,
    }
    assert answer["related"] == [{"tag": "cat", "count": 1}, {"tag": "somebody", "count": 1}]


def test_pages_are_asked_for_by_limit_and_offset(run, library):
    answer = json.loads(run("search", "--limit", "1", "--offset", "1", "--json").stdout)

    assert answer["count"] == 2
    assert [post["id"] for post in answer["posts"]] == [1]


def test_a_search_is_readable(run, library):
    lines = run("search", "cat").stdout.splitlines()

    assert lines[0] == "2 posts"
    assert lines[1].split() == ["2", "-", "800x600", "cat", "dog", "pictures/häß\u200blich.png"]
    assert lines[2].split() == ["1", "g", "800x600", "somebody", "cat", "pictures/art/1.png"]
    assert lines[3] == "Tags: cat (2), dog (1), somebody (1)"
    assert run("search", "--limit", "1").stdout.startswith("2 posts, here 1 to 1\n")
    assert run("search", "--offset", "9").stdout.startswith("2 posts, none from 10 on\n")


def test_no_name_breaks_a_line_or_reaches_the_terminal(run, library, sessions):
    name = "a\nb\x1b[31m\u202egpj.\u2028\x85häß\u200b.png"
    with sessions.begin() as session:
        make_post(session, tags="odd", name=name, said=Said(description="one\ntwo\x07"))
    shown = r"pictures/a\nb\x1b[31m\u202egpj.\u2028\x85häß" + "\u200b.png"

    lines = run("search", "order:id").stdout.split("\n")
    assert [line for line in lines if line.endswith(shown)]
    assert len(lines) == 6
    told = run("post", "3").stdout.split("\n")
    assert f"file        {shown}" in told
    assert r"description one\ntwo\x07" in told

    [place] = json.loads(run("post", "3", "--json").stdout)["locations"]
    assert place["path"] == name


def test_an_empty_search_helps(run, library):
    result = run("search", "cot", "dog")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "0 posts",
        "No post has the tag cot. Did you mean cat?",
        "Without cot there would be 1 post.",
    ]
    assert "Did you mean somebody?" in run("search", "sombody").stdout


def test_a_mistake_is_shown_under_its_character_without_a_database(run, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    result = run("search", "cat", "order:scoer")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "homebooru: order: does not know `scoer`; did you mean `score`?",
        "  cat order:scoer",
        "            ^",
    ]


@pytest.mark.parametrize("words", [["--limit", "0"], ["--offset", "-1"], ["--limit", "x"]])
def test_bounds_are_a_matter_of_usage(run, words):
    assert run("search", *words).exit_code == 2


def test_a_post_prints_one_json_document(run, library):
    post = json.loads(run("post", "1", "--json").stdout)

    assert set(post) == {
        "id", "md5", "sha256", "rating", "tags", "locations", "claims", "verdicts", "records",
    }  # fmt: skip
    [claim] = post["claims"]
    assert (claim["source"], claim["rating"]) == ("text", "g")
    assert claim["tags"] == [
        {"tag": "cat", "confidence": None},
        {"tag": "somebody", "confidence": None},
    ]
    assert post["verdicts"] == post["records"] == []


def test_a_post_is_readable(run, library):
    lines = run("post", "1").stdout.splitlines()

    assert lines[0].split() == ["post", "1"]
    assert "rating      general (says text)" in lines
    assert "artist      somebody" in lines
    assert "file        pictures/art/1.png" in lines
    assert "text says: cat somebody" in lines


def test_what_a_post_is_called_elsewhere_is_told_and_found(run, library, sessions):
    said = Said(md5="ab" * 16, remote_ids=("danbooru:7", "e621:8"))
    with sessions.begin() as session:
        keep_claims(session, {(2, "gallery-dl"): said})

    told = run("post", "2").stdout.splitlines()
    claims = json.loads(run("post", "2", "--json").stdout)["claims"]
    found = json.loads(run("search", f"md5:{'AB' * 16}", "--json").stdout)

    assert "gallery-dl says it is: danbooru:7 e621:8" in told
    assert f"gallery-dl says its md5 is: {'ab' * 16}" in told
    assert [(one["md5"], one["remote_ids"]) for one in claims if one["source"] == "gallery-dl"] == [
        ("ab" * 16, ["danbooru:7", "e621:8"])
    ]
    assert [post["id"] for post in found["posts"]] == [2]


def test_the_picture_that_lay_here_before_is_told_as_such(run, library, sessions):
    with sessions.begin() as session:
        keep_claims(session, {(2, HISTORY): Said(parent="post:1")})

    lines = run("post", "2").stdout.splitlines()

    assert "earlier     post 1 lay here before" in lines
    assert not any(line.startswith("homebooru") for line in lines)


def test_a_post_that_is_not_there_fails(run, library):
    result = run("post", "99")

    assert result.exit_code == 1
    assert result.stderr == "homebooru: There is no post 99.\n"
