"""Names for files that every system can keep, and no two of them the same."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 180  # bytes; systems keep 255, and some room is left for a number or a folder
SPOILS = re.compile(r'[<>:"/\\|?*]')
TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}$")
NAMELESS = "file"


def safe_name(name: str) -> str:
    """Return a name that is a plain file on Linux, macOS and Windows, as near to `name` as may be."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(c if c.isprintable() else "_" for c in name)  # nor reads backwards
    name = SPOILS.sub("_", name).strip(" .")
    if not name or TAKEN.fullmatch(name):
        name = f"_{name or NAMELESS}"
    return _cut(name, LONGEST)


class FreshNames:
    """Hands out safe names; one that is taken, whatever its case, gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def fresh(self, name: str) -> str:
        safe = safe_name(name)
        found = EXTENSION.search(safe)
        stem, extension = (safe[: found.start()], found[0]) if found else (safe, "")
        fresh, number = safe, 1
        while _folded(fresh) in self._taken:
            number += 1
            fresh = f"{stem} ({number}){extension}"
        self._taken.add(_folded(fresh))
        return fresh


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _cut(name: str, longest: int) -> str:
    """Shorten a name before its extension, never within a character."""
    if len(name.encode()) <= longest:
        return name
    found = EXTENSION.search(name)
    stem, extension = (name[: found.start()], found[0]) if found else (name, "")
    room = longest - len(extension)
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + extension
