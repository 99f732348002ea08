"""The `sidecars` commands: where tags are written beside pictures, what, and back again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from typing import Any

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, print_json, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.db.queue import at_work
from homebooru.domain.intake import RootView
from homebooru.domain.outgoing.profile import profile_settings
from homebooru.domain.outgoing.sidecars import RootSidecars
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import InvalidInput
from homebooru.services.library import roots
from homebooru.services.outgoing import allowing, showing
from homebooru.services.outgoing.choosing import current_profile
from homebooru.services.outgoing.writing import write_due
from homebooru.services.working import rescue
from homebooru.wiring import Deps

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only tell what would be done.")


@click.group()
def sidecars() -> None:
    """Write tags beside pictures, for other programs to read. Off until a folder allows it."""


@sidecars.command()
@AS_JSON
@told_clearly
def status(*, as_json: bool) -> None:
    """Tell for each folder what is written, what waits, and what could not be written."""
    with closing(connected()) as deps:
        views, states = roots.list_roots(deps.sessions), showing.sidecars_by_root(deps.sessions)
    if as_json:
        told = [
            {"id": v.id, "path": v.path, "sidecars": v.sidecars, "read_only": v.read_only}
            | asdict(states.get(v.id, RootSidecars()))
            for v in views
        ]
        print_json({"roots": told})
        return
    lines = [line for view in views for line in _lines(view, states.get(view.id, RootSidecars()))]
    print_lines(lines or ["No folder yet. Add one: homebooru library add FOLDER"])


@sidecars.command()
@click.argument("folder")
@told_clearly
def allow(folder: str) -> None:
    """Let tags be written beside the pictures of FOLDER (its path, name or number) from now on."""
    with closing(connected()) as deps:
        root = roots.find_root(deps.sessions, folder)
        ordered = allowing.allow(deps.sessions, root.id)
    click.echo(f"{root.path}: tags are written beside its pictures. To be looked at: {ordered}.")


@sidecars.command()
@click.argument("folder")
@told_clearly
def forbid(folder: str) -> None:
    """Write no more beside the pictures of FOLDER. What was written stays; see `undo`."""
    with closing(connected()) as deps:
        root = roots.find_root(deps.sessions, folder)
        allowing.forbid(deps.sessions, root.id)
    click.echo(f"{root.path}: nothing is written beside its pictures any more.")


@sidecars.command()
@click.argument("folder", required=False)
@DRY_RUN
@click.option("--again", is_flag=True, help="Also what other programs took out.")
@told_clearly
def write(folder: str | None, *, dry_run: bool, again: bool) -> None:
    """Write what is due now, in FOLDER or in all that allow it."""
    with closing(connected()) as deps:
        chosen = _chosen(deps, folder)
        if dry_run:
            for root in chosen:
                print_lines(_foretold(deps, root))
            return
        for root in chosen:
            allowing.write_all(deps.sessions, root.id)
            if again:
                allowing.write_again(deps.sessions, root.id)
        click.echo(f"Sidecars written: {_work(deps)}.")
        _tell_failures(deps, chosen)


@sidecars.command()
@click.argument("folder")
@DRY_RUN
@told_clearly
def undo(folder: str, *, dry_run: bool) -> None:
    """Take back all that was ever written beside the pictures of FOLDER, and write no more."""
    with closing(connected()) as deps:
        root = roots.find_root(deps.sessions, folder)
        if dry_run:
            state = showing.sidecars_by_root(deps.sessions).get(root.id, RootSidecars())
            click.echo(f"{root.path}: sidecars with something of ours: {state.written}.")
            return
        allowing.undo(deps.sessions, root.id)
        click.echo(f"Sidecars without us again: {_work(deps)}.")
        _tell_failures(deps, [root])


@sidecars.command()
@click.argument("settings", nargs=-1, metavar="[NAME=VALUE]...")
@told_clearly
def profile(settings: tuple[str, ...]) -> None:
    """Show what goes into sidecars, or change it: boorus=true root=tags categories=artist,character."""
    with closing(connected()) as deps:
        wanted = dict(map(_setting, settings))
        kept = (
            allowing.change_profile(deps.sessions, wanted)
            if wanted
            else current_profile(deps.sessions)
        )
    for name, value in profile_settings(kept).items():
        shown = value if isinstance(value, str) else json.dumps(value)
        click.echo(f"{name} = {shown}")


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput("Say what to change as NAME=VALUE.")
    if name == "categories":
        return name, [one for one in value.split(",") if one]
    if name == "general" and value.isdecimal():
        return name, int(value)
    return name, {"true": True, "false": False}.get(value, value)


def _chosen(deps: Deps, folder: str | None) -> list[RootView]:
    if folder is not None:
        return [roots.find_root(deps.sessions, folder)]
    return [view for view in roots.list_roots(deps.sessions) if view.sidecars == "on"]


def _work(deps: Deps) -> int:
    rescue(deps.sessions)
    bar = BarProgress("Written")
    try:
        with at_work(deps.engine) as worker_id:
            return write_due(deps.sessions, deps.sidecars, bar, worker_id=worker_id)
    finally:
        bar.finish()


def _tell_failures(deps: Deps, chosen: Iterable[RootView]) -> None:
    states = showing.sidecars_by_root(deps.sessions)
    for root in chosen:
        print_lines(_reasons(states.get(root.id, RootSidecars())))


def _lines(view: RootView, state: RootSidecars) -> Iterable[str]:
    how = "read-only" if view.read_only else {"on": "allowed"}.get(view.sidecars, "off")
    yield f"{view.id}  {view.name}  {view.path}"
    yield f"   {how}: {state.written} written, {state.waiting} waiting, {state.failed} failed"
    if state.changed_elsewhere:
        yield f"   changed by other programs: {state.changed_elsewhere} (write --again puts it back)"
    yield from _reasons(state)


def _reasons(state: RootSidecars) -> list[str]:
    return [f"   {count} could not be written: {reason}" for reason, count in state.reasons]


def _foretold(deps: Deps, root: RootView) -> list[str]:
    told = showing.preview(deps.sessions, deps.sidecars, root.id, EVERYTHING)
    first = "the first " if told.more else ""
    lines = [
        f"{root.path}: of {first}{told.looked_at} pictures with something to write",
        f"   {told.new} new sidecars, {told.changed} changed, {told.same} as they are",
    ]
    lines += [f"   {count} would be left: {reason}" for reason, count in told.refused.items()]
    lines += [f"   {count:>7}  {group}" for group, count in told.groups.items()]
    return lines + [f"   {one.path}: {', '.join(one.tags)}" for one in told.examples]
