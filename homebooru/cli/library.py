"""The `library` commands: which folders are watched, and looking at them again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from homebooru.cli.bars import BarProgress
from homebooru.cli.console import connected, fail, print_json, told_clearly
from homebooru.cli.lines import print_lines
from homebooru.domain.intake import RootView
from homebooru.errors import InvalidInput
from homebooru.services.jobs import list_jobs
from homebooru.services.library import roots
from homebooru.services.library.removing import take_away
from homebooru.wiring import Deps

WAIT = click.option("--wait", is_flag=True, help="Do the work now, and come back when it is done.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def library() -> None:
    """Say which folders are in the library, and have them looked at."""


@library.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="What to call the folder; its own name otherwise.")
@WAIT
@AS_JSON
@told_clearly
def add(paths: tuple[Path, ...], name: str | None, *, wait: bool, as_json: bool) -> None:
    """Add folders to the library. What is in them is read, and never changed."""
    if name is not None and len(paths) > 1:
        raise InvalidInput("One name is for one folder: add the others without --name.")
    with closing(connected()) as deps:
        ours = deps.settings.data
        added = [roots.add_root(deps.sessions, path, name, never=ours).id for path in paths]
        _finish(deps, added, wait=wait, as_json=as_json)


@library.command("list")
@AS_JSON
@told_clearly
def list_(*, as_json: bool) -> None:
    """List the folders of the library, and how they are."""
    with closing(connected()) as deps:
        _show(deps, roots.list_roots(deps.sessions), as_json=as_json)


@library.command()
@click.argument("folder")
@told_clearly
def remove(folder: str) -> None:
    """Take FOLDER (its path, name or number) out of the library. The files stay where they are.

    Everything known of its pictures is kept, and is back when the folder is added again.
    """
    with closing(connected()) as deps:
        root = roots.find_root(deps.sessions, folder)
        roots.remove_root(deps.sessions, root.id)
        for _ in take_away(deps.sessions, root.id):
            pass
        print_lines([f"{root.path} is no longer in the library; what is known of it is kept."])


@library.command()
@click.argument("folders", nargs=-1)
@WAIT
@click.option(
    "--confirm-missing", is_flag=True, help="Believe what is gone, however much: it was deleted."
)
@AS_JSON
@told_clearly
def scan(folders: tuple[str, ...], *, wait: bool, confirm_missing: bool, as_json: bool) -> None:
    """Look through FOLDERS (their paths, names or numbers), or through all."""
    if confirm_missing and not folders:
        raise InvalidInput("Say which folder lost its files: --confirm-missing FOLDER.")
    with closing(connected()) as deps:
        wanted = [roots.find_root(deps.sessions, folder).id for folder in folders]
        for root_id in wanted:
            if confirm_missing:
                roots.confirm_gone(deps.sessions, root_id)
            else:
                roots.request_scan(deps.sessions, root_id, again=True)
        if not wanted:
            roots.request_scan(deps.sessions, again=True)
        _finish(deps, wanted, wait=wait, as_json=as_json)


def _finish(deps: Deps, root_ids: Sequence[int], *, wait: bool, as_json: bool) -> None:
    """Do the work, if that is wanted, and tell how the folders are; leave with 1 if any is off."""
    if wait:
        work(deps)
    views = [v for v in roots.list_roots(deps.sessions) if not root_ids or v.id in root_ids]
    _show(deps, views, as_json=as_json)
    offline = [view for view in views if view.state == "offline"]
    if wait and offline:
        fail("; ".join(f"{view.path} is offline: {view.reason}" for view in offline))


def work(deps: Deps) -> None:
    from homebooru.jobs.inline import run_due  # noqa: PLC0415 (decoders are slow to load)

    progress = BarProgress("Reading")
    try:
        run_due(deps, progress)
    finally:
        progress.finish()


def _show(deps: Deps, views: Iterable[RootView], *, as_json: bool) -> None:
    resting = [job for job in list_jobs(deps.sessions) if job.waits]
    if as_json:
        paused = [{"job": job.name, "title": job.title, "reason": job.reason} for job in resting]
        print_json({"roots": [_document(view) for view in views], "paused": paused})
        return
    lines = [line for view in views for line in _lines(view)]
    lines += [f"{job.title}: paused, waiting for room. {job.reason}" for job in resting]
    print_lines(lines or ["No folder yet. Add one: homebooru library add FOLDER"])


def _document(view: RootView) -> dict[str, object]:
    at = view.last_scan_at
    return asdict(view) | {"last_scan_at": at.isoformat() if at else None}


def _lines(view: RootView) -> Iterable[str]:
    yield f"{view.id}  {view.name}  {view.path}"
    counts = f"{view.files} files"
    if view.missing:
        counts += f", {view.missing} missing"
    if view.waiting:
        counts += f", {view.waiting} waiting to be read"
    yield f"   {view.state}: {counts}"
    if view.reason:
        yield f"   {view.reason}"
    if view.watch_reason:
        yield f"   not watched: {view.watch_reason}"
