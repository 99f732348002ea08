"""What `serve` does first: it takes the data folder and the port, and starts the web server.

Nothing slow is loaded here, so that the web server loads its own at the same time.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import click

from homebooru.cli.bars import Bar
from homebooru.cli.serve.children import Child, stop_all
from homebooru.db.singleton import GalleryLock
from homebooru.errors import HomeBooruError
from homebooru.settings import Settings, variable
from homebooru.settings.folders import make_data_folder

BREATH = 0.25  # seconds between two tries to listen
START_SECONDS = 60.0  # for a gallery that is just starting to tell its address
REBIND_SECONDS = 10.0  # for the remains of a killed gallery to leave its port
ANYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104


def serve_gallery(settings: Settings, folders: Sequence[Path], *, open_browser: bool) -> None:
    """Run everything until SIGINT or SIGTERM; or hand the folders to the gallery that runs."""
    make_data_folder(settings)
    lock = GalleryLock(settings.data)
    if not lock.take():
        _join(settings, folders, lock.wait_for_address(START_SECONDS))
        return
    bar = Bar()
    with ExitStack() as leaving:
        leaving.callback(lock.release)
        listener = listen(settings, patient=lock.was_left)
        leaving.callback(listener.close)
        address = address_of(listener)
        lock.tell(address)
        leaving.callback(lock.tell, "")
        children = _children(settings, listener, bar)
        leaving.callback(stop_all, children)
        children[0].look()

        from homebooru.cli.serve.gallery import Gallery, add_folders  # noqa: PLC0415
        from homebooru.wiring import connect  # noqa: PLC0415

        deps = connect(settings, in_gallery=True)
        leaving.callback(deps.close)
        leaving.callback(stop_all, children)  # first: one may be at starting the database
        add_folders(deps, folders)
        welcome = partial(_welcome, bar, address, open_browser=open_browser)
        Gallery(deps, children, bar).run(reach(listener), welcome)


def address_of(listener: socket.socket) -> str:
    """Return the address for a browser on this machine."""
    host, port = reach(listener)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def reach(listener: socket.socket) -> tuple[str, int]:
    """Return host and port at which this machine reaches a listening socket."""
    host, port = listener.getsockname()[:2]
    return ("127.0.0.1" if host in ANYWHERE else host), port


def _children(settings: Settings, listener: socket.socket, bar: Bar) -> list[Child]:
    environment = dict(os.environ)
    if sys.stderr.isatty() and "log_level" not in settings.given:
        # A line for each job would tear the bar apart; what is wrong is still told.
        environment[variable("log_level")] = "warning"
    fd = listener.fileno()
    web = Child(
        "web server",
        ["web", "--fd", str(fd)],
        environment=environment,
        keep=[fd],
        tell=bar.say,
    )
    return [web, Child("worker", ["worker"], environment=environment, tell=bar.say)]


def _welcome(bar: Bar, address: str, *, open_browser: bool) -> None:
    bar.clear()
    click.echo(f"HomeBooru is at {address} (stop it with Ctrl-C).")
    if open_browser:
        import webbrowser  # noqa: PLC0415

        webbrowser.open(address)


def _join(settings: Settings, folders: Sequence[Path], address: str) -> None:
    if folders:
        from homebooru.cli.serve.gallery import add_folders  # noqa: PLC0415
        from homebooru.wiring import connect  # noqa: PLC0415

        with closing(connect(settings)) as deps:
            add_folders(deps, folders)
    click.echo(f"A gallery already runs on this data: {address}")


def listen(settings: Settings, *, patient: bool = False) -> socket.socket:
    """Return a listening socket. It stays ours, so that a new web server finds the callers.

    One that is `patient` waits for the remains of a killed gallery to leave the port. Raises
    HomeBooruError where it may not be had.
    """
    end = time.monotonic() + (REBIND_SECONDS if patient else 0)
    while True:
        try:
            return _bind(settings.host, settings.port)
        except PermissionError as error:
            raise HomeBooruError(
                f"Port {settings.port} is not open to ordinary users. Choose one above 1023: "
                f"{variable('port')}=5000"
            ) from error
        except OSError as error:
            if time.monotonic() > end:
                raise HomeBooruError(
                    f"HomeBooru cannot listen on {settings.host}, port {settings.port}: "
                    f"{error.strerror}. If another program uses that port, choose another one: "
                    f"{variable('port')}={settings.port % 65535 + 1}"
                ) from error
        time.sleep(BREATH)


def _bind(host: str, port: int) -> socket.socket:
    family, *_, place = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(place[:2], family=family, backlog=128)
