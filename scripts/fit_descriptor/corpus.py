"""The pictures that the descriptor is fitted and judged on: those of Debian's packages."""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from homebooru.imaging import colours, looks

PACKAGES = (
    "endless-sky-data",
    "gnome-backgrounds",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "mate-backgrounds",
    "openclipart-png",
    "plasma-workspace-wallpapers",
    "renpy-demo",
    "renpy-thequestion",
    "ukui-wallpapers",
    "wesnoth-1.16-data",
    "wesnoth-1.16-did",
    "wesnoth-1.16-dw",
    "wesnoth-1.16-httt",
    "wesnoth-1.16-low",
    "wesnoth-1.16-nr",
    "wesnoth-1.16-sof",
    "wesnoth-1.16-trow",
    "wesnoth-1.16-tsg",
    "wesnoth-1.16-utbs",
)
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
SIDE = 640  # pixels, at most
LARGEST = 60_000_000  # pixels of an original


@dataclass(frozen=True, slots=True)
class Kind:
    """Pictures that belong together: where they lie, and what tells that two show the same.

    `each` is how many there may be with one label, where these are frames of an animation;
    `apart` are folders of what nobody collects.
    """

    pattern: str
    label: Callable[[Path], str]
    most: int
    least_side: int = 96
    is_fitted: bool = False
    each: int | None = None
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture of the corpus; those of a kind with the same label are of one subject."""

    kind: str
    label: str
    path: Path


def _first_word(path: Path) -> str:
    return re.split(r"[\d\W_]", path.stem.lower())[0]


def _folder(path: Path) -> str:
    return str(path.parent)


def _unit(path: Path) -> str:
    return path.stem.split("-")[0]


SIGNS = frozenset({"icons", "shapes", "roadsigns", "signs_and_symbols"})
WESNOTH = "games/wesnoth/*/data"
KINDS = {
    "clipart": Kind("openclipart/png/**/*", _folder, 917, is_fitted=True, apart=SIGNS),
    "portrait": Kind(f"{WESNOTH}/core/images/portraits/*/*", _folder, 240, is_fitted=True),
    "story": Kind(f"{WESNOTH}/campaigns/*/images/story/**/*", _folder, 80, is_fitted=True),
    "wallpaper": Kind("[bw]a*/**/*", _folder, 120, is_fitted=True),
    "campaign": Kind(f"{WESNOTH}/campaigns/*/images/portraits/**/*", _first_word, 160),
    "unit": Kind(f"{WESNOTH}/core/images/units/*/*", _unit, 882, 48, each=6),
    "land": Kind("games/endless-sky/images/land/*", _first_word, 280),
    "novel": Kind("games/renpy/**/*", _first_word, 80),
}


def fetch(folder: Path) -> None:
    """Unpack the packages into a folder, as far as they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not list(folder.glob(f"{package}_*.deb")):
            subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True)
            [archive] = folder.glob(f"{package}_*.deb")
            subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)


def samples(folder: Path, seed: int) -> list[Sample]:
    """Return the pictures of all kinds, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311  no secret
    found = []
    for name, kind in KINDS.items():
        some = list(_of(folder, name, kind))
        chance.shuffle(some)
        found += some[: kind.most]
    return found


def _of(folder: Path, name: str, kind: Kind) -> Iterator[Sample]:
    seen: set[bytes] = set()
    alike: Counter[str] = Counter()
    for path in sorted((folder / "usr/share").glob(kind.pattern)):
        if not kind.apart.isdisjoint(path.parts) or not _fits(path, kind.least_side):
            continue
        digest = hashlib.sha256(path.read_bytes()).digest()
        label = kind.label(path)
        if digest not in seen and (kind.each is None or alike[label] < kind.each):
            seen.add(digest)
            alike[label] += 1
            yield Sample(name, label, path)


def _fits(path: Path, least: int) -> bool:
    if path.suffix not in SUFFIXES or path.is_symlink():
        return False
    Image.MAX_IMAGE_PIXELS = None  # no stranger's files
    with Image.open(path) as image:
        return min(image.size) >= least and image.width * image.height <= LARGEST


def load(path: Path) -> Image.Image:
    """Return a picture as it is shown on a white page, not larger than what is measured."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image)
    return looks.smaller(colours.on_white(colours.to_plain(upright)), SIDE)


def by_label(some: list[Sample], least: int) -> dict[str, dict[str, list[int]]]:
    """Return, by kind and label, the places of pictures that have company of their own."""
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, sample in enumerate(some):
        found[sample.kind][sample.label].append(place)
    return {
        kind: {label: places for label, places in labels.items() if len(places) >= least}
        for kind, labels in found.items()
    }
