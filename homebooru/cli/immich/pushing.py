"""The `immich push` command: what would go to Immich, what goes, and what of it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.db.queries.outgoing.pushed import Push
from homebooru.db.queries.outgoing.pushes import OFF, ON, REMOVING
from homebooru.db.queue import at_work
from homebooru.domain.scope import EVERYTHING
from homebooru.services.outgoing import steering
from homebooru.services.outgoing.foretelling import Foretold, foretell
from homebooru.services.outgoing.pushing import push_due
from homebooru.services.outgoing.rounds import Pushed
from homebooru.services.outgoing.steering import PushState
from homebooru.services.working import rescue
from homebooru.wiring import Deps

WISHES = {ON: "on", OFF: "off", REMOVING: "being taken back"}


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be put on which pictures.")
@click.option("--again", is_flag=True, help="Also what was taken out there, or undone.")
@click.option("--undo", metavar="NUMBER", type=int, help="Undo one push; `status` lists them.")
@click.option("--remove-all", is_flag=True, help="Take back all that was ever pushed.")
@told_clearly
def push(*, dry_run: bool, again: bool, undo: int | None, remove_all: bool) -> None:
    """Push tags to Immich, as the profile has it (`homebooru sidecars profile`), and go on so."""
    with closing(connected()) as deps:
        if dry_run:
            foreseen = foretell(deps.sessions, deps.immich_places(), EVERYTHING)
            print_lines(list(_foretold(foreseen)))
            return
        if undo is not None:
            steering.undo(deps.sessions, undo)
        elif remove_all:
            steering.remove_all(deps.sessions)
        else:
            steering.start(deps.sessions)
            if again:
                steering.push_again(deps.sessions)
        done = _work(deps)
        click.echo(f"Looked at and as wanted: {done.verified}; failed: {done.failed}.")
        print_lines(list(told(steering.push_state(deps.sessions))))


def told(state: PushState) -> Iterator[str]:
    """Yield how pushing is, and why something failed."""
    yield (
        f"Pushing is {WISHES[state.wish]}: {_of(state.count('verified'), 'picture')} as wanted, "
        f"{state.waiting} waiting, {state.count('failed')} failed"
    )
    if state.waiting and state.rests:
        yield "  a person stopped the job: what waits is gone on with by `homebooru immich push`"
    elif state.waiting:
        yield "  what waits is gone on with while HomeBooru runs, or by `homebooru immich push`"
    for one in state.counts:
        if one.state == "failed":
            yield f"  {one.assets} failed: {one.reason}"
    for run in state.pushes:
        yield f"  push {run.id}, {run.began_at:%Y-%m-%d %H:%M}: +{run.added} -{run.removed}{_end_of(run)}"


def _end_of(run: Push) -> str:
    if run.undone_at:
        return ", undone"
    if run.ended_at:
        return f", broken off: {run.reason}" if run.reason else ""
    return f", goes on later: {run.reason}" if run.reason else ", not done yet"


def _work(deps: Deps) -> Pushed:
    rescue(deps.sessions)
    bar = BarProgress("Pushed")
    try:
        with at_work(deps.engine) as worker_id, deps.immich() as users:
            places = deps.immich_places()
            done = push_due(deps.sessions, users, bar, places=places, worker_id=worker_id)
            steering.delete_tags(deps.sessions, users)
            return done
    finally:
        bar.finish()


def _foretold(foreseen: Foretold) -> Iterator[str]:
    first = "the first " if foreseen.more else ""
    yield (
        f"Of {first}{_of(foreseen.looked_at, 'picture')} in Immich {foreseen.assets} would get tags, "
        f"{foreseen.times} in all, {foreseen.by_sidecar} of them by their sidecars"
    )
    for branch in foreseen.branches:
        yield f"  {branch.name}/: {_of(branch.tags, 'tag')}, {_of(branch.times, 'time')}"
    for one in foreseen.examples:
        yield f"  {one.name}: {', '.join(one.tags)}"


def _of(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
