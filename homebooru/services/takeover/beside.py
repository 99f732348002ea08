"""Understands what gallery-dl left beside pictures, where it tells more than words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from homebooru.domain.said import Said
from homebooru.domain.takeover.answers import Beside
from homebooru.domain.takeover.known import Heard, KnownLibrary, KnownPicture
from homebooru.errors import Unreadable
from homebooru.ports import Source
from homebooru.services.takeover.reading import answered

GALLERY = "gallery"
"""The voice of what is said of all pictures of a gallery."""


def as_known(
    origin: str,
    folder: Path,
    found: Iterable[Beside | Unreadable],
    sources: Mapping[str, Source],
) -> KnownLibrary:
    """Return what is taken over of a folder as every program's is told."""
    return KnownLibrary(
        origin=origin, number=None, folder=folder, pictures=_understood(found, sources)
    )


def _understood(
    found: Iterable[Beside | Unreadable], sources: Mapping[str, Source]
) -> Iterator[KnownPicture | Unreadable]:
    for one in found:
        if isinstance(one, Unreadable):
            yield one
        elif heard := tuple(_heard(one, sources)):
            yield KnownPicture(
                name=one.path, written_at=one.written_at, digest=one.digest, heard=heard
            )


def _heard(one: Beside, sources: Mapping[str, Source]) -> Iterator[Heard]:
    """Yield what a booru had answered, where that makes sense, and what is said of a gallery."""
    if one.site is not None and one.answer is not None:
        yield from answered(sources[one.site], one.answer)
    if one.gallery is not None and one.gallery != Said():
        yield Heard(source=GALLERY, said=one.gallery)
