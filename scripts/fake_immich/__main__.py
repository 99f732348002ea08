"""Serves a made-up Immich until it is stopped, and says how to let a gallery ask it."""

from __future__ import annotations

import shlex
import signal
import sys
from pathlib import Path

import click

from scripts.fake_immich.filling import LIBRARY, fill
from tests.fakes.immich import FakeImmich
from tests.fakes.immich.faults import broken


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--port", type=click.IntRange(1, 65_535), default=5180, show_default=True)
@click.option("--version", "major", type=click.Choice(["2", "3"]), default="3", show_default=True)
@click.option("--writable", is_flag=True, help="Let it write sidecars beside the pictures.")
@click.option("--drop", type=click.IntRange(0), default=0, help="Drop one new tag in so many.")
@click.option("--wipe", is_flag=True, help="Lose all tags whenever metadata are read.")
@click.option("--delay", type=click.IntRange(0, 10_000), default=20, show_default=True,
              help="Milliseconds that a call takes.")  # fmt: skip
@click.option("--fail", type=click.IntRange(0), default=0, help="Let one request in so many fail.")
def main(
    *,
    folder: Path,
    port: int,
    major: str,
    drop: int,
    delay: int,
    fail: int,
    writable: bool,
    wipe: bool,
) -> None:
    """Serve an Immich that has the pictures of FOLDER, on this machine alone, until Ctrl-C.

    Two of three lie in an external library, which is FOLDER itself; the others were uploaded.
    What they are tagged, and in which albums they are, is made up.
    """
    server = FakeImmich(int(major))
    server.port = port
    fill(server, folder.resolve(), writable=writable)
    faults, server.world.jobs.polls = server.faults, 3
    faults.drops_every, faults.wipes = drop, wipe
    faults.delays = {"search/metadata": delay * 2.5 / 1000, "": delay / 1000}
    if fail:
        faults.fail("", broken(), every=fail)
    with server:
        click.echo(f"{len(server.world.assets)} assets, at {server.url}\n", err=True)
        click.echo("In another terminal, before HomeBooru starts there:\n", err=True)
        for variable, value in settings(server, folder.resolve()).items():
            click.echo(f"export {variable}={shlex.quote(value)}")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def settings(server: FakeImmich, folder: Path) -> dict[str, str]:
    """Return the settings with which a gallery asks this server."""
    return {
        "HOMEBOORU_IMMICH_URL": server.url,
        "HOMEBOORU_IMMICH_API_KEY": server.key.text,
        "HOMEBOORU_IMMICH_PATH_MAP": f"{LIBRARY}={folder}",
    }


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
