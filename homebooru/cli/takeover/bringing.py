"""What taking over another program is like, whichever it is: options, progress, what is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.library import work
from homebooru.cli.lines import print_lines, printable
from homebooru.domain.takeover.hydrus import HYDRUS
from homebooru.domain.takeover.known import KnownLibrary
from homebooru.errors import InLibraryAlready
from homebooru.files.takeover.copies import Copies
from homebooru.services.library import roots
from homebooru.services.takeover.beside import GALLERY
from homebooru.services.takeover.reading import IMPORT
from homebooru.services.takeover.staging import Seen, here, look, stage
from homebooru.sites import SITES, TAGGERS
from homebooru.wiring import Deps

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
Command = TypeVar("Command", bound=Callable[..., Any])

COUNTS = {
    "here": "that are in the library",
    "same": "of which nothing is new since the last time",
    "edited": "that a person edited",
    "added": "tags that they added",
    "removed": "tags that they took away",
    "favourites": "favourites",
    "pools": "pools",
    "aliases": "tags that mean another one",
    "implications": "implications",
    "kept": "of these that go against what is said here, left out",
    "nowhere": "that nobody knew",
    "lost": "of which the file is not there, left out",
    "wrong": "things that could not be read",
}

KNOWN_TO = {
    **{site.name: f"known to {site.label}" for site in SITES.values()},
    **{name: f"looked at by {label}" for name, label in TAGGERS.items()},
    GALLERY: "of a gallery that is described as a whole",
    HYDRUS: "of which Hydrus says something",
    IMPORT: "with tags of which it is not known who said them",
}
LATER = "The pictures are being read, if HomeBooru runs; each has its tags as soon as it is."


def taking_over(command: Command) -> Command:
    """Give a command the options that all of them have: --dry-run and --wait."""
    command = click.option(
        "--wait", is_flag=True, help="Do the work now, and come back when it is done."
    )(command)
    return click.option("--dry-run", is_flag=True, help="Only tell what there is to take over.")(
        command
    )


def bring(
    deps: Deps,
    library: KnownLibrary,
    *,
    dry_run: bool,
    wait: bool,
    what: str = "pictures",
    first: Callable[[], Iterable[str]] = tuple,
    more: Callable[[], Iterable[str]] = tuple,
    arrive: Callable[[], object] = lambda: None,
) -> None:
    """Take over what another program knew, or only tell what that would be.

    `what` those pictures are called, `first` and `more` there is to tell of them once they were
    read, and `arrive` what happens before the library looks for pictures.
    """
    bar = BarProgress("Pictures")
    try:
        is_inside = library.folder is None or _is_inside(deps, library.folder)
        seen = (look if dry_run else stage)(deps.sessions, library, bar)
    finally:
        bar.finish()
    print_lines([*first(), *_lines(seen, what, dry_run=dry_run), *more()])
    if dry_run:
        return
    arrive()
    if library.folder is not None and not is_inside:
        roots.add_root(deps.sessions, library.folder)
    else:
        roots.request_scan(deps.sessions)
    if wait:
        work(deps)
    else:
        click.echo(LATER)


def copies_into(deps: Deps, folder: Path) -> Copies:
    """Return where pictures are put that are not in the library; the folder is made."""
    copies = Copies(folder, deps.settings.minimum_free, partial(here, deps.sessions))
    copies.prepare()
    return copies


def _is_inside(deps: Deps, folder: Path) -> bool:
    """Tell whether the pictures lie in a folder of the library; raises where they never can."""
    try:
        roots.check_root(deps.sessions, folder, never=deps.settings.data)
    except InLibraryAlready:
        return True
    return False


def _lines(seen: Seen, what: str, *, dry_run: bool) -> Iterator[str]:
    yield f"{seen.pictures} {what}" + (", nothing written" if dry_run else "")
    for source, number in seen.answers.most_common():
        yield f"{number:>9}  {KNOWN_TO.get(source, f'known to {source}')}"
    for field, words in COUNTS.items():
        if number := getattr(seen, field):
            yield f"{number:>9}  {words}"
    yield from (f"           {printable(mistake)}" for mistake in seen.mistakes)
