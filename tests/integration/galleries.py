"""Galleries of the tests' own: real processes on an embedded database, which can be killed."""

import subprocess
import sys
from contextlib import suppress

import psycopg

from homebooru.db.embedded import EmbeddedPostgres
from tests.processes import clean_environment, command_of, descendants
from tests.waiting import until

PATIENCE = 240  # seconds, for each thing that is waited for


class Gallery:
    """A data folder with a database of its own, and perhaps a gallery that runs on it."""

    def __init__(self, data, **settings):
        self.data = data
        self.settings = {"HOMEBOORU_PROCESSES": "1", "HOMEBOORU_LOG_LEVEL": "error", **settings}
        self.gallery = None
        self.asking = None

    def run(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "homebooru", *arguments],
            env=clean_environment(HOMEBOORU_DATA=str(self.data), **self.settings),
            stdout=subprocess.DEVNULL,
        )

    def start(self):
        self.gallery = self.run("serve", "--port", "0")

    def stop(self):
        if self.asking is not None:
            self.asking.close()
        if self.gallery is not None:
            self.gallery.terminate()
            assert self.gallery.wait(PATIENCE) == 0

    def connect(self):
        return psycopg.connect(EmbeddedPostgres(self.data / "database").url)

    def ask(self, question):
        """Ask over one connection; where the database was killed just now, over the next."""

        def answered():
            with suppress(psycopg.OperationalError):
                if self.asking is None or self.asking.closed:
                    self.asking = self.connect()
                    self.asking.autocommit = True
                return self.asking.execute(question)

        return until(answered, PATIENCE).fetchall()

    def count(self, question):
        return self.ask(question)[0][0]

    def below(self, word):
        return [pid for pid in descendants(self.gallery.pid) if word in command_of(pid)]
