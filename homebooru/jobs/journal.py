"""Logging to standard error, one line an event, with ids as fields (for a journal)."""

from __future__ import annotations

import logging

FIELDS = ("job", "run", "job_id", "worker", "root", "state", "seconds")
QUIET = {  # what these would tell, we tell ourselves
    "alembic": logging.WARNING,
    "procrastinate": logging.CRITICAL,
    "psycopg.pool": logging.ERROR,
}


class _WithFields(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = (f"{name}={vars(record)[name]}" for name in FIELDS if name in vars(record))
        record.fields = "".join(f" {field}" for field in fields)
        return super().format(record)


def log_to_stderr(level: str) -> None:
    """Log what is at least as grave as `level`."""
    handler = logging.StreamHandler()
    handler.setFormatter(_WithFields("%(levelname)s %(name)s: %(message)s%(fields)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(quiet)
