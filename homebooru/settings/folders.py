"""Folders for what HomeBooru keeps itself, and who may enter them."""

from __future__ import annotations

from pathlib import Path

from homebooru.errors import HomeBooruError
from homebooru.settings.declared import Settings

PRIVATE = 0o700
FOR_GROUP = 0o750
BACKUPS = "backups"


def make_data_folder(settings: Settings) -> None:
    """Make the folder for our data; its private parts are closed one by one.

    The folder itself is open to the database's user, who is another one where we are root.
    """
    try:
        settings.data.mkdir(parents=True)
    except FileExistsError:
        return
    except OSError as error:
        raise HomeBooruError(
            f"The folder for the data cannot be made: {error.strerror}: {settings.data}. Set "
            "HOMEBOORU_DATA to a folder that you may write to."
        ) from error
    settings.data.chmod(0o755)


def private_folder(settings: Settings, name: str) -> Path:
    """Return a folder below our data that only we can enter."""
    folder = settings.data / name
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    return folder


def thumbnails_folder(settings: Settings) -> Path:
    """Return where thumbnails lie; a proxy that sends them itself belongs to our group."""
    folder = private_folder(settings, "thumbnails")
    if settings.proxy_files:
        folder.chmod(FOR_GROUP)
    return folder


def backups_folder(settings: Settings) -> Path:
    """Return where backups lie."""
    return private_folder(settings, BACKUPS)
