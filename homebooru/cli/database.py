"""The `db` commands: bring up to date, back up, restore, count anew."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from homebooru.cli.checkup.sealed import sealed_elsewhere
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.tags import rebuild_tags
from homebooru.cli.takeover.telling import refuse_others
from homebooru.db.backup import back_up
from homebooru.db.migrating import head_revision
from homebooru.db.restoring import forget, go_back, kept_databases, restore
from homebooru.domain.upkeep.backups import BackupKind, file_name
from homebooru.errors import Conflict
from homebooru.files.takeover.looks import Looks
from homebooru.settings import load_settings
from homebooru.settings.folders import backups_folder
from homebooru.wiring import connect, find_database


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

    Pictures are not in it: they are where they always were. Thumbnails are made again. Keys of
    other services are in it only sealed: the file that opens them (secrets/keys in the data
    directory) is not, so that a backup in wrong hands tells none. Where it is restored without
    that file, they are entered again, and the restore says which.
    """
    with closing(connected()) as deps:
        file = file or backups_folder(deps.settings) / file_name(BackupKind.HAND, datetime.now(UTC))
        if file.exists():
            raise Conflict(f"{file} exists already, and is left as it is.")
        back_up(deps.engine, file)
    click.echo(f"{file} ({file.stat().st_size / 1e6:.1f} MB)")


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@told_clearly
def restore_backup(file: Path) -> None:
    """Go back to the backup FILE. The database as it is now is kept under another name.

    Whoever was logged in logs in again. Of what is no backup it is told what to do with it.
    """
    refuse_others(file, Looks.BACKUP)
    with closing(find_database(load_settings())) as deps:
        kept = restore(deps.engine, file)
        click.echo(f"The backup is in place. The database as it was is kept as {kept}.")
        click.echo(f"To undo this: homebooru db go-back {kept}")
        for lost in sealed_elsewhere(deps):
            click.echo(f"{lost.about}: {lost.text}. {lost.advice}")


@db.command("kept")
@told_clearly
def list_kept() -> None:
    """List the databases that made way for a backup."""
    with closing(find_database(load_settings())) as deps:
        for name in kept_databases(deps.engine):
            click.echo(name)


@db.command("go-back")
@click.argument("name")
@told_clearly
def return_to(name: str) -> None:
    """Let the database NAME come back that made way for a backup; the present one is kept."""
    with closing(find_database(load_settings())) as deps:
        kept = go_back(deps.engine, name)
    click.echo(f"{name} is in place. The database as it was is kept as {kept}.")


@db.command("forget")
@click.argument("name")
@click.confirmation_option(prompt="It is gone for ever then. Remove it?")
@told_clearly
def forget_kept(name: str) -> None:
    """Remove the database NAME that made way for a backup."""
    with closing(find_database(load_settings())) as deps:
        forget(deps.engine, name)
    click.echo(f"{name} is gone.")


db.add_command(rebuild_tags, "rebuild-tags")
