"""`import hydrus`: a Hydrus client, asked over its Client API, or a folder that it exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.cli.takeover.beside import bring_folder
from homebooru.cli.takeover.bringing import bring, copies_into, taking_over
from homebooru.domain.takeover.hydrus import HYDRUS, Wishes, read_namespaces
from homebooru.errors import InvalidInput
from homebooru.files.takeover.hydrus.client import LIMITS, HydrusClient, server_at
from homebooru.files.takeover.hydrus.library import HydrusLibrary, Original
from homebooru.http.patient import PatientClient
from homebooru.services.takeover.staging import here
from homebooru.settings.reading import api_key, web_address
from homebooru.wiring import Deps

MOST_TOLD = 20
AT_ONCE = 5000  # pictures that are looked for among the posts


@click.command(short_help="A Hydrus client: its address, or an export.")
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
    "--copy-to",
    type=click.Path(file_okay=False, path_type=Path),
    help="Fetch the pictures that you do not have into this folder.",
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
    copy_to: Path | None,
    dry_run: bool,
    wait: bool,
) -> None:
    """Take over what Hydrus knows: WHERE is its Client API, or a folder that it exported.

    The Client API (http://127.0.0.1:45869; switch it on in Hydrus under services) takes an access
    key that may search for and fetch files, from HOMEBOORU_HYDRUS_API_KEY or as you type it. Tags,
    notes, addresses and ratings are kept as what Hydrus says; tags that you deleted from services
    of your own, or petitioned, stay away by your word. Nothing there is changed. Pictures are found
    by their SHA-256, and fetched only where you say --copy-to. Of an exported FOLDER, which
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
            library = HydrusLibrary(HydrusClient(client), wishes)
            _Coming(deps, library, None if dry_run else copy_to).bring(dry_run=dry_run, wait=wait)


def _bring_export(deps: Deps, where: str, *, dry_run: bool, wait: bool) -> None:
    folder = Path(where)
    if not folder.is_dir():
        raise InvalidInput(f"{where} is neither an address (http://…) nor a folder.")
    bring_folder(deps, HYDRUS, folder, dry_run=dry_run, wait=wait)


def _client(deps: Deps, where: str) -> PatientClient:
    key = deps.settings.hydrus_api_key or click.prompt("Access key", hide_input=True, err=True)
    try:
        server = server_at(web_address(where), api_key(key.strip()))
    except ValueError as error:
        raise InvalidInput(f"This cannot be asked: {error}.") from None
    with closing(PatientClient(server, again=())) as hasty:  # a wrong address is told at once
        HydrusClient(hasty).check()
    return PatientClient(server, limits=LIMITS)


class _Coming:
    """Takes over a client, and then fetches what the library does not have."""

    def __init__(self, deps: Deps, library: HydrusLibrary, into: Path | None) -> None:
        self._deps = deps
        self._library = library
        self._copies = None if into is None else copies_into(deps, into)

    def bring(self, *, dry_run: bool, wait: bool) -> None:
        """Take over what it knows, or only tell what that would be."""
        known = self._library.known(None if self._copies is None else self._copies.folder)
        bring(
            self._deps,
            known,
            dry_run=dry_run,
            wait=wait,
            more=self._told,
            arrive=self._arrive,
        )

    def _missing(self) -> list[Original]:
        """Return what there is no post of: what was thrown away here is not fetched again."""
        originals, missing = self._library.originals, []
        for start in range(0, len(originals), AT_ONCE):
            some = originals[start : start + AT_ONCE]
            there = here(self._deps.sessions, [one.sha256 for one in some])
            missing += [one for one in some if one.sha256 not in there]
        return missing

    def _told(self) -> Iterator[str]:
        missing = self._missing()
        size = sum(one.size for one in missing) / 1e6
        yield f"{len(missing):>9}  that only Hydrus has ({size:.1f} MB)"
        if missing and self._copies is None:
            yield "           They wait for their pictures; --copy-to FOLDER fetches these."

    def _arrive(self) -> None:
        if self._copies is None:
            return
        bar = BarProgress("Fetching")
        try:
            fetched = self._library.fetch(self._missing(), self._copies, bar)
        finally:
            bar.finish()
        told = [f"{fetched.new} fetched, {fetched.before} were there already"]
        told += [f"           {one}" for one in fetched.failed[:MOST_TOLD]]
        print_lines(told)
