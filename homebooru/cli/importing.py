"""`import homebooru`: what another program knew of pictures is taken over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.library import work
from homebooru.cli.lines import print_lines, printable
from homebooru.domain.takeover.remembered import IMPORT
from homebooru.errors import InLibraryAlready
from homebooru.files.takeover.opening import open_older
from homebooru.services.library import roots
from homebooru.services.takeover.staging import Seen, look, stage
from homebooru.sites import SITES, TAGGERS
from homebooru.wiring import Deps

COUNTS = {
    "edited": "that a person edited",
    "added": "tags that they added",
    "removed": "tags that they took away",
    "favourites": "favourites",
    "pools": "pools",
    "implications": "implications",
    "nowhere": "that nobody knew",
    "lost": "of which the file is not there, left out",
    "wrong": "things that could not be read",
}

KNOWN_TO = {
    **{site.name: f"known to {site.label}" for site in SITES.values()},
    **{name: f"looked at by {label}" for name, label in TAGGERS.items()},
    IMPORT: "with tags of which it is not known who said them",
}
LATER = "The pictures are being read, if HomeBooru runs; each has its tags as soon as it is."


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what there is to take over.")
@click.option("--wait", is_flag=True, help="Do the work now, and come back when it is done.")
@told_clearly
def homebooru(folder: Path, *, dry_run: bool, wait: bool) -> None:
    """Take over a file-based HomeBooru, or the SQLite program after it, from its FOLDER.

    Its pictures stay where they are, and nothing in FOLDER is written to. What boorus, SauceNAO
    and CamieTagger had answered is kept, so that nobody is asked again; what you had edited is
    your word here too. It can be done again at any time: what you do here since goes before.
    """
    with closing(connected()) as deps, open_older(folder) as library, deps.sources(SITES) as open_:
        sources = {source.name: source for source in open_}
        bar = BarProgress("Pictures")
        try:
            is_inside = _is_inside(deps, library.folder)
            if dry_run:
                seen = look(library, sources, bar)
            else:
                seen = stage(deps.sessions, library, sources, bar)
        finally:
            bar.finish()
        print_lines(_lines(seen, dry_run=dry_run))
        if not dry_run:
            if is_inside:
                roots.request_scan(deps.sessions)
            else:
                roots.add_root(deps.sessions, library.folder)
            if wait:
                work(deps)
            else:
                click.echo(LATER)


def _is_inside(deps: Deps, folder: Path) -> bool:
    """Tell whether the pictures lie in a folder of the library; raises where they never can."""
    try:
        roots.check_root(deps.sessions, folder, never=deps.settings.data)
    except InLibraryAlready:
        return True
    return False


def _lines(seen: Seen, *, dry_run: bool) -> Iterator[str]:
    yield f"{seen.pictures} pictures" + (", nothing written" if dry_run else "")
    for source, number in seen.answers.most_common():
        yield f"{number:>9}  {KNOWN_TO.get(source, source)}"
    for field, words in COUNTS.items():
        if number := getattr(seen, field):
            yield f"{number:>9}  {words}"
    yield from (f"           {printable(mistake)}" for mistake in seen.mistakes)
