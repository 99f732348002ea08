"""Puts nginx in front of a gallery, with the file that is shipped for it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pages_server import Gallery
from search_processes import proportional_mb

from homebooru.domain.accounts import Right
from homebooru.domain.scope import EVERYTHING
from homebooru.errors import Conflict
from homebooru.services.accounts import accounts, keys
from homebooru.services.posts import get_post
from homebooru.settings import variable
from homebooru.wiring import connect

SHIPPED = Path(__file__).resolve().parents[2] / "nginx/homebooru.conf"
START_SECONDS = 10.0
WHO = "bench"
THUMBNAIL = 360
MAIN = """
daemon off;
{user}
pid nginx.pid;
error_log errors.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path t1;
    proxy_temp_path t2;
    fastcgi_temp_path t3;
    uwsgi_temp_path t4;
    scgi_temp_path t5;
    types {{ image/webp webp; }}
    include site.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A gallery behind nginx; `addresses` are what is asked for, by names for people."""

    host: str
    port: int
    addresses: Mapping[str, str]
    headers: Mapping[str, str]


def trust_proxy() -> None:
    """Let the gallery know of nginx, as scripts/install-service does."""
    os.environ[variable("trusted_proxies")] = "127.0.0.1,::1"
    os.environ[variable("proxy_files")] = "/_files"


@contextmanager
def in_front(gallery: Gallery) -> Iterator[Site]:
    """Yield the gallery behind nginx, and a key that is let in there."""
    key, digest, thumbnail = _prepare(gallery)
    with tempfile.TemporaryDirectory(prefix="homebooru-nginx-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        shutil.copyfile(thumbnail, place / "static.webp")
        port = _free_port()
        (place / "site.conf").write_text(_site(gallery, port, place), "utf-8")
        user = "user root;" if os.geteuid() == 0 else ""
        (place / "nginx.conf").write_text(MAIN.format(user=user), "utf-8")
        with _running(place, port):
            yield Site(
                "127.0.0.1", port, _addresses(gallery, digest), {"Authorization": f"Bearer {key}"}
            )


def memory_by_program() -> dict[str, dict[str, Any]]:
    """Return the megabytes of all processes of each program; shared pages count in part."""
    postmaster = Path(os.environ[variable("data")]) / "database/pgdata/postmaster.pid"
    ours = [pid for pid in below(os.getpid()) if pid != os.getpid()]
    proxies = [pid for pid in ours if Path(f"/proc/{pid}/comm").read_text().strip() == "nginx"]
    programs = {
        "web": [pid for pid in ours if pid not in proxies],
        "nginx": proxies,
        "database": below(int(postmaster.read_text().split()[0])) if postmaster.exists() else [],
    }
    held = {name: sorted(map(proportional_mb, pids)) for name, pids in programs.items() if pids}
    return {
        name: {"each_mb": [round(one, 1) for one in each], "together_mb": round(sum(each))}
        for name, each in held.items()
    }


def below(pid: int) -> list[int]:
    """Return a process and all that it started."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = {int(one) for file in children for one in file.read_text().split()}
    return [pid, *(each for one in sorted(found) for each in below(one))]


def _prepare(gallery: Gallery) -> tuple[str, str, Path]:
    """Return a key for programs, under what a thumbnail is kept, and its file."""
    with closing(connect()) as deps:
        try:
            account = accounts.add_account(deps.sessions, WHO, "a few quiet words")
        except Conflict:
            account = accounts.get_account(deps.sessions, WHO)
        key = keys.add_key(deps.sessions, account.id, WHO, Right.READ)
        post = get_post(deps.sessions, gallery.newest, EVERYTHING).post
        file = deps.thumbs.path(bytes.fromhex(post.picture_key), THUMBNAIL)
    if not file.exists():
        sys.exit("The newest post has no thumbnail.")
    return key, post.picture_key, file


def _addresses(gallery: Gallery, digest: str) -> dict[str, str]:
    return {
        "a file from nginx itself": "/static.webp",
        "thumbnail": f"/media/{digest}-{THUMBNAIL}.webp",
        "grid": "/posts",
        f"grid: {gallery.common}": f"/posts?tags={gallery.common}",
        "post": f"/posts/{gallery.newest}",
        "API": f"/api/posts?q={gallery.common}",
        "API: one post": f"/api/posts/{gallery.newest}",
    }


def _site(gallery: Gallery, port: int, place: Path) -> str:
    """Return the file that is shipped, at other ports, with one file more to be sent."""
    text = SHIPPED.read_text("utf-8").replace("127.0.0.1:5000", f"127.0.0.1:{gallery.port}")
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    more = f"location = /static.webp {{ alias {place}/static.webp; sendfile on; }}"
    return re.sub(
        r"^( *)listen 80;", rf"\1listen 127.0.0.1:{port};\n\1{more}", text, flags=re.MULTILINE
    )


@contextmanager
def _running(place: Path, port: int) -> Iterator[None]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        sys.exit("nginx is not installed: apt-get install nginx-light")
    process = subprocess.Popen([program, "-p", f"{place}/", "-c", place / "nginx.conf"])
    try:
        _wait_for(process, port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port)):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("nginx did not start.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
