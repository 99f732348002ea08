"""A folder of pictures, and others who know them: what a gallery that is soaked works on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from homebooru.settings import variable
from scripts.fake_boorus.__main__ import FAKES
from scripts.fake_boorus.__main__ import settings as settings_for_sources
from scripts.fake_boorus.dealing import deal
from scripts.fake_immich.__main__ import settings as settings_for_immich
from scripts.fake_immich.filling import fill
from tests import corpus
from tests.fakes.clips import make_clip
from tests.fakes.immich import FakeImmich
from tests.fakes.taggers import make_camie_2

CLIP = "tiny-clip"
VARIANTS = 3
"""So many pictures lie at one name, one after the other, so that what is known does not grow."""
GONE = "gone"
NAMES = ("{}.png", "moved-{}.png", GONE)
STEPS = len(NAMES) * VARIANTS
WORDS = ("garden", "evening", "painting", "two_cats", "sea", "old_town", "bicycle")


@dataclass(slots=True)
class Folder:
    """Pictures that come, go, move and change, in a round that ends where it began."""

    path: Path
    count: int
    _steps: dict[int, int] = field(default_factory=dict)
    _next: int = 0

    def fill(self) -> None:
        self.path.mkdir(parents=True)
        for number in range(self.count):
            self._write(number, 0)

    def everything(self, where: Path) -> Iterator[Path]:
        """Write each picture there will ever be into another folder, for those who know them."""
        where.mkdir()
        for number in range(self.count):
            for variant in range(VARIANTS):
                file = where / f"{number}-{variant}.png"
                file.write_bytes(_drawn(number, variant))
                yield file

    def change(self, many: int) -> None:
        """Let pictures be moved, changed, taken away and brought back."""
        for _ in range(many):
            number, self._next = self._next, (self._next + 1) % self.count
            self._write(number, self._steps.get(number, 0) + 1)

    def _write(self, number: int, step: int) -> None:
        step %= STEPS
        for name in NAMES:
            for file in self._files(number, name):
                file.unlink(missing_ok=True)
        if (name := NAMES[step % len(NAMES)]) != GONE:
            picture, text = self._files(number, name)
            picture.write_bytes(_drawn(number, step // len(NAMES)))
            words = Random(step).sample(WORDS, 3)  # noqa: S311  the same each time
            text.write_text("\n".join(words), "utf-8")
        self._steps[number] = step

    def _files(self, number: int, name: str) -> tuple[Path, Path]:
        picture = self.path / name.format(number)
        return picture, picture.with_name(f"{picture.name}.txt")


def _drawn(number: int, variant: int) -> bytes:
    return corpus.png(320, 240, seed=VARIANTS * number + variant)


@dataclass(frozen=True, slots=True)
class Household:
    """A place on the disk, a folder that lives, an Immich, and the settings that go with them."""

    place: Path
    folder: Folder
    immich: FakeImmich
    environment: dict[str, str]

    @property
    def data(self) -> Path:
        return self.place / "data"

    def change_immich(self, chance: Random) -> None:
        """Let somebody work over there: tags and favourites come and go."""
        assets = list(self.immich.world.assets.values())
        for asset in chance.sample(assets, min(5, len(assets))):
            tag = self.immich.world.upsert_tag(asset.owner, chance.choice(WORDS))
            asset.tags ^= {tag}
            self.immich.world.change(asset, favourite=not asset.favourite)
        self.immich.asked.clear()


@contextmanager
def household(place: Path, pictures: int, port: int) -> Iterator[Household]:
    """Yield a household whose boorus, reverse search and Immich run in this process."""
    place.chmod(0o755)  # the database's user passes through
    folder = Folder(place / "pictures", pictures)
    folder.fill()
    family = place / "family"
    family.mkdir()
    for number in range(pictures // 4):
        (family / f"{number}.jpg").write_bytes(corpus.jpeg(320, 240, seed=-1 - number))
    models = place / "models"
    (models / "camie-tagger-v2").mkdir(parents=True)
    make_camie_2(models / "camie-tagger-v2")
    make_clip(models / CLIP)
    sites: dict[str, Any] = {name: fake() for name, fake in FAKES.items()}
    deal(folder.everything(place / "known"), sites)
    immich = FakeImmich(3)
    fill(immich, family, writable=True)
    with ExitStack() as leaving:
        for fake in (*sites.values(), immich):
            leaving.enter_context(fake)
        told = settings_for_sources(sites) | settings_for_immich(immich, family)
        for name in sites:
            told[variable(f"{name}_pace")] = "0.02"
        yield Household(place, folder, immich, _environment(place, port) | told)


def _environment(place: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOMEBOORU_")}
    settings = {
        "data": place / "data",
        "models": place / "models",
        "port": port,
        "processes": 2,
        "minimum_free": 100,
        "monitor_interval": 60,
        "immich_interval": 60,
        "tagger_threads": 1,
        "tagger_idle": 10,  # the pages let a model go, for the worker to have it
    }
    return kept | {variable(name): str(value) for name, value in settings.items()}
