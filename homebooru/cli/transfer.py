"""The commands `export` and `import`: a library in an open format, out and in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.takeover.beside import gallery_dl
from homebooru.cli.takeover.blombooru import blombooru
from homebooru.cli.takeover.homebooru import homebooru
from homebooru.cli.takeover.hydrus import hydrus
from homebooru.cli.takeover.szurubooru import szurubooru
from homebooru.cli.takeover.telling import refuse_others
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.transfer.reading import read_lines
from homebooru.domain.transfer.shapes import Line
from homebooru.errors import Conflict, InvalidInput
from homebooru.files.takeover.looks import Looks
from homebooru.files.transfer.lines import read_raw_lines, spelled_lines, write_lines
from homebooru.services.transfer.exporting import export as read_library
from homebooru.services.transfer.importing import import_lines

TOLD = {
    "posts": "posts",
    "new_posts": "of them not here before; their pictures are known once they lie in a folder",
    "words": "words of people taken up",
    "older_words": "words of people that somebody changed later here, left as they are here",
    "claims": "answers of sources and files taken up",
    "records": "questions that need not be asked again",
    "edits": "lines of the history",
    "left_out": "posts that only an Immich knows, left out",
}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@told_clearly
def export(file: Path) -> None:
    """Write all that is known to FILE, as lines of JSON (packed where it ends in .gz; - prints it).

    Pictures, passwords and keys are not in it. docs/export.md tells what each line holds.
    """
    progress = BarProgress("export")
    with closing(connected()) as deps:
        lines = read_library(deps.sessions, progress)
        if str(file) == "-":
            for raw in spelled_lines(lines):
                sys.stdout.buffer.write(raw)
            sys.stdout.buffer.flush()
            return
        if file.exists():
            raise Conflict(f"{file} exists already, and is left as it is.")
        size = write_lines(file, lines)
        progress.finish()
    click.echo(f"{file} ({size / 1e6:.1f} MB)")


class Sources(click.Group):
    """Takes what is not the name of another program for the file of an export."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["export", *args]
        return super().resolve_command(ctx, args)


@click.group("import", cls=Sources, short_help="Bring what was known elsewhere.")
def import_() -> None:
    """Take up what was known elsewhere, by another program or another HomeBooru.

    homebooru import PROGRAM --help tells how. homebooru import FILE takes an export of another
    HomeBooru, and says of any other file or folder which of these takes it.
    """


@import_.command("export", short_help="An export of another HomeBooru.")
@click.argument("file", type=click.Path(path_type=Path))
@told_clearly
def import_export(file: Path) -> None:
    """Take up FILE, which `homebooru export` wrote.

    All of it is looked at before anything changes. What somebody decided later here stays as it
    is, and the same file a second time changes nothing. What people say by it is one batch of the
    history, and can be taken back there.
    """
    if not file.exists():
        programs = ", ".join(name for name in import_.commands if name != "export")
        raise InvalidInput(f"There is no file {file}, and no such program. Known are {programs}.")
    refuse_others(file, Looks.EXPORT)
    count = sum(1 for _ in _followed("look", read_lines(read_raw_lines(file))))
    progress = BarProgress("import")
    progress.expect(count)
    with closing(connected()) as deps:
        by = Hand(via=Via.IMPORT, reason=file.name)
        lines = read_lines(read_raw_lines(file))
        merged = asdict(import_lines(deps.sessions, lines, progress, by))
    progress.finish()
    for name, told in TOLD.items():
        if merged[name]:
            click.echo(f"{merged[name]} {told}")


for program in (homebooru, szurubooru, blombooru, hydrus, gallery_dl):
    import_.add_command(program)


def _followed(label: str, lines: Iterator[Line]) -> Iterator[Line]:
    progress = BarProgress(label)
    for line in lines:
        progress.advance()
        yield line
    progress.finish()
