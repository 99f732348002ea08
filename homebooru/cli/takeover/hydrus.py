"""`import hydrus`: a Hydrus client, asked over its Client API, or a folder that it exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.lines import print_lines, printable
from homebooru.cli.takeover.beside import bring_folder
from homebooru.cli.takeover.bringing import bring, taking_over
from homebooru.domain.takeover.hydrus import Wishes, read_namespaces
from homebooru.errors import InvalidInput
from homebooru.files.takeover.arriving import Arrivals
from homebooru.hydrus.client import HydrusClient
from homebooru.hydrus.library import HydrusLibrary
from homebooru.services.takeover.fetching import fetch, missing_here
from homebooru.settings.reading import api_key, web_address
from homebooru.wiring import Deps

MOST_TOLD = 20


@click.command()
@click.argument("where")
@click.option(
    "--search",
    multiple=True,
    metavar="TERM",
    help="Only files that this finds in Hydrus, such as 'system:archive'; several must all fit.",
)
@click.option(
    "--tags-from",
    multiple=True,
    metavar="SERVICE",
    help="A tag service to take tags from, such as 'my tags'; several may be named. All, unless said.",
)
@click.option(
    "--favourites-from",
    metavar="SERVICE",
    help="The like/dislike rating that makes favourites. 'favourites', or the only one.",
)
@click.option(
    "--stars-from",
    metavar="SERVICE",
    help="The numerical rating that gives the stars. The only one, where there is one.",
)
@click.option(
    "--fetch-into",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Fetch pictures that the library does not have into this folder of it.",
)
@taking_over
@told_clearly
def hydrus(
    where: str,
    *,
    search: tuple[str, ...],
    tags_from: tuple[str, ...],
    favourites_from: str | None,
    stars_from: str | None,
    fetch_into: Path | None,
    dry_run: bool,
    wait: bool,
) -> None:
    """Take over what Hydrus knows: WHERE is its Client API, or a folder that it exported.

    The Client API (http://127.0.0.1:45869; switch it on in Hydrus under services) takes an access
    key that may search for and fetch files, from HOMEBOORU_HYDRUS_API_KEY or as you type it. Tags,
    notes, addresses and ratings are kept as what Hydrus says; tags that you deleted from services
    of your own, or petitioned, stay away by your word. Nothing there is changed. Pictures are found
    by their SHA-256, and fetched only where you say --fetch-into. Of an exported FOLDER, which
    becomes a folder of the library, the sidecars are read. It can be done again at any time.
    """
    with closing(connected()) as deps:
        if not where.startswith(("http://", "https://")):
            _bring_export(deps, where, dry_run=dry_run, wait=wait)
            return
        wishes = Wishes(
            search=search,
            tags_from=tags_from,
            favourites_from=favourites_from,
            stars_from=stars_from,
            namespaces=read_namespaces(deps.settings.hydrus_namespaces),
        )
        with closing(_client(deps, where)) as client:
            _Coming(deps, client, fetch_into).bring(wishes, dry_run=dry_run, wait=wait)


def _bring_export(deps: Deps, where: str, *, dry_run: bool, wait: bool) -> None:
    folder = Path(where)
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {where}, and no address begins like that.")
    bring_folder(deps, "hydrus", folder, dry_run=dry_run, wait=wait)


def _client(deps: Deps, where: str) -> HydrusClient:
    key = deps.settings.hydrus_api_key or click.prompt("Access key", hide_input=True, err=True)
    try:
        return HydrusClient(web_address(where), api_key(key.strip()))
    except ValueError as error:
        raise InvalidInput(f"This cannot be asked: {error}.") from None


class _Coming:
    """Takes over a client, and fetches what the library does not have."""

    def __init__(self, deps: Deps, client: HydrusClient, into: Path | None) -> None:
        self._deps = deps
        self._client = client
        self._into = into

    def bring(self, wishes: Wishes, *, dry_run: bool, wait: bool) -> None:
        """Take over what is wished, or only tell what that would be."""
        self._library = HydrusLibrary(self._client, wishes)
        into = None if dry_run else self._made()
        bring(
            self._deps,
            self._library.known(into),
            dry_run=dry_run,
            wait=wait,
            more=self._told,
            arrive=self._arrive,
        )

    def _made(self) -> Path | None:
        """Make the folder for what is fetched, unless it is there."""
        if self._into is None:
            return None
        self._into.mkdir(parents=True, exist_ok=True)
        self._into = self._into.resolve()
        return self._into

    def _told(self) -> Iterator[str]:
        missing = missing_here(self._deps.sessions, self._library.originals)
        size = sum(one.size for one in missing) / 1e6
        yield f"{len(missing):>9}  that only Hydrus has ({size:.1f} MB)"
        if missing and self._into is None:
            yield "           They are not fetched; --fetch-into FOLDER does that."

    def _arrive(self) -> None:
        if self._into is None:
            return
        missing = missing_here(self._deps.sessions, self._library.originals)
        keeper = Arrivals(self._into, self._deps.settings.minimum_free)
        bar = BarProgress("Fetching")
        try:
            fetched = fetch(missing, self._client, keeper, bar)
        finally:
            bar.finish()
        print_lines([f"{fetched.new} fetched, {fetched.before} were there already"])
        failed = list(fetched.failed.items())
        print_lines(printable(f"           {name}: {why}") for name, why in failed[:MOST_TOLD])
