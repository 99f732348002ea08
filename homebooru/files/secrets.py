"""Secrets of this installation, each in a file that only we can read."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from homebooru.errors import HomeBooruError
from homebooru.phrases import phrase

LENGTH = 32


@cache
def installation_secret(file: Path) -> bytes:
    """Return the secret in a file, the same for every process; the first to look makes it."""
    if not file.exists():
        _make(file)
    secret = file.read_bytes()
    if len(secret) != LENGTH:
        raise HomeBooruError(
            phrase("{file} is damaged. Remove it; a new one is made by itself.", file=file)
        )
    return secret


def _make(file: Path) -> None:
    """Make a secret, unless somebody else is quicker; it is there whole or not at all."""
    handle, part = tempfile.mkstemp(dir=file.parent)  # readable by nobody else
    try:
        with os.fdopen(handle, "wb") as content:
            content.write(secrets.token_bytes(LENGTH))
            content.flush()
            os.fsync(handle)
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        Path(part).unlink()
