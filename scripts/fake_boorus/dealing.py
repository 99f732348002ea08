"""Decides which made-up site knows which picture, and what it says of it: always the same."""

from __future__ import annotations

import hashlib
import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.fakes.boorus.picture import Shelf
from tests.fakes.reverse.looks import Memory, NoPicture

SHARES = {"danbooru": 60, "e621": 4, "yandere": 3, "gelbooru": 3, "saucenao": 15, "nobody": 15}
"""How many of a hundred pictures somebody knows; who is asked later knows what earlier ones do not."""

ENDINGS = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".jxl", ".webm", ".mp4"}
GENERAL = [
    "1girl",
    "2girls",
    "solo",
    "smile",
    "hat",
    "outdoors",
    "night",
    "cat",
    "flower",
    "sky",
    "water",
    "tree",
    "city",
    "long_hair",
    "looking_at_viewer",
    "simple_background",
    "window",
    "book",
    "sitting",
    "standing",
]
ARTISTS = ["somebody", "a_quiet_painter", "ink_and_rain", "the_third_hand", "paper_moon"]
SERIES = ["a_long_summer", "the_lighthouse", "garden_of_clocks"]
RATINGS = "ggggssqe"


def pictures(folder: Path) -> Iterator[Path]:
    """Yield the pictures below a folder, in the same order each time."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in ENDINGS:
                yield Path(place, name)


def deal(files: Iterator[Path], sites: Mapping[str, Shelf | Memory]) -> Counter[str]:
    """Let sites know pictures; return how many each of them was given."""
    dealt: Counter[str] = Counter()
    for file in files:
        content = file.read_bytes()
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        chance = random.Random(md5)  # noqa: S311  nothing is kept secret by it
        [name] = chance.choices(list(SHARES), list(SHARES.values()))
        dealt[name] += _tell(sites, name, md5, content, chance)
    return dealt


def _tell(
    sites: Mapping[str, Shelf | Memory],
    name: str,
    md5: str,
    content: bytes,
    chance: random.Random,
) -> int:
    """Let a site know a picture, if there is such a site; return to how many it was told."""
    site = sites.get(name)
    if isinstance(site, Shelf):
        site.put(md5, **_words(chance))
    elif isinstance(site, Memory):
        return _resemble(sites, site, content, chance)
    return 1


def _resemble(
    sites: Mapping[str, Shelf | Memory], site: Memory, content: bytes, chance: random.Random
) -> int:
    """Let a reverse search know a picture of which a booru has another file."""
    booru = sites["danbooru"]
    assert isinstance(booru, Shelf)
    other = booru.put(f"{chance.getrandbits(128):032x}", **_words(chance))
    try:
        site.remember(content, danbooru_id=other.id)
    except NoPicture:
        return 0
    return 1


def _words(chance: random.Random) -> dict[str, str]:
    return {
        "general": " ".join(sorted(chance.sample(GENERAL, 6))),
        "artist": chance.choice(ARTISTS),
        "copyright": chance.choice(SERIES),
        "rating": chance.choice(RATINGS),
        "source": f"https://pictures.example/{chance.randrange(10**6)}",
    }
