"""The `db` commands: bring up to date, back up, restore, count anew."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from homebooru.cli.console import connected, told_clearly
from homebooru.cli.tags import rebuild_tags
from homebooru.db.backup import back_up
from homebooru.db.migrating import head_revision
from homebooru.db.restoring import restore
from homebooru.errors import Conflict
from homebooru.settings import load_settings
from homebooru.wiring import backups_folder, connect, find_database


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
@click.option("--no-backup", is_flag=True, help="Make no backup first: you have one.")
@told_clearly
def upgrade_database(*, no_backup: bool) -> None:
    """Bring the database up to date; every start does this too."""
    connect(load_settings(), backup=not no_backup).close()
    click.echo(f"The database is up to date (revision {head_revision()}).")


@db.command("run")
@told_clearly
def run_database() -> None:
    """Run the embedded database, until SIGTERM, for a machine whose services share it.

    Nobody needs it otherwise: whoever comes first starts the database, and the last one stops it.
    """
    from homebooru.cli.serve.keeping import keep_database  # noqa: PLC0415 (gunicorn is slow to load)

    keep_database(load_settings())


@db.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@told_clearly
def make_backup(file: Path | None) -> None:
    """Write everything the database knows to FILE, by default into the data directory.

    Pictures are not in it: they are where they always were. Thumbnails are made again.
    """
    with closing(connected()) as deps:
        now = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
        file = file or backups_folder(deps.settings) / f"homebooru-{now}.dump"
        if file.exists():
            raise Conflict(f"{file} exists already, and is left as it is.")
        back_up(deps.engine, file)
    click.echo(f"{file} ({file.stat().st_size / 1e6:.1f} MB)")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@told_clearly
def restore_backup(file: Path) -> None:
    """Go back to the backup FILE. The database as it is now is kept under another name."""
    with closing(find_database(load_settings())) as deps:
        kept = restore(deps.engine, file)
    click.echo(f"The backup is in place. The database as it was is kept as {kept}.")


db.add_command(rebuild_tags, "rebuild-tags")
