"""`import homebooru`: a file-based HomeBooru, or the SQLite program after it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.console import connected, told_clearly
from homebooru.cli.takeover.bringing import bring, taking_over
from homebooru.cli.takeover.telling import refuse_others
from homebooru.files.takeover.looks import Looks
from homebooru.files.takeover.opening import open_older
from homebooru.services.takeover.reading import as_known
from homebooru.sites import SITES


@click.command(short_help="A file-based HomeBooru, or its SQLite heir.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@taking_over
@told_clearly
def homebooru(folder: Path, *, dry_run: bool, wait: bool) -> None:
    """Take over a file-based HomeBooru, or the SQLite program after it, from its FOLDER.

    Its pictures stay where they are, and nothing in FOLDER is written to. What boorus, SauceNAO
    and CamieTagger had answered is kept, so that nobody is asked again; what you had edited is
    your word here too. It can be done again at any time: what you do here since goes before.
    """
    refuse_others(folder, Looks.OLDER, Looks.FOLDER)
    with closing(connected()) as deps, open_older(folder) as old, deps.sources(SITES) as sources:
        library = as_known(old, {source.name: source for source in sources})
        bring(deps, library, dry_run=dry_run, wait=wait)
