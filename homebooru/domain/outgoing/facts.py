"""What else than tags goes to Immich: favourites, stars, descriptions; and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homebooru.domain.immich.assets import AssetDetail
from homebooru.domain.immich.changes import AssetChange

Facts = Mapping[str, Any]
"""By the names of `AssetChange`; one that is missing is not ours to say."""
Last = Mapping[str, Any]
"""What we wrote, each with what was there before us, and whether it surely came there."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """What is to be changed of an asset, and what is ours once it is."""

    change: Mapping[str, Any] = field(default_factory=dict)
    last: Last = field(default_factory=dict)

    def asked(self) -> AssetChange:
        """Return what is to be changed first: a favourite is read again at once, the rest later."""
        first = {"favourite"} & self.change.keys() or self.change.keys()
        return AssetChange(**{name: self.change[name] for name in first})


def facts_of(detail: AssetDetail) -> dict[str, Any]:
    """Return what Immich says of an asset now."""
    exif = detail.exif
    return {
        "favourite": detail.asset.is_favourite,
        "stars": (exif.stars if exif else None) or 0,
        "description": exif.description if exif else "",
    }


def compare_facts(wanted: Facts, theirs: Facts, last: Last) -> FactChange:
    """Work out what is to be changed; what somebody changed over there after us stays as it is."""
    change: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for name, held in theirs.items():
        ours, former, is_sure = last.get(name, (None, held, True))
        is_ours = name in last and ours == held
        if name in wanted and wanted[name] == held:
            known |= {name: [ours, former, True]} if is_ours else {}
        elif name in wanted and name in last and is_sure and not is_ours and ours == wanted[name]:
            known[name] = last[name]
        elif name in wanted:
            change[name] = wanted[name]
            known[name] = [wanted[name], former if is_ours or not is_sure else held, False]
        elif is_ours:
            change[name] = former
            known[name] = last[name]
    return FactChange(change, known)
