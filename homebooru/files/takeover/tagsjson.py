"""Reads the files of a file-based HomeBooru: `tags.json`, and `metadata/{md5}.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homebooru.domain.takeover.older import OldPicture, kinds_in
from homebooru.errors import Unreadable
from homebooru.phrases import phrase

MD5 = re.compile("[0-9a-f]{32}")
NOT_FOUND = "not_found"
MOST_BYTES = 64 * 1024 * 1024  # of one picture's answers

Row = Mapping[str, Any]


def read_tags_json(folder: Path) -> Iterator[OldPicture | Unreadable]:
    """Yield each picture that a file-based HomeBooru knew, and why one cannot be read.

    Of pictures that `tags.json` does not name the answers alone are told. Raises Unreadable where
    the whole of it makes no sense.
    """
    file = folder / "tags.json"
    entries = _load(file) if file.exists() else {}
    at = _written(file) if file.exists() else datetime.now(UTC)
    seen = set()
    for path, entry in entries.items():
        try:
            picture = _picture(folder, path, entry, at)
            seen.add(picture.md5)
            yield picture
        except Unreadable as error:
            yield error
    for file in sorted((folder / "metadata").glob("*.json")):
        if file.stem.lower() not in seen:
            yield from _alone(file)


def count_entries(folder: Path) -> int:
    """Return about how many pictures a file-based HomeBooru knew."""
    file = folder / "tags.json"
    return len(_load(file)) if file.exists() else sum(1 for _ in (folder / "metadata").glob("*"))


def answers_in(told: Row) -> dict[str, Row]:
    """Return the answers in what was kept of a picture, by the names of its sources."""
    sources = told.get("sources")
    rows = sources.items() if isinstance(sources, dict) else ()
    return {str(name): row for name, row in rows if isinstance(row, dict)}


def _picture(folder: Path, path: str, entry: object, at: datetime) -> OldPicture:
    if entry == NOT_FOUND:
        return OldPicture(path=path, written_at=at, asked=True)
    if isinstance(entry, str):  # before answers were kept there were only tags
        return OldPicture(path=path, written_at=at, tags=frozenset(entry.split()))
    if not isinstance(entry, dict):
        raise Unreadable(phrase("{path}: its entry in tags.json makes no sense.", path=path))
    md5 = md5_of(entry.get("md5"))
    file = folder / "metadata" / f"{md5}.json"
    told = _load(file) if md5 and file.exists() else {}
    return OldPicture(
        path=path,
        written_at=_written(file) if told else at,
        md5=md5,
        asked=bool(told),
        answers=answers_in(told),
        searched=bool(told.get("saucenao_lookup", entry.get("saucenao_lookup"))),
        search=_row(told.get("saucenao_response")),
        looked_at=bool(told.get("camie_tagger_lookup", entry.get("camie_tagger_lookup"))),
        tags=frozenset(str(entry.get("tags") or "").split()),
        kinds=kinds_in(entry),
    )


def _alone(file: Path) -> Iterator[OldPicture | Unreadable]:
    """Yield a picture of which there are only answers."""
    try:
        told = _load(file)
    except Unreadable as error:
        yield error
        return
    if md5 := md5_of(told.get("md5") or file.stem):
        yield OldPicture(
            path=str(told.get("relative_path") or file.name),
            written_at=_written(file),
            md5=md5,
            asked=True,
            answers=answers_in(told),
            searched=bool(told.get("saucenao_lookup")),
            search=_row(told.get("saucenao_response")),
            looked_at=bool(told.get("camie_tagger_lookup")),
        )


def _load(file: Path) -> Row:
    try:
        if file.name != "tags.json" and file.stat().st_size > MOST_BYTES:
            raise Unreadable(phrase("{file} is too large to be what it should be.", file=file.name))
        found = json.loads(file.read_bytes())
    except OSError as error:
        raise Unreadable(
            phrase("{file} cannot be read: {error}.", file=file.name, error=error.strerror)
        ) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            phrase("{file} is cut short or broken: {error}.", file=file.name, error=error)
        ) from None
    if not isinstance(found, dict):
        raise Unreadable(phrase("{file} holds no JSON object.", file=file.name))
    return found


def _row(found: object) -> Row | None:
    return found if isinstance(found, dict) else None


def md5_of(told: object) -> str | None:
    """Return a digest as it is written, None where there is none."""
    md5 = told.lower() if isinstance(told, str) else ""
    return md5 if MD5.fullmatch(md5) else None


def _written(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
