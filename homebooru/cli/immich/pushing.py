"""The `immich push` command: what would go to Immich, what goes, and what of it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.db.queue import at_work
from homebooru.domain.scope import EVERYTHING
from homebooru.services.outgoing import steering
from homebooru.services.outgoing.foretelling import Foretold, foretell
from homebooru.services.outgoing.pushing import push_due
from homebooru.services.outgoing.rounds import Pushed
from homebooru.services.outgoing.steering import PushState
from homebooru.services.working import rescue
from homebooru.wiring import Deps


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
        click.echo(f"Pictures as they should be: {done.verified}; failed: {done.failed}.")
        print_lines(list(told(steering.push_state(deps.sessions))))


def told(state: PushState) -> Iterator[str]:
    """Yield how pushing is, and why something failed."""
    yield (
        f"Pushing is {state.wish}: {state.count('verified')} pictures as they should be, "
        f"{state.waiting} waiting, {state.count('failed')} failed"
    )
    for one in state.counts:
        if one.state == "failed":
            yield f"  {one.assets} failed: {one.reason}"
    for run in state.pushes:
        undone = ", undone" if run.undone_at else ""
        yield f"  push {run.id}, {run.began_at:%Y-%m-%d %H:%M}: +{run.added} -{run.removed}{undone}"


def as_told(state: PushState) -> dict[str, Any]:
    """Spell how pushing is, for programs."""
    return {
        "state": state.wish,
        "waiting": state.waiting,
        "held": state.held,
        "assets": [
            {"state": one.state, "reason": one.reason, "count": one.assets} for one in state.counts
        ],
        "pushes": [
            {
                "id": one.id,
                "began_at": one.began_at.isoformat(),
                "added": one.added,
                "removed": one.removed,
                "undone": one.undone_at is not None,
            }
            for one in state.pushes
        ],
    }


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
        f"Of {first}{foreseen.looked_at} pictures in Immich {foreseen.assets} get tags, {foreseen.times} in all, "
        f"{foreseen.by_sidecar} of them by their sidecars"
    )
    for branch in foreseen.branches:
        yield f"  {branch.name}: {branch.tags} tags, {branch.times} times"
    for one in foreseen.examples:
        yield f"  {one.name}: {', '.join(one.tags)}"
