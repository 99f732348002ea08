"""The commands."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """A booru for your own pictures."""
