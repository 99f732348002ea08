"""The `doctor` command: what is configured, reachable, missing, and what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from homebooru import __version__
from homebooru.cli.checkup.clocks import database_clock, disk_clock
from homebooru.cli.checkup.findings import Finding, State
from homebooru.cli.checkup.reaching import machine_learning, sources
from homebooru.cli.checkup.sealed import sealed_elsewhere
from homebooru.cli.console import print_json, told_clearly
from homebooru.cli.immich.reaching import immich
from homebooru.cli.lines import in_lines
from homebooru.db.checks import check_server
from homebooru.db.migrating import current_revision, head_revision
from homebooru.domain.taggers import OFFERS, RUNTIMES
from homebooru.errors import DiskFull, HomeBooruError, disk_fault
from homebooru.files.space import check_free_space, file_system_of
from homebooru.imaging.decoders import decoders
from homebooru.inference.catalog import find_models
from homebooru.inference.clip.catalog import broken_clips, find_clips
from homebooru.inference.runtime import CPU, find_runtime
from homebooru.services.library.roots import list_roots
from homebooru.services.upkeep.backups import backup_status
from homebooru.settings import SETTINGS, Settings, load_settings, unknown_variables
from homebooru.wiring import Deps, find_database

NETWORK_FILE_SYSTEMS = frozenset(
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "davfs", "ceph", "afs", "glusterfs", "virtiofs"]
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@told_clearly
def doctor(*, as_json: bool) -> None:
    """Look at everything HomeBooru needs, and say what is wrong."""
    findings = list(_examine(load_settings()))
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    sys.exit(any(finding.state is State.BROKEN for finding in findings))


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.about) for finding in findings)
    for finding in findings:
        mark = {State.GOOD: " ", State.NOTICE: "!", State.BROKEN: "x"}[finding.state]
        click.echo(f"{mark} {finding.about:{width}}  {in_lines(finding.text)}")
        if finding.advice:
            click.echo(f"  {'':{width}}  -> {in_lines(finding.advice)}")
    broken = sum(finding.state is State.BROKEN for finding in findings)
    click.echo(f"\n{broken} broken." if broken else "\nAll is well.")


def _examine(settings: Settings) -> Iterator[Finding]:
    yield Finding("HomeBooru", f"{__version__}, Python {platform.python_version()}")
    yield from _settings(settings)
    try:
        deps = find_database(settings)
    except (HomeBooruError, OSError) as error:
        fault = disk_fault(error) if isinstance(error, OSError) else error
        yield Finding("database", str(fault or error), State.BROKEN)
    else:
        try:
            yield from _database(deps)
        finally:
            deps.close()
    if settings.data.is_dir():
        yield from _data(settings)
    yield from _models(settings)
    yield from _decoders()


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, setting in SETTINGS.items():
        value = settings.value(name)
        if setting.metadata["secret"] and value is not None:
            value = "set, and not shown"
        elif isinstance(value, tuple):
            value = ", ".join(
                "=".join(one) if isinstance(one, tuple) else str(one) for one in value
            )
            value = value or "none"
        elif isinstance(value, bool):
            value = str(value).lower()
        yield Finding(f"setting {name}", str(setting.metadata["shown"] if value is None else value))
    for name, meant in unknown_variables(os.environ).items():
        advice = f"Did you mean {meant}?" if meant else "Remove it."
        yield Finding(name, "is no setting of HomeBooru.", State.NOTICE, advice)


def _database(deps: Deps) -> Iterator[Finding]:
    try:
        server = check_server(deps.engine)
        with deps.engine.connect() as connection:
            revision = current_revision(connection)
    except HomeBooruError as error:
        yield Finding("database", str(error), State.BROKEN)
        return
    kind = "PostgreSQL" if deps.embedded is None else "embedded PostgreSQL"
    vector = server.vector or f"{server.vector_offered}, not yet created"
    yield Finding("database", f"{kind} {server.version}, pgvector {vector}")
    if deps.embedded is not None and deps.embedded.user.switches:
        yield Finding("database user", deps.embedded.user.name)
    if revision != head_revision():
        was = "empty" if revision is None else f"at revision {revision}"
        advice = "The next start brings it up to date; or run: homebooru db upgrade"
        yield Finding(
            "tables", f"{was}; this version wants {head_revision()}", State.NOTICE, advice
        )
        return
    yield Finding("tables", f"up to date (revision {revision})")
    yield from _roots(deps)
    yield from sources(deps)
    yield from machine_learning(deps)
    yield from immich(deps)
    yield from database_clock(deps)
    yield from sealed_elsewhere(deps)
    yield from _backups(deps)


def _backups(deps: Deps) -> Iterator[Finding]:
    status = backup_status(deps.sessions, deps.backups())
    last = "none yet"
    if status.newest is not None:
        made_at = status.newest.made_at.astimezone().strftime("%Y-%m-%d %H:%M")
        last = f"the last one at {made_at}, {status.count} in all, {status.size / 1e6:.1f} MB"
    if status.reason is not None:
        yield Finding("backups", f"{status.reason}; {last}", State.BROKEN, "It is tried again.")
    elif not status.plan.enabled:
        advice = "Let one be made each day, on the page System."
        yield Finding("backups", f"none is made by itself; {last}", State.NOTICE, advice)
    else:
        yield Finding("backups", last)


def _roots(deps: Deps) -> Iterator[Finding]:
    roots = list_roots(deps.sessions)
    if not roots:
        yield Finding("folders", "none yet", State.NOTICE, "Add one: homebooru library add FOLDER")
    for root in roots:
        counts = f"{root.files} files, {root.missing} missing, {root.waiting} waiting"
        if root.state == "offline":
            yield Finding(
                f"folder {root.path}", f"offline: {root.reason}; {counts}", State.BROKEN,
                "Nothing is forgotten. Mount it, or make it readable; it comes back by itself.",
            )  # fmt: skip
        else:
            yield Finding(f"folder {root.path}", f"{root.state}; {counts}")
        if root.watch == "unavailable":
            yield Finding(
                f"folder {root.path}", f"cannot be watched: {root.watch_reason}", State.NOTICE,
                "It is scanned from time to time instead (HOMEBOORU_MONITOR_INTERVAL).",
            )  # fmt: skip


def _data(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    kind = file_system_of(folder) or "unknown file system"
    free = shutil.disk_usage(folder).free / 1e9
    text = f"{folder} ({kind}, {free:.1f} GB free)"
    try:
        check_free_space(folder, settings.minimum_free)
    except DiskFull as error:
        yield Finding("data", text, State.BROKEN, str(error))
    else:
        yield Finding("data", text)
    if kind in NETWORK_FILE_SYSTEMS or kind.startswith("fuse."):
        what = "the embedded database lies" if settings.database_url is None else "thumbnails lie"
        yield Finding(
            "data", f"{what} on a network share or the like ({kind})", State.NOTICE,
            "A disk of this machine is faster, and safer for a database: what a share promises to "
            "have written may be gone after a failure (HOMEBOORU_DATA).",
        )  # fmt: skip
    if not os.access(folder, os.W_OK):
        yield Finding("data", f"{folder} may not be written to", State.BROKEN, "Mend its owner.")
    yield from disk_clock(folder)


def _models(settings: Settings) -> Iterator[Finding]:
    found = find_models(settings.models, settings.taggers)
    if not found:
        advice = f"A tagger names what no booru knows. Put one folder each there, with {_offers()}."
        text = f"{settings.models}: none, and none is needed"
        yield Finding("models", text, State.NOTICE, advice)
    more = "models/README.md says which files belong there, from whom, and under which licence."
    for one in found:
        about = f"model {one.folder}"
        if one.problem:
            yield Finding(about, one.problem, State.NOTICE, more)
        else:
            reason = "not used: a newer one of its kind is, or HOMEBOORU_TAGGERS names others"
            too = "; it describes pictures too" if one.describes else ""
            yield Finding(about, f"{one.label}, {'used' if one.is_used else reason}{too}")
    for clip in find_clips(settings.models):
        what = "CLIP, sees and reads" if clip.reads else "CLIP, sees; textual/model.onnx is missing"
        yield Finding(f"model {clip.name}", what)
    for folder, reason in broken_clips(settings.models):
        yield Finding(f"model {folder}", reason, State.NOTICE, more)
    for name in set(settings.taggers) - {one.folder for one in found}:
        text = f"HOMEBOORU_TAGGERS names it, and it is not in {settings.models}."
        yield Finding(f"model {name}", text, State.NOTICE, more)
    yield _runtime()


def _offers() -> str:
    return "; or ".join(
        f"{' and '.join(offer.files)} from {offer.address} ({offer.label}, {offer.licence})"
        for offer in OFFERS
    )


def _runtime() -> Finding:
    runtime = find_runtime()
    if runtime is None:
        mend = "Run scripts/start again, which mends the environment."
        return Finding("onnxruntime", "cannot be loaded", State.NOTICE, mend)
    text = f"{runtime.version}, on {', '.join(runtime.devices)}"
    if runtime.devices != (CPU,):
        return Finding("onnxruntime", text)
    packages = ", ".join(f"{package} ({maker})" for maker, package in RUNTIMES.items())
    more = f"Graphics cards want another package: {packages}; models/README.md says how."
    return Finding("onnxruntime", text, advice=more)


def _decoders() -> Iterator[Finding]:
    mend = "Run scripts/start again, which mends the environment."
    for one in decoders():
        if one.version is None:
            yield Finding(one.name, "cannot be loaded", State.BROKEN, mend)
        elif not one.is_safe:
            text = f"{one.version} has a known hole ({one.hole}); {one.least} is the oldest without"
            yield Finding(one.name, text, State.BROKEN, mend)
        elif one.is_distributed:
            yield Finding(one.name, f"{one.version}, whose holes its distribution closes")
        else:
            yield Finding(one.name, one.version)
