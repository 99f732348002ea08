"""Whatever a file is called, it is found, shown, saved, carried elsewhere and written about."""

from __future__ import annotations

import io
import json
import os
import unicodedata
import zipfile
from contextlib import closing
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from homebooru.cli import main
from homebooru.db.tables import LocationRow
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.transfer.reading import read_lines
from homebooru.files.transfer.lines import read_raw_lines, write_lines
from homebooru.files.xmp.reading import read_xmp
from homebooru.services.library.indexing import index_due
from homebooru.services.library.roots import add_root, request_scan
from homebooru.services.library.scanning import scan_due
from homebooru.services.outgoing import allowing, writing
from homebooru.services.transfer.exporting import export
from homebooru.services.transfer.importing import import_lines
from homebooru.web.csrf import HEADER
from tests import corpus
from tests.factories import edit_post
from tests.fakes.reading import Told
from tests.web.visiting import token_of

# What programs take for an option, a list or a command, terminals for orders, and pages for markup.
MOST = 255  # bytes of a name
ORDERS = b"\x1b]0;mine\x07\xc2\x9b31m\r\n.png"
LONGEST = b"x" * 251 + b".png"
NAMES = (
    b"-rf.png", b"--help.png", b"@list.png", b"new\nline.png", b"tab\t.png", b"carriage\r.png",
    b"quote\"'`.png", b"$(id);id|id&.png", b"back\\slash.png", b"%2e%2e%2f%00.png", b"con.png",
    b"{{7*7}}.png", b"<img src=x onerror=1>.png", ORDERS, b" .png", b"latin-\xe9.png",
    b"half \xed\xa0\x80.png", "\u202egnp.exe.png".encode(), "\u200f\u2066\ufeff.png".encode(),
    LONGEST, "é".encode() * 125 + b".png", b"-C\n/-\xff/-o.png",
    unicodedata.normalize("NFD", "ü.png").encode(), unicodedata.normalize("NFC", "ü.png").encode(),
)  # fmt: skip
CONTROLS = set(map(chr, [*range(32), 127, *range(0x80, 0xA0)])) - {"\n"}


class Odd:
    """A library of files with such names, gone through by readers and decoders as any other."""

    def __init__(self, deps, folder):
        self.deps, self.sessions, self.folder = deps, deps.sessions, folder
        files = {name: corpus.png(seed=seed) for seed, name in enumerate(NAMES)}
        self.files = files | {b"-i.mp4": corpus.film(), b"-\n.jpg": corpus.jpeg(seed=99)}
        for name, content in self.files.items():
            path = self.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.root = add_root(self.sessions, folder).id
        request_scan(self.sessions, None)
        self.told = Told()
        scan_due(self.sessions, deps.walker, self.told, worker_id=None, free_space=lambda: None)
        with closing(deps.open_reader()) as reader:
            index_due(
                self.sessions,
                reader,
                deps.thumbs,
                self.told,
                worker_id=None,
                free_space=lambda: None,
            )

    def path(self, name):
        return self.folder / os.fsdecode(name)

    def posts(self):
        """Return each post by the path of its file."""
        with self.sessions.begin() as session:
            rows = session.execute(sa.select(LocationRow.path, LocationRow.post_id)).all()
        return dict(map(tuple, rows))


@pytest.fixture
def odd(deps, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    return Odd(deps, folder)


@pytest.fixture
def run(database_url, tmp_path, monkeypatch):
    """Runs a command, and returns what it prints."""
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(main, words, catch_exceptions=False).output


def test_whatever_files_are_called_they_are_found_shown_and_saved(odd, client, run):
    posts = odd.posts()
    assert posts.keys() == odd.files.keys()
    assert odd.told.errors == []
    for name, post_id in posts.items():
        told = client.get(f"/api/posts/{post_id}").json
        assert "\x00" not in json.dumps(told)
        assert client.get(f"/posts/{post_id}").status_code == 200, name
        shown = client.get(f"/posts/{post_id}/thumbnail/360", follow_redirects=True)
        assert shown.data[8:12] == b"WEBP", name
        saved = client.get(f"/posts/{post_id}/file/download")
        assert saved.data == odd.files[name], name
        check_header(saved.headers["Content-Disposition"])
    check_bundle(client, posts, odd.files)
    check_commands(run, posts)


def check_header(value):
    """A name for saving breaks out of nothing, reads forwards, and is the whole name."""
    assert value.isascii()
    assert value.isprintable()
    quoted, _, spelled = value.removeprefix('attachment; filename="').partition('"; filename*=')
    assert not set(quoted) & set('"\\%')
    assert unquote(spelled.removeprefix("UTF-8''")).isprintable()


def check_bundle(client, posts, files):
    sent = client.post(
        "/posts/zip",
        data={"ids": ",".join(map(str, posts.values()))},
        headers={HEADER: token_of(client)},
    )
    with zipfile.ZipFile(io.BytesIO(sent.data)) as bundle:
        names = bundle.namelist()
        assert sorted(map(bundle.read, names)) == sorted(files.values())
    assert len({name.casefold() for name in names}) == len(files)
    assert not [name for name in names if "/" in name or "\\" in name or not name.isprintable()]


def check_commands(run, posts):
    """A terminal obeys nothing of a name, and a program gets it as it is."""
    said = [run("search", "is:any"), run("search", "is:any", "--json")]
    said.append(run("post", str(posts[ORDERS])))
    assert not [one for one in said if CONTROLS & set(one)]
    assert len(json.loads(said[1])["posts"]) == len(posts)


def test_whatever_files_are_called_words_are_written_beside_them_and_carried_elsewhere(
    odd, tmp_path
):
    posts = odd.posts()
    allowing.change_profile(odd.sessions, {"people": True})
    with odd.sessions.begin() as session:
        for post_id in posts.values():
            edit_post(session, post_id, "cat")
    allowing.allow(odd.sessions, odd.root)
    writing.write_due(odd.sessions, odd.deps.sidecars, odd.told)
    roomy = {name for name in posts if len(name) + len(b".xmp") <= MOST}
    for name in roomy:
        beside = read_xmp(odd.path(name + b".xmp").read_bytes())
        assert ("booru", "General", "cat") in beside.paths, name
    assert len(odd.told.errors) == len(posts) - len(roomy), odd.told.errors
    assert {reason for _, reason in odd.told.errors} == {"Its name is too long."}
    carried = tmp_path / "carried.jsonl"
    write_lines(carried, export(odd.sessions, odd.told))
    lines = list(read_lines(read_raw_lines(carried)))
    import_lines(odd.sessions, lines, odd.told, Hand(via=Via.IMPORT, reason="one.jsonl"))
    known = [line for line in lines if line["kind"] == "post"]
    again = [line for line in export(odd.sessions, odd.told) if line["kind"] == "post"]
    assert again == known
    assert len(known) == len(posts)
