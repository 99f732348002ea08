"""What travels: files a browser may keep for good, and text compressed without telling secrets."""

from __future__ import annotations

import gzip
import re
from urllib.parse import urljoin

import brotli
import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from homebooru.web.csrf import FIELD, HEADER
from homebooru.web.serving.assets import read_assets
from tests.web.visiting import token_of

ADDRESS = re.compile(r'(?:href|src)="(/[^"]*?static/[^"#]+)')
INSIDE = re.compile(r'url\("([^"]+)"\)|^import\b[^;"]*"([^"]+)"', re.MULTILINE)


def test_everything_a_page_loads_may_be_kept_for_good(client, house):
    house.add(tags="cat")
    waiting = ADDRESS.findall(client.get("/posts").text)
    seen = set()
    while waiting:
        where = waiting.pop()
        if where in seen:
            continue
        seen.add(where)
        answer = client.get(where)
        assert answer.status_code == 200, where
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        if answer.mimetype in {"text/css", "text/javascript"}:
            inside = (one or other for one, other in INSIDE.findall(answer.text))
            waiting += [urljoin(where, each) for each in inside]
    assert {".css", ".js", ".svg", ".woff2"} <= {"." + each.rpartition(".")[2] for each in seen}


def test_below_a_sub_path_addresses_of_files_keep_it(app):
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/pictures": app.wsgi_app})
    page = app.test_client().get("/pictures/posts").text
    found = ADDRESS.findall(page)
    assert found
    assert all(where.startswith("/pictures/static/") for where in found)


@pytest.mark.parametrize("where", ["/static/css/base.css", f"/static/{'0' * 16}/css/base.css"])
def test_a_file_of_no_version_or_another_is_asked_for_again(client, where):
    first = client.get(where)
    assert first.headers["Cache-Control"] == "no-cache"
    again = client.get(where, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_compressed_file_is_known_again_too(client):
    asked = {"Accept-Encoding": "br"}
    first = client.get("/static/css/base.css", headers=asked)
    again = client.get(
        "/static/css/base.css", headers=asked | {"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "name", ["nothing.css", "../pyproject.toml", "%2e%2e/pyproject.toml", "css"]
)
def test_nothing_else_is_sent(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_a_version_follows_from_names_and_content(tmp_path):
    def version(**files):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        return read_assets(folder).version

    assert version(a="1", b="2") == version(b="2", a="1")
    assert len({version(a="1", b="2"), version(a="1", b="3"), version(a="1", c="2")}) == 3


@pytest.mark.parametrize(("way", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
@pytest.mark.parametrize("where", ["/posts", "/static/js/keys.js", "/static/css/base.css"])
def test_text_is_compressed_for_whoever_takes_it(client, where, way, unpack):
    plain = client.get(where)
    packed = client.get(where, headers={"Accept-Encoding": way})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == way
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 2
    assert unpack(packed.data)[:200] == plain.data[:200]


def test_pictures_are_not_compressed(client, house):
    post_id = house.add(tags="cat")
    digest = house.digest_of(post_id)
    asked = {"Accept-Encoding": "br, gzip"}
    for where in (f"/posts/{post_id}/file", f"/media/{digest}-360.webp"):
        answer = client.get(where, headers=asked)
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        assert answer.content_length == len(answer.data)


def test_every_answer_spells_the_token_anew_and_all_are_good(client):
    tokens = [token_of(client) for _ in range(3)]
    halves = [half for token in tokens for half in (token[:64], token[64:])]
    assert len(set(halves)) == 6
    for token in tokens:
        assert client.post("/preferences", data={FIELD: token, "theme": "dark"}).status_code == 303


@pytest.mark.parametrize("change", [lambda t: "", lambda t: t[:-2], lambda t: t[64:], lambda t: "zz",
                                    lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), lambda t: "é" * 64])  # fmt: skip
def test_a_token_that_is_not_whole_is_refused(client, change):
    token = change(token_of(client))
    assert client.post("/preferences", data={FIELD: token}).status_code == 403
    if token.isascii():
        assert client.post("/preferences", headers={HEADER: token}).status_code == 403


def test_what_scripts_import_is_asked_for_at_once(client):
    page = client.get("/posts").text
    begun = set(re.findall(r'<script type="module" src="([^"]+)"', page))
    hinted = set(re.findall(r'<link rel="modulepreload" href="([^"]+)"', page))
    inside = [
        urljoin(where, one or other)
        for where in begun | hinted
        for one, other in INSIDE.findall(client.get(where).text)
    ]
    assert begun
    assert set(inside) <= begun | hinted
    assert hinted <= set(inside)
