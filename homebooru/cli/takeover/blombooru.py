"""`import blombooru`: a full backup."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.console import connected, told_clearly
from homebooru.cli.takeover.bringing import FOLDER, NEW_FOLDER, bring, copies_into, taking_over
from homebooru.cli.takeover.telling import refuse_others
from homebooru.errors import InvalidInput
from homebooru.files.takeover.blombooru import open_backup
from homebooru.files.takeover.looks import Looks


@click.command(short_help="A blombooru: the ZIP of a full backup.")
@click.argument("backup", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--pictures", type=FOLDER, help="Its media/original, if you have that; it stays.")
@click.option(
    "--copy-to",
    type=NEW_FOLDER,
    help="Put the pictures of the backup that you do not have into this folder.",
)
@taking_over
@told_clearly
def blombooru(
    backup: Path, *, pictures: Path | None, copy_to: Path | None, dry_run: bool, wait: bool
) -> None:
    """Take over a blombooru from BACKUP, the ZIP of a full backup.

    Tags with their categories, other names and implications, ratings, sources, descriptions,
    albums (as pools) and parents come along. Pictures that you have are known by their digests,
    wherever they lie; others wait until they come. BACKUP is only read, and one that is damaged,
    cut short or newer than is known here changes nothing. It can be done again at any time: only
    what is new is taken over, and what you do here goes before.
    """
    refuse_others(backup, Looks.BLOMBOORU, Looks.ARCHIVE)
    if pictures and copy_to:
        raise InvalidInput("Say --pictures or --copy-to: pictures lie in one place.")
    with closing(connected()) as deps:
        copies = None if dry_run or copy_to is None else copies_into(deps, copy_to)
        with open_backup(backup, pictures, copies) as library:
            bring(deps, library, dry_run=dry_run, wait=wait)
