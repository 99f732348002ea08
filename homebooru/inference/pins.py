"""Holds weights to the digests that their owner keeps beside them, as sha256sum writes and reads them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from homebooru.errors import ModelUnusable
from homebooru.phrases import phrase

SUMS = "SHA256SUMS"
LINE = re.compile(r"(?P<digest>[0-9A-Fa-f]{64}) [ *](?:\./)?(?P<name>.+)")


def check_digest(network: Path) -> None:
    """Refuse weights that are not those of the list in their folder, or in the folder around it.

    Where there is no list, whatever the owner put there is taken. Raises ModelUnusable if the
    digest is another, or if the list does not name the file.
    """
    for folder in network.parents[:2]:
        if (folder / SUMS).is_file():
            return _hold(network, folder / SUMS)
    return None


def _hold(network: Path, sums: Path) -> None:
    wanted = _digests(sums).get(network.relative_to(sums.parent).as_posix())
    if wanted is None:
        raise ModelUnusable(
            phrase(
                "{network} is not named in {sums}, so it is not used. Add its line (sha256sum "
                "writes it), or remove the list.",
                network=network,
                sums=sums,
            )
        )
    with network.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != wanted:
        raise ModelUnusable(
            phrase(
                "{network} is not the file of which {sums} tells. Download it again from where "
                "you trust it, or correct the list if you replaced the model yourself.",
                network=network,
                sums=sums,
            )
        )


def _digests(sums: Path) -> dict[str, str]:
    lines = map(LINE.fullmatch, sums.read_text("utf-8", "replace").splitlines())
    return {line["name"]: line["digest"].lower() for line in lines if line}
