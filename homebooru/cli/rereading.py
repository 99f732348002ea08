"""The command that reads again what sources answered."""

from __future__ import annotations

from contextlib import closing

import click

from homebooru.cli.console import connected, told_clearly
from homebooru.cli.retagging import with_bar
from homebooru.services.lookups.rereading import reread as read_again
from homebooru.sites import SITES


@click.command()
@told_clearly
def reread() -> None:
    """Work out anew what sources said, from the answers that were kept.

    Nobody is asked for what was answered before. Use it after an update that understands answers
    better, or after saying from what likeness on a reverse search counts.
    """
    with closing(connected()) as deps, deps.sources(SITES) as sources:
        number = with_bar(lambda sessions, bar: read_again(sessions, sources, bar), deps.sessions)
    click.echo(f"Answers that were read again: {number}.")
