"""Puts the pictures of a folder into a made-up Immich, the same way each time."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.fake_boorus.dealing import pictures
from tests.fakes.immich import FakeImmich

LIBRARY = "/external/pictures"
STILL = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"}
TAGS = ("Holiday", "Family/Grandma", "Family/Cat", "Wallpapers", "To print")
NAMES = ("Ada", "Grace", "")


def fill(server: FakeImmich, folder: Path, *, writable: bool) -> None:
    """Make assets, albums (a folder each), people and tags."""
    world, owner = server.world, server.user
    library = world.add_library(owner, LIBRARY)
    world.disk.mount(LIBRARY, folder)
    if not writable:
        world.disk.make_read_only(LIBRARY)
    people = [world.add_person(owner, name) for name in NAMES]
    albums = defaultdict(list)
    for file in pictures(folder):
        if file.suffix.lower() in STILL:
            asset = _add(server, library, folder, file, people)
            albums[file.parent].append(asset)
    for place, assets in albums.items():
        if place != folder:
            world.add_album(owner, place.name, assets)


def _add(server: FakeImmich, library: Any, folder: Path, file: Path, people: list[Any]) -> Any:
    inside = file.relative_to(folder)
    chance = random.Random(str(inside))  # noqa: S311  nothing is kept secret by it
    uploaded = chance.random() < 1 / 3
    content = file.read_bytes()
    asset = server.world.add_asset(
        server.user,
        name=file.name,
        library=None if uploaded else library,
        path=None if uploaded else f"{LIBRARY}/{inside.as_posix()}",
        content=content,
        taken=datetime.fromtimestamp(int(file.stat().st_mtime), UTC),
        tags=chance.sample(TAGS, chance.choice([0, 0, 1, 2])),
        people=chance.sample(people, chance.choice([0, 0, 0, 1])),
        favourite=chance.random() < 0.1,
        visibility="archive" if chance.random() < 0.05 else "timeline",
        stars=chance.choice([None, None, None, 3, 5]),
    )
    asset.content, asset.file = None, file  # it is read again where it is wanted
    return asset
