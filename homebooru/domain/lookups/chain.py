"""Who is asked about a post next: a step of the chain once those before it knew nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from homebooru.domain.lookups.outcomes import KNOWN, Outcome
from homebooru.sites import STEPS


@dataclass(frozen=True, slots=True)
class Wanted:
    """A post that a source is to be asked about.

    `md5s` are the digests of its file, in hexadecimal, old ones too; `sha256` names its thumbnail.
    `lead` is the number of the source's own post, where a picture so alike is (`similarity`).
    """

    post_id: int
    md5s: tuple[str, ...]
    sha256: bytes
    lead: str | None = None
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands between a post and a source: what it answered, and whether it is awaited.

    A source that could not be asked is awaited for some days; then the next one is asked
    without it.
    """

    outcome: Outcome | None
    is_awaited: bool


def is_known(source: str, standings: Mapping[str, Standing]) -> bool:
    """Tell whether somebody who comes before a source knows the post, enabled by now or not."""
    return any(standing.outcome in KNOWN for standing in _before(source, standings).values())


def is_turn(source: str, standings: Mapping[str, Standing], enabled: Collection[str]) -> bool:
    """Tell whether a source is to be asked about a post: nobody before it knows, or is awaited.

    Whoever is enabled and has no standing has not been asked yet.
    """
    first = {name for name in enabled if STEPS[name] < STEPS[source]}
    through = {name for name, standing in standings.items() if not standing.is_awaited}
    return first <= through and not is_known(source, standings)


def _before(source: str, standings: Mapping[str, Standing]) -> Mapping[str, Standing]:
    return {name: one for name, one in standings.items() if STEPS.get(name, 0) < STEPS[source]}
