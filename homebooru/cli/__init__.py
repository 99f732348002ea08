"""The commands, each family in a module of its own, loaded when it is asked for."""

from __future__ import annotations

import importlib

import click

FAMILIES = {
    "library": "library",
    "search": "search",
    "post": "search",
    "tags": "tags",
    "sidecars": "outgoing.sidecars",
    "immich": "immich.commands",
    "user": "accounts",
    "key": "accounts",
    "db": "database",
    "export": "transfer",
    "import": "transfer",
    "doctor": "doctor",
    "serve": "running",
    "web": "running",
    "worker": "running",
}
NAMES = {"import": "import_"}  # a word of Python's own


class Families(click.Group):
    """Finds a command in the module of its family."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(FAMILIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in FAMILIES:
            return None
        module = importlib.import_module(f"homebooru.cli.{FAMILIES[cmd_name]}")
        command: click.Command = getattr(module, NAMES.get(cmd_name, cmd_name))
        return command


@click.group(cls=Families)
def main() -> None:
    """A booru for your own pictures."""
