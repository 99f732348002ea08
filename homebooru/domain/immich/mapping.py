"""Where on our disk the files lie that Immich calls by paths of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

PathMap = tuple[tuple[str, str], ...]
"""Folders as Immich calls them, and as we do."""
Place = tuple[int, bytes]
"""A root, and a path below it."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Our roots by their ids, and the folders of Immich's that lie in them."""

    paths: Mapping[int, bytes]
    folders: PathMap = ()

    def place(self, path: str) -> Place | None:
        """Return where a file of an external library lies here, as far as that can be told.

        The longest folder that fits counts, and of nested roots the innermost. Immich is believed
        where a file lies, but not that `..` leads somewhere.
        """
        here = None if _is_odd(path) else _moved(path, self.folders)
        if here is None:
            return None
        file = here.encode("utf-8", "surrogateescape")
        return max(
            (
                (root, file[len(folder.rstrip(b"/")) + 1 :])
                for root, folder in self.paths.items()
                if file.startswith(folder.rstrip(b"/") + b"/")
            ),
            key=lambda place: (-len(place[1]), -place[0]),
            default=None,
        )


def _is_odd(path: str) -> bool:
    """Tell whether a path climbs, or is one that no program would write."""
    return "\0" in path or bool({"", ".", ".."} & set(path.split("/")[1:]))


def _moved(path: str, folders: Iterable[tuple[str, str]]) -> str | None:
    theirs, ours = max(
        ((theirs, ours) for theirs, ours in folders if path.startswith(theirs.rstrip("/") + "/")),
        key=lambda pair: len(pair[0]),
        default=("", None),
    )
    return None if ours is None else ours.rstrip("/") + path[len(theirs.rstrip("/")) :]
