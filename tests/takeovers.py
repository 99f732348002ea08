"""Folders as other programs leave them behind, and what became of what they knew."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from homebooru.db.tables import PostRow, RecordRow, TagRow
from tests import corpus
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.boorus.e621 import FakeE621
from tests.fakes.boorus.gelbooru import FakeGelbooru
from tests.fakes.boorus.moebooru import FakeMoebooru
from tests.fakes.boorus.picture import Picture

FAKES = {
    "danbooru": FakeDanbooru(),
    "e621": FakeE621(),
    "gelbooru": FakeGelbooru(),
    "yandere": FakeMoebooru(),
}
KINDS = ("character", "copyright", "artist", "meta", "general")


def row_of(site: str, md5: str, number: int = 7, **tags: str) -> dict:
    """Return a post as a site tells it: tags are given by kind."""
    named = {kind: tuple(names.split()) for kind, names in tags.items()}
    return FAKES[site].post(Picture(id=number, md5=md5, tags=named))


def words_of(answers: dict) -> list[str]:
    """Return all tags of some answers, as the other program put them together."""
    found = set()
    for row in answers.values():
        told = row.get("tag_string", row.get("tags"))
        for names in [told] if isinstance(told, str) else map(" ".join, told.values()):
            found |= set(names.split())
    return sorted(found)


class OldHomeBooru:
    """A file-based HomeBooru, or, once `turned` into it, the SQLite program after it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pictures = folder / "static/images"
        self.pictures.mkdir(parents=True)
        (folder / "metadata").mkdir()
        self.entries: dict[str, object] = {}
        self.told: dict[str, dict] = {}

    def add(self, path: str, answers=None, *, tags: str | None = None, **flags) -> str:
        """Add a picture; `answers` are rows by site, given its digest. Return that."""
        file = self.pictures / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(corpus.png(seed=len(self.entries)))
        md5 = hashlib.md5(file.read_bytes()).hexdigest()
        found = {site: make(md5) for site, make in (answers or {}).items()}
        if not found and tags is None:
            self.entries[path] = "not_found"
            return md5
        first = next(iter(found.values()), {})
        self.entries[path] = {
            "tags": " ".join(words_of(found)) if tags is None else tags,
            **{f"tags_{kind}": first.get(f"tag_string_{kind}", "") for kind in KINDS},
            "id": first.get("id"),
            "md5": md5,
            "sources": list(found),
        }
        self.told[md5] = {
            "md5": md5,
            "relative_path": path,
            "saucenao_lookup": False,
            "saucenao_response": None,
            "camie_tagger_lookup": False,
            "sources": found,
        } | flags
        return md5

    def write(self) -> None:
        """Write the files."""
        (self.folder / "tags.json").write_text(json.dumps(self.entries, indent=4))
        for md5, told in self.told.items():
            (self.folder / "metadata" / f"{md5}.json").write_text(json.dumps(told, indent=2))

    def turn(self, *statements: str) -> None:
        """Write a database instead of the files, and what else it holds."""
        with closing(sqlite3.connect(self.folder / "booru.db")) as connection:
            connection.executescript(SCHEMA)
            for number, (path, entry) in enumerate(self.entries.items(), 1):
                md5 = hashlib.md5((self.pictures / path).read_bytes()).hexdigest()
                general = "" if entry == "not_found" else entry["tags"]
                connection.execute(
                    "insert into images (id, filepath, md5, tags_general) values (?, ?, ?, ?)",
                    (number, path, md5, general),
                )
                connection.execute(
                    "insert into raw_metadata values (?, ?)",
                    (number, json.dumps(self.told.get(md5, {"sources": {}}))),
                )
            for statement in statements:
                connection.execute(statement)
            connection.commit()


SCHEMA = """
create table images (
    id integer primary key, filepath text, md5 text, tags_character text, tags_general text
);
create table raw_metadata (image_id integer primary key, data text);
create table tag_deltas (image_md5 text, tag_name text, tag_category text, operation text);
create table favourites (image_id integer primary key);
create table pools (id integer primary key, name text, description text);
create table pool_images (pool_id integer, image_id integer, sort_order integer);
create table tags (id integer primary key, name text, category text);
create table tag_implications (
    source_tag_id integer, implied_tag_id integer, inference_type text, status text
);
"""


def manifest(folder):
    return {
        file.relative_to(folder): (
            hashlib.sha256(file.read_bytes()).hexdigest(),
            file.stat().st_mtime_ns,
        )
        for file in folder.rglob("*")
        if file.is_file()
    }


class Library:
    """What is in the library, by the digests of the files."""

    def __init__(self, sessions):
        self.sessions = sessions

    def post(self, md5):
        with self.sessions() as session:
            return session.scalars(
                sa.select(PostRow).where(PostRow.md5 == bytes.fromhex(md5))
            ).one()

    def tags(self, md5):
        held = self.post(md5).tag_ids
        with self.sessions() as session:
            return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(held))))

    def records(self, md5):
        with self.sessions() as session:
            rows = session.scalars(
                sa.select(RecordRow).where(RecordRow.post_id == self.post(md5).id)
            )
            return {row.source: row.outcome for row in rows}


class Blombooru:
    """What a blombooru knows, and the full backups that it makes of it."""

    def __init__(self) -> None:
        self.media: list[dict] = []
        self.albums: list[dict] = []
        self.implications: list[dict] = []
        self.files: dict[str, bytes] = {}
        self.tags: list[str] = []

    def add(self, name: str, content: bytes, *tags: str, **more: object) -> str:
        """Add a picture; return its MD5."""
        place = f"media/{len(self.media)}.png"
        self.files[place] = content
        self.media.append(
            {
                "filename": name,
                "hash": hashlib.md5(content).hexdigest(),
                "file_type": "image",
                "rating": "safe",
                "source": None,
                "description": None,
                "uploaded_at": "2025-01-02T03:04:05+00:00",
                "tags": list(tags),
                "archive_path": place,
                "parent_hash": None,
            }
            | more
        )
        return str(self.media[-1]["hash"])

    def told(self, **more: object) -> bytes:
        """Return what its `backup.json` tells."""
        index = {
            "version": "1.41.0",
            "schema_version": 12,
            "type": "full_backup",
            "media": self.media,
            "albums": self.albums,
            "tag_implications": self.implications,
            "booru_config": [{"domain": "a.example", "username": "me", "api_key": "secret"}],
        }
        return json.dumps(index | more, indent=2).encode()

    def backup(self, **others: bytes | None) -> bytes:
        """Return a backup, in which other files stand in the place of its own, or none."""
        files = {
            "tags.csv": "".join(f"{line}\n" for line in self.tags).encode(),
            "backup.json": self.told(),
            **self.files,
            **others,
        }
        stream = _Stream()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for name, content in files.items():
                if content is not None:
                    archive.writestr(name, content)
        return stream.getvalue()


class _Stream(io.BytesIO):
    """Takes what is written as a connection does, without going back."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        return len(self.getvalue())
