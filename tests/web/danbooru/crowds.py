"""Many posts at once, each with a file of its own bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import sqlalchemy as sa

from homebooru.db.queries.tags import make_tags
from homebooru.db.tables import LocationRow, PostRow
from tests.factories import make_root


def add_many(house, count: int, tags: str = "") -> list[int]:
    """Add posts that all have the same tags; return their ids."""
    files = [make_file(house.folder, number) for number in range(count)]
    with house.deps.sessions.begin() as session:
        root = make_root(session, str(house.folder))
        tag_ids = sorted(make_tags(session, dict.fromkeys(tags.split())).values())
        posts = session.scalars(
            sa.insert(PostRow).returning(PostRow.id, sort_by_parameter_order=True),
            [row_of(file, tag_ids) for file in files],
        ).all()
        session.execute(
            sa.insert(LocationRow),
            [
                {"post_id": post, "root_id": root.id} | place_of(file)
                for post, file in zip(posts, files, strict=True)
            ],
        )
    return list(posts)


def make_file(folder: Path, number: int) -> Path:
    file = folder / f"many-{number}.png"
    file.write_bytes(f"the bytes of file {number}".encode())
    return file


def row_of(file: Path, tag_ids: list[int]) -> dict[str, object]:
    content = file.read_bytes()
    return {
        "sha256": hashlib.sha256(content).digest(),
        "md5": hashlib.md5(content).digest(),
        "mime": "image/png",
        "size": len(content),
        "width": 640,
        "height": 480,
        "state": "ready",
        "tag_ids": tag_ids,
        "general_count": len(tag_ids),
    }


def place_of(file: Path) -> dict[str, object]:
    status = file.stat()
    return {
        "path": file.name.encode(),
        "name": file.name,
        "folder": "",
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
    }
