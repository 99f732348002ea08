"""The `immich` commands: for whom it is asked, and what their keys allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, fail, print_json, told_clearly
from homebooru.cli.immich.mirrored import Mirrored
from homebooru.cli.immich.pushing import push, told
from homebooru.cli.lines import print_lines
from homebooru.errors import RemoteError
from homebooru.services.immich import connecting
from homebooru.services.immich.connecting import ImmichUserState
from homebooru.services.immich.household import foretell_all, mirror_all
from homebooru.services.outgoing import steering
from homebooru.services.outgoing.telling import state_told
from homebooru.wiring import Deps


@click.group()
def immich() -> None:
    """Bring the household's Immich here, and what is curated here there."""


immich.add_command(push)


@immich.command()
@click.option("--dry-run", is_flag=True, help="Only tell how many assets would be read.")
@click.option("--census", is_flag=True, help="Also count all assets anew.")
@told_clearly
def sync(*, dry_run: bool, census: bool) -> None:
    """Bring the mirror of Immich up to date, and fetch the thumbnails that are missing."""
    progress = BarProgress("Immich")
    with closing(connected()) as deps:
        try:
            said = _foretold(deps, progress) if dry_run else _sync(deps, progress, census=census)
        finally:
            progress.finish()
        click.echo(said)
        failing = [user for user in connecting.users(deps.sessions) if user.reason]
        if failing:
            fail("; ".join(f"{user.name}: {user.reason}" for user in failing))


def _foretold(deps: Deps, progress: BarProgress) -> str:
    wanted = foretell_all(deps.sessions, deps.immich, deps.household, progress)
    return f"Assets that would be read: {wanted}."


def _sync(deps: Deps, progress: BarProgress, *, census: bool) -> str:
    from homebooru.jobs.inline import run_due  # noqa: PLC0415 (decoders are slow to load)

    said = mirror_all(deps.sessions, deps.immich, deps.household, progress, census=census)
    run_due(deps, progress)
    return said or "Nothing is new in Immich."


@immich.command()
@click.option("--check", is_flag=True, help="Ask Immich anew what the keys allow.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@told_clearly
def status(*, check: bool, as_json: bool) -> None:
    """Tell where Immich is, for whom it is asked, how far it is mirrored, and what goes there."""
    with closing(connected()) as deps:
        address = deps.immich_address
        if check and address is not None:
            _check(deps)
        users = connecting.users(deps.sessions)
        pushing = steering.push_state(deps.sessions)
        mirrored = Mirrored.read(deps.sessions)
    if as_json:
        spelled = [_spelled(user) for user in users]
        state = {"address": address, "users": spelled, "push": state_told(pushing)}
        print_json(state | mirrored.spelled())
        return
    print_lines([*_lines(address, users, mirrored), *told(pushing)])


def _check(deps: Deps) -> None:
    """Ask for each user; what fails is kept with them."""
    with deps.immich():
        pass  # a key in the settings that is new is met
    given = deps.settings.immich_api_key
    for user in connecting.users(deps.sessions):
        try:
            connecting.check_again(
                deps.sessions, deps.key_ring, given, user.owner_id, deps.ask_immich
            )
        except RemoteError as error:
            connecting.note_failure(deps.sessions, user.owner_id, error)


def _spelled(user: ImmichUserState) -> dict[str, Any]:
    told = asdict(user)
    return told | {"owner_id": str(user.owner_id), "checked_at": user.checked_at.isoformat()}


def _lines(address: str | None, users: list[ImmichUserState], mirrored: Mirrored) -> Iterator[str]:
    if address is None:
        yield "No Immich yet. Enter it on the page /immich, or set HOMEBOORU_IMMICH_URL."
        return
    yield f"Immich at {address}"
    if not users:
        yield "  nobody's pictures are asked for yet: enter an API key on the page /immich"
    for user in users:
        asked = ", ".join(user.visibilities) or "nothing"
        yield f"  {user.name}: version {user.version}; asked for: {asked}"
        if user.reason:
            yield f"    fails: {user.reason}"
        yield from mirrored.lines(user.owner_id)
        for name, why in user.lacks.items():
            yield f"    the key lacks {name}, {why}"
        if user.cannot_write:
            yield f"    nothing can be written: the key lacks {', '.join(user.cannot_write)}"
