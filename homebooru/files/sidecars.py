"""Which files beside a picture speak of it, told by their names alone."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import product

XMP, JSON, TEXT, NOTES = b".xmp", b".json", b".txt", b".notes.txt"
ALSO_TEXT = (b".urls.txt", b".tags.txt")


def _spellings(extension: bytes) -> tuple[bytes, ...]:
    """Return `extension` in every mixture of cases, lower case first."""
    letters = ((extension[i : i + 1], extension[i : i + 1].upper()) for i in range(len(extension)))
    return tuple(dict.fromkeys(b"".join(choice) for choice in product(*letters)))


SPELLINGS = {extension: _spellings(extension) for extension in (XMP, JSON, TEXT)}
for more in (*ALSO_TEXT, NOTES):
    SPELLINGS[more] = tuple(more.removesuffix(TEXT) + txt for txt in SPELLINGS[TEXT])


def is_sidecar_name(name: bytes) -> bool:
    """Tell whether a file of this name can speak of another."""
    return name.lower().endswith((XMP, JSON, TEXT)) and not name.startswith(b".")


def sidecars_of(picture_name: bytes, names_in_folder: AbstractSet[bytes]) -> tuple[bytes, ...]:
    """Return the names of the files that speak of a picture.

    For each kind the fuller name speaks (`a.jpg.xmp`), and the shorter one (`a.xmp`) only where
    that is missing; pictures that differ only in their extension share it.
    """
    return tuple(_of_each_kind(picture_name, names_in_folder))


def kind_of(sidecar_name: bytes) -> bytes:
    """Return which kind of sidecar a name belongs to: notes, or its extension in lower case."""
    if sidecar_name.lower().endswith(NOTES):
        return NOTES
    return b"." + sidecar_name.rpartition(b".")[2].lower()


def _of_each_kind(picture_name: bytes, names_in_folder: AbstractSet[bytes]) -> Iterator[bytes]:
    stem = picture_name.rpartition(b".")[0]
    for spellings in SPELLINGS.values():
        for beginning in (picture_name, stem):
            found = next(
                (beginning + s for s in spellings if beginning + s in names_in_folder), b""
            )
            if found and beginning:
                yield found
                break
