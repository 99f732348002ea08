"""`import gallery-dl`, and what takes over any folder whose pictures have files beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.console import connected, told_clearly
from homebooru.cli.takeover.bringing import bring, taking_over
from homebooru.cli.takeover.telling import refuse_others
from homebooru.files.takeover.beside import FolderOfPictures
from homebooru.files.takeover.looks import Looks
from homebooru.files.words import Hearing
from homebooru.services.takeover.beside import as_known
from homebooru.sites import SITES
from homebooru.wiring import Deps

WHAT = "pictures of which more is known than what is read beside them"
VOICES = {
    "gallery-dl": "with metadata of gallery-dl's beside them",
    "text": "with tags, addresses or notes beside them, as text or as Hydrus' JSON",
    "xmp": "with XMP beside them",
}


def bring_folder(deps: Deps, origin: str, folder: Path, *, dry_run: bool, wait: bool) -> None:
    """Make a folder a part of the library, with what lies beside its pictures."""
    refuse_others(folder, Looks.FOLDER, Looks.OLDER)
    hearing = Hearing(deps.settings.foreign_tags, None)
    there = FolderOfPictures(folder.resolve(), deps.walker, hearing)
    with deps.sources(SITES) as sources:
        library = as_known(
            origin, there.folder, there.read(), {source.name: source for source in sources}
        )
        bring(deps, library, dry_run=dry_run, wait=wait, what=WHAT, first=lambda: _told(there))


def _told(there: FolderOfPictures) -> Iterator[str]:
    yield f"{there.pictures} pictures lie there"
    for voice, number in there.voices.most_common():
        yield f"{number:>9}  {VOICES[voice]}"
    if there.silent:
        yield f"{there.silent:>9}  with nothing beside them"


@click.command("gallery-dl", short_help="A folder that gallery-dl filled.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@taking_over
@told_clearly
def gallery_dl(folder: Path, *, dry_run: bool, wait: bool) -> None:
    """Take over a FOLDER that gallery-dl filled, with what it wrote beside the pictures.

    FOLDER becomes a folder of the library, and nothing in it is written to. Metadata
    (--write-metadata) and tags (--write-tags) are read beside each picture, now and whenever they
    change. Where the metadata holds all that Danbooru, e621, Gelbooru or yande.re tell of a
    picture, it is kept as their answer, and they are not asked again. The info.json of a gallery
    speaks of those pictures in its folder that have no metadata of their own. It can be done again
    at any time.
    """
    with closing(connected()) as deps:
        bring_folder(deps, "gallery-dl", folder, dry_run=dry_run, wait=wait)
