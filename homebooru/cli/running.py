"""`serve` for a home user; `web` and `worker` for those who run the two apart."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from homebooru.cli.console import told_clearly
from homebooru.cli.serve.allocating import keep_little
from homebooru.cli.serve.parents import die_with_starter
from homebooru.settings import Settings, load_settings

HOST = click.option("--host", help="Address to listen on; HOMEBOORU_HOST otherwise.")
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on, 0 for any free one; HOMEBOORU_PORT otherwise.",
)


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@HOST
@PORT
@click.option("--open/--no-open", "open_browser", default=False, help="Open it in the browser.")
@told_clearly
def serve(
    folders: tuple[Path, ...], host: str | None, port: int | None, *, open_browser: bool
) -> None:
    """Run the gallery: pages, worker and database, until Ctrl-C.

    Pictures in FOLDERS are added to it. Where a gallery runs already, it gets the folders.
    """
    from homebooru.cli.serve.serving import serve_gallery  # noqa: PLC0415

    serve_gallery(_settings(host, port), folders, open_browser=open_browser)


@click.command()
@HOST
@PORT
@click.option("--fd", type=int, hidden=True, help="A listening socket that is open already.")
@told_clearly
def web(host: str | None, port: int | None, fd: int | None) -> None:
    """Serve the pages alone."""
    in_gallery = die_with_starter()
    keep_little()
    from homebooru.cli.serve.pages import Pages  # noqa: PLC0415
    from homebooru.cli.serve.serving import listen  # noqa: PLC0415
    from homebooru.db.engine import bound_statements  # noqa: PLC0415
    from homebooru.wiring import connect  # noqa: PLC0415

    settings = _settings(host, port)
    # detached: who calls while this one starts is answered then
    bound = listen(settings).detach() if fd is None else fd
    deps = connect(settings, in_gallery=in_gallery)
    bound_statements(deps.engine, settings.answer_seconds)
    Pages(deps.with_index("web"), f"fd://{bound}").run()


@click.command()
@told_clearly
def worker() -> None:
    """Do the work alone: look through folders, read pictures, work out tags."""
    in_gallery = die_with_starter()
    keep_little()
    from homebooru.jobs.declarations import JOBS  # noqa: PLC0415
    from homebooru.jobs.journal import log_to_stderr  # noqa: PLC0415
    from homebooru.jobs.worker import run_worker  # noqa: PLC0415
    from homebooru.wiring import connect  # noqa: PLC0415

    settings = load_settings()
    log_to_stderr(settings.log_level)
    with closing(connect(settings, in_gallery=in_gallery)) as deps:
        run_worker(deps, JOBS)


def _settings(host: str | None, port: int | None) -> Settings:
    settings = load_settings()
    return replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )
