"""The boorus that can be asked, a line each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Family(Enum):
    """Kinds of sites that speak alike; `homebooru/sources` has a module for each."""

    DANBOORU = auto()
    E621 = auto()
    GELBOORU = auto()
    MOEBOORU = auto()

    @property
    def takes_keys(self) -> bool:
        """Whether such sites know people by a name and a key of theirs."""
        return self is not Family.MOEBOORU

    @property
    def comes_last(self) -> bool:
        """Whether it is asked only for what the others do not know, since it takes one at a time."""
        return self is Family.GELBOORU


@dataclass(frozen=True, slots=True)
class Site:
    """A booru: where it is, how far its word is trusted, and seconds between two requests."""

    name: str
    label: str
    family: Family
    url: str
    trust: float
    pace: float = 1.0


SITES = {
    site.name: site
    for site in (
        Site("danbooru", "Danbooru", Family.DANBOORU, "https://danbooru.donmai.us", 0.9, 0.5),
        Site("e621", "e621", Family.E621, "https://e621.net", 0.85),
        Site("yandere", "yande.re", Family.MOEBOORU, "https://yande.re", 0.8),
        Site("gelbooru", "Gelbooru", Family.GELBOORU, "https://gelbooru.com", 0.75),
    )
}
LAST = frozenset(site.name for site in SITES.values() if site.family.comes_last)
