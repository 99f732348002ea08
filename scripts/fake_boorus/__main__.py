"""Serves made-up boorus until it is stopped, and says how to let a gallery ask them."""

from __future__ import annotations

import shlex
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import click

from scripts.fake_boorus.dealing import deal, pictures
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.boorus.e621 import FakeE621
from tests.fakes.boorus.gelbooru import FakeGelbooru
from tests.fakes.boorus.moebooru import FakeMoebooru
from tests.fakes.reverse.saucenao import FakeSauceNao
from tests.fakes.services import FakeService

FAKES = {
    "danbooru": FakeDanbooru,
    "e621": FakeE621,
    "yandere": FakeMoebooru,
    "gelbooru": FakeGelbooru,
    "saucenao": FakeSauceNao,
}
KEYS = {
    "HOMEBOORU_GELBOORU_USER": "4711",
    "HOMEBOORU_GELBOORU_API_KEY": "geheim",
    "HOMEBOORU_SAUCENAO_API_KEY": "geheim",
}


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(1, 65_000), default=5100, show_default=True)
@click.option(
    "--fail", type=click.IntRange(0, 90), default=0, help="Let so many of 100 requests go wrong."
)
def main(folder: Path, port: int, fail: int) -> None:
    """Serve boorus that know the pictures of FOLDER, on this machine alone, until Ctrl-C.

    Which of them knows what, and what it says of it, is made up; the files are only read.
    """
    sites: dict[str, FakeService] = {name: fake() for name, fake in FAKES.items()}
    dealt = deal(pictures(folder), sites)  # type: ignore[arg-type]
    with ExitStack() as leaving:
        for number, (name, site) in enumerate(sites.items()):
            site.port = port + number
            leaving.enter_context(site)
            if fail:
                site.fail_at_random(fail / 100, seed=number)
            click.echo(f"{name:<9} {dealt[name]:>6} pictures, at {site.url}", err=True)
        click.echo(f"{'nobody':<9} {dealt['nobody']:>6} pictures\n", err=True)
        click.echo("In another terminal, before HomeBooru starts there:\n", err=True)
        for variable, value in settings(sites).items():
            click.echo(f"export {variable}={shlex.quote(value)}")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def settings(sites: dict[str, FakeService]) -> dict[str, str]:
    """Return the settings with which a gallery asks these sites and no others."""
    given = {"HOMEBOORU_SOURCES": ",".join(sites), "HOMEBOORU_CONTACT": "me@example.org"}
    for name, site in sites.items():
        given[f"HOMEBOORU_{name.upper()}_URL"] = site.url
        given[f"HOMEBOORU_{name.upper()}_PACE"] = "0.2"
    return given | KEYS


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
