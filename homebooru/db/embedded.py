"""The embedded database: a real PostgreSQL from a wheel, started by whoever comes first.

Every user of the server holds a shared lock on one file; the kernel drops it even on SIGKILL.
The last one to go, who gets that lock exclusively, stops the server; where that one was killed,
the guardian does. Starting is guarded by a second lock, so that any number may come at once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from homebooru.db.guardian import may_be_server, watch_over
from homebooru.db.programs import major_of, programs_for
from homebooru.db.server_user import ServerUser, choose_server_user
from homebooru.db.sockets import NAME as SOCKET
from homebooru.db.sockets import prepare_socket_folder, remove_short_folder, socket_folder
from homebooru.db.tuning import server_settings, write_settings
from homebooru.errors import DatabaseUnusable

DATABASE = "homebooru"
ROLE = "postgres"
START_SECONDS = 600  # recovery after a crash may take long
SETTLE_SECONDS = 30  # how long the remains of a killed server may be in the way of the next
BUSY = ("starting up", "shutting down", "not yet accepting", "in recovery mode")
PASSING = ("lock file", "shared memory", "already in use")
LOG = "server.log"
LOG_LIMIT = 10 * 2**20


class EmbeddedPostgres:
    """A PostgreSQL cluster below `folder`, shared by all processes that ask for it."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.cluster = self.folder / "pgdata"
        self._settings = dict(settings or {})
        self._use: int | None = None
        self._used_by = 0

    @property
    def url(self) -> str:
        """The address of our database."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the address of a database; the socket's folder is a query parameter."""
        host = quote(str(socket_folder(self.cluster)), safe="")
        return f"postgresql://{ROLE}@/{database}?host={host}"

    @cached_property
    def user(self) -> ServerUser:
        """Whom the server runs as."""
        return choose_server_user(self.cluster)

    def start(self) -> str:
        """Start the server unless it runs, register as a user of it, and return its address.

        To be called again where the server died: whoever is its user already stays it.
        """
        self._prepare_folder()
        known = self._use is not None and self._used_by == os.getpid()
        use = self._use if known else self._open_lock("users.lock")
        assert use is not None
        try:
            fcntl.flock(use, fcntl.LOCK_SH)
            with self._locked("start.lock"):
                if not self._is_alive():
                    self._create_cluster()
                    self._start_server()
                self._create_database()
        except BaseException:
            if not known:
                os.close(use)
            raise
        self._use, self._used_by = use, os.getpid()
        return self.url

    def release(self) -> None:
        """Stop using the server; the last user stops it. A forked child changes nothing."""
        if self._use is None or os.getpid() != self._used_by:
            return
        os.close(self._use)
        self._use = None
        self.stop_unless_used()

    def stop(self) -> None:
        """Stop the server, whoever uses it, and stop using it."""
        with self._locked("start.lock"):
            self._stop()
        self.release()

    def stop_unless_used(self) -> None:
        """Stop the server if nobody uses it, as after its users were killed."""
        with suppress(FileNotFoundError), self._locked("start.lock"):
            use = self._open_lock("users.lock")
            try:
                fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._stop()
            except BlockingIOError:
                pass
            finally:
                os.close(use)

    def _stop(self) -> None:
        self._run("pg_ctl", "-D", ".", "-m", "fast", "-w", "stop", cwd=self.cluster)
        remove_short_folder(self.cluster)

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True)
        except FileExistsError:
            pass
        except OSError as error:
            raise DatabaseUnusable(
                f"The folder {self.folder} cannot be made: {error.strerror}. Set HOMEBOORU_DATA "
                "to a folder that you may write to."
            ) from error
        else:
            self.folder.chmod(0o711)  # the server's user passes through, whatever our umask
        self.user.check_reaches(self.folder)
        if not (self.cluster.exists() or os.access(self.folder, os.W_OK)):
            raise DatabaseUnusable(
                f"You may not write to {self.folder}. Set HOMEBOORU_DATA to a folder of your own."
            )

    def _open_lock(self, name: str) -> int:
        try:
            return os.open(self.folder / name, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except PermissionError as error:
            raise DatabaseUnusable(
                f"{self.folder / name} may not be opened: the data belongs to another user."
            ) from error

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        lock = self._open_lock(name)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the server's, out of reach of a Ctrl-C at our terminal."""
        programs = programs_for(self.user, major_of(self.cluster), self.folder)
        return subprocess.run(
            [str(programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
            cwd=cwd,
            start_new_session=True,
            **self.user.process_options(),
        )

    def _is_alive(self) -> bool:
        """Tell whether the server answers; one that is just starting or stopping is waited for."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            try:
                psycopg.connect(self.url_of(ROLE), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                reason = str(error)
                if "FATAL" not in reason:
                    return False
                if not any(word in reason for word in BUSY):
                    raise DatabaseUnusable(f"The database refuses us: {reason}") from error
                time.sleep(0.1)
            else:
                return True
        raise DatabaseUnusable(f"The database is busy and did not answer for {START_SECONDS} s.")

    def _create_cluster(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            return
        half = self.folder / "pgdata.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        self.user.own(half)
        made = self._run(
            "initdb", "-D", ".", "-U", ROLE, "--auth=trust", "-E", "UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            "--no-instructions", cwd=half,
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(half, ignore_errors=True)
            raise DatabaseUnusable(f"The database could not be created: {made.stderr.strip()}")
        half.rename(self.cluster)

    def _start_server(self) -> None:
        socket = prepare_socket_folder(self.cluster, self.user)
        settings = write_settings(self.cluster, server_settings(socket, self._settings))
        self.user.own(settings)
        self.turn_log()
        settled = time.monotonic() + SETTLE_SECONDS
        while True:
            self._remove_stale_pid_file()
            log_end = self._log_size()
            started = self._run(
                "pg_ctl", "-D", ".", "-l", LOG, "-w", "-t", str(START_SECONDS), "start",
                cwd=self.cluster,
            )  # fmt: skip
            if self._is_alive():
                watch_over(self.folder, self._pid())
                return
            reason = self._log_since(log_end) or started.stderr.strip()
            if time.monotonic() > settled or not any(word in reason for word in PASSING):
                raise DatabaseUnusable(
                    f"The database did not start. {self.cluster / LOG} says:\n{reason}"
                )
            time.sleep(0.3)  # a server killed just now still holds its memory and its socket

    def _remove_stale_pid_file(self) -> None:
        """Remove a pid file whose number is a zombie's now, or another program's.

        PostgreSQL itself only looks whether a process of that number exists, and so would not
        start after a reboot, or in a container where nobody buries the dead.
        """
        with suppress(FileNotFoundError, ValueError, IndexError):
            if not may_be_server(self._pid(), self.cluster):
                self._pid_file.unlink()
                (socket_folder(self.cluster) / f"{SOCKET}.lock").unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.cluster / "postmaster.pid"

    def _pid(self) -> int:
        return int(self._pid_file.read_text().split()[0])

    def turn_log(self) -> None:
        """Begin the server's log anew once it is long; the one before is kept.

        A server that runs goes on writing to the very file, so that is copied and emptied.
        """
        log, old = self.cluster / LOG, self.cluster / f"{LOG}.old"
        if self._log_size() > LOG_LIMIT:
            shutil.copyfile(log, old)
            old.chmod(0o600)
            os.truncate(log, 0)

    def _log_size(self) -> int:
        log = self.cluster / LOG
        return log.stat().st_size if log.exists() else 0

    def _log_since(self, position: int) -> str:
        with suppress(FileNotFoundError), (self.cluster / LOG).open("rb") as log:
            log.seek(position)
            return log.read()[-2000:].decode(errors="replace").strip()
        return ""

    def _create_database(self) -> None:
        with psycopg.connect(self.url_of(ROLE), autocommit=True) as connection:
            found = connection.execute(
                "select from pg_database where datname = %s", (DATABASE,)
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
