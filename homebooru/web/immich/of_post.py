"""What a post's page tells of Immich."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from homebooru.domain.immich.address import read_address
from homebooru.domain.query.tree import Held, Holder
from homebooru.domain.query.writing import write
from homebooru.services.immich.showing import in_immich
from homebooru.web.current import deps, scope


def immich_of(post_id: int) -> dict[str, Any]:
    """Return where a post lies in Immich, and searches for what it belongs to there."""
    told = in_immich(deps().sessions, post_id, scope())
    address = deps().immich_address if told.assets else None
    return {
        "in_immich": told,
        "immich_address": None if address is None else read_address(address),
        "immich_albums": _searches(Holder.ALBUM, told.albums),
        "immich_people": _searches(Holder.PERSON, told.people),
    }


def _searches(holder: Holder, names: Iterable[str]) -> dict[str, str]:
    return {name: write(Held(holder, name)) for name in names}
