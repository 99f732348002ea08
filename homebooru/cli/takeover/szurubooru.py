"""`import szurubooru`: over its API, or from a dump of its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import click

from homebooru.cli.console import connected, told_clearly
from homebooru.cli.takeover.bringing import FOLDER, NEW_FOLDER, bring, copies_into, taking_over
from homebooru.cli.takeover.telling import refuse_others
from homebooru.db.backup import newest_client
from homebooru.domain.takeover.known import KnownLibrary
from homebooru.domain.takeover.szurubooru import read_address
from homebooru.errors import InvalidInput
from homebooru.files.takeover.looks import Looks
from homebooru.files.takeover.pgdump import open_dump
from homebooru.files.takeover.szurubooru.api import Login, open_api, service_at
from homebooru.files.takeover.szurubooru.dump import open_database, pictures_in
from homebooru.http.patient import PatientClient
from homebooru.wiring import Deps


@click.command(short_help="A szurubooru: its address, or a dump.")
@click.argument("source")
@click.option("--user", help="Your name there: whose favourites come along.")
@click.option(
    "--token",
    envvar="SZURUBOORU_TOKEN",
    help="A token from your account's page there, if visitors may not see all. Better said in the "
    "environment, as SZURUBOORU_TOKEN.",
)
@click.option(
    "--pictures", type=FOLDER, help="Its data folder, with the pictures; they stay there."
)
@click.option(
    "--copy-to",
    type=NEW_FOLDER,
    help="Fetch the pictures that you do not have into this folder.",
)
@taking_over
@told_clearly
def szurubooru(
    source: str,
    *,
    user: str | None,
    token: str | None,
    pictures: Path | None,
    copy_to: Path | None,
    dry_run: bool,
    wait: bool,
) -> None:
    """Take over a szurubooru from SOURCE: its address, or a file that pg_dump made.

    Tags with their categories, other names and implications, ratings, sources, notes, pools,
    relations and your favourites come along. Pictures that you have are known by their digests,
    wherever they lie; others wait until they come. Nothing there is changed. It can be done again
    at any time: only what is new is taken over, and what you do here goes before.
    """
    is_served = "://" in source
    if is_served and pictures:
        raise InvalidInput("--pictures goes with a dump. To fetch pictures, say --copy-to FOLDER.")
    if not is_served and copy_to:
        raise InvalidInput("--copy-to goes with an address. Of a dump, say --pictures FOLDER.")
    with closing(connected()) as deps:
        if is_served:
            opened = _served(deps, source, user, token, None if dry_run else copy_to)
        else:
            opened = _dumped(Path(source), user, pictures)
        with opened as library:
            bring(deps, library, dry_run=dry_run, wait=wait)


@contextmanager
def _served(
    deps: Deps, address: str, user: str | None, token: str | None, copy_to: Path | None
) -> Iterator[KnownLibrary]:
    if (user is None) != (token is None):
        raise InvalidInput("A token goes with the name of its user: say both, or neither.")
    root = read_address(address)
    login = Login(user, token) if user and token else None
    copies = None if copy_to is None else copies_into(deps, copy_to)
    with open_api(PatientClient(service_at(root, login)), root, copies) as library:
        yield library


@contextmanager
def _dumped(file: Path, user: str | None, data: Path | None) -> Iterator[KnownLibrary]:
    refuse_others(file, Looks.SZURUBOORU, Looks.DUMP)
    if not file.is_file():
        raise InvalidInput(f"{file} is neither an address (https://…) nor a file.")
    posts = None if data is None else pictures_in(data)
    restorer = partial(newest_client, "pg_restore")
    with open_dump(file, restorer) as lines, open_database(lines, user, posts) as library:
        yield library
