"""The sources that can be asked over the network, a line each, and the order of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto


class Step(IntEnum):
    """The order in which sources are asked: one step once those before it knew nothing."""

    DIGESTS = 1  # boorus that take the digests of many pictures at once
    DIGEST = 2  # boorus that take one at a time
    LIKENESS = 3  # a reverse search: it is sent a small picture
    NEXT_LIKENESS = 4  # a reverse search for what the one before does not know
    MODEL = 5  # a tagger on this machine


class Family(Enum):
    """Kinds of sites that speak alike; `homebooru/sources` has a module for each."""

    DANBOORU = auto()
    E621 = auto()
    GELBOORU = auto()
    MOEBOORU = auto()
    SAUCENAO = auto()
    IQDB = auto()

    @property
    def step(self) -> Step:
        return _STEPS.get(self, Step.DIGESTS)

    @property
    def takes_user(self) -> bool:
        """Whether such sites know people by a name of theirs, which goes with the key."""
        return self.takes_key and self is not Family.SAUCENAO

    @property
    def takes_key(self) -> bool:
        """Whether such sites know people by a key."""
        return self not in (Family.MOEBOORU, Family.IQDB)

    @property
    def needs_key(self) -> bool:
        """Whether such sites answer nobody who has no key."""
        return self in (Family.GELBOORU, Family.SAUCENAO)


_STEPS = {
    Family.GELBOORU: Step.DIGEST,
    Family.SAUCENAO: Step.LIKENESS,
    Family.IQDB: Step.NEXT_LIKENESS,
}
_PAGES = {
    Family.DANBOORU: "/posts/{}",
    Family.E621: "/posts/{}",
    Family.GELBOORU: "/index.php?page=post&s=view&id={}",
    Family.MOEBOORU: "/post/show/{}",
}


@dataclass(frozen=True, slots=True)
class Site:
    """A source: where it is, how far its word is trusted, and seconds between two requests."""

    name: str
    label: str
    family: Family
    url: str
    trust: float
    pace: float = 1.0

    @property
    def is_booru(self) -> bool:
        """Whether it is told digests alone, and knows posts of its own."""
        return self.family.step <= Step.DIGEST

    def page_of(self, remote_id: str) -> str | None:
        """Return where people see a post of this site."""
        path = _PAGES.get(self.family)
        return None if path is None else self.url + path.format(remote_id)


SITES = {
    site.name: site
    for site in (
        Site("danbooru", "Danbooru", Family.DANBOORU, "https://danbooru.donmai.us", 0.9, 0.5),
        Site("e621", "e621", Family.E621, "https://e621.net", 0.85),
        Site("yandere", "yande.re", Family.MOEBOORU, "https://yande.re", 0.8),
        Site("gelbooru", "Gelbooru", Family.GELBOORU, "https://gelbooru.com", 0.75),
        Site("saucenao", "SauceNAO", Family.SAUCENAO, "https://saucenao.com", 0.45, 5.0),
        Site("iqdb", "IQDB", Family.IQDB, "https://iqdb.org", 0.4, 10.0),
    )
}
BOORUS = frozenset(site.name for site in SITES.values() if site.is_booru)
TAGGERS: Mapping[str, str] = {"camie": "CamieTagger", "wd": "WD tagger"}
"""Models on this machine, by the names under which they speak, with their labels."""
STEPS: Mapping[str, Step] = {
    **{site.name: site.family.step for site in SITES.values()},
    **dict.fromkeys(TAGGERS, Step.MODEL),
}
"""When each source is asked."""
