"""Which CLIP models lie in the folder of models, in the layout of Immich's own cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homebooru.domain.alike.spaces import IMMICH, TAGGER
from homebooru.errors import ModelUnusable
from homebooru.inference.catalog import ENOUGH, complete
from homebooru.phrases import phrase

NETWORK = "model.onnx"


@dataclass(frozen=True, slots=True)
class ClipFolder:
    """A CLIP model: its name, and the folder in which its two networks have a folder each."""

    name: str
    folder: Path

    @property
    def visual(self) -> Path:
        return self.folder / "visual" / NETWORK

    @property
    def textual(self) -> Path:
        return self.folder / "textual" / NETWORK

    @property
    def reads(self) -> bool:
        """Whether the part that understands words is there too."""
        return self.textual.is_file()

    def version(self) -> str:
        """Return what tells these files from all others; raises ModelUnusable where they are broken."""
        with complete(self.visual).open("rb") as file:
            found = hashlib.sha256(file.read(ENOUGH))
        found.update(str(self.visual.stat().st_size).encode())
        return found.hexdigest()[:16]

    def read(self, *places: str) -> dict[str, Any]:
        """Return what a JSON file of the model says; raises ModelUnusable. `places` are tried in turn."""
        file = next((path for path in map(self.folder.joinpath, places) if path.is_file()), None)
        if file is None:
            raise ModelUnusable(
                phrase(
                    "{file} is missing. Take all files of the model, as Immich's cache has them.",
                    file=self.folder / places[0],
                )
            )
        try:
            told: dict[str, Any] = json.loads(file.read_text("utf-8"))
            return dict(told)
        except (OSError, ValueError, TypeError) as error:
            raise ModelUnusable(
                phrase(
                    "{file} cannot be understood ({error}). Download it again.",
                    file=file,
                    error=type(error).__name__,
                )
            ) from error


def find_clips(models: Path) -> list[ClipFolder]:
    """Return the CLIP models below `models`, or its folder `clip`; of each the first whole one."""
    found: dict[str, ClipFolder] = {}
    for place in (models, models / "clip"):
        for one in _below(place):
            with suppress(ModelUnusable):
                _check_name(one)
                complete(one.visual)
                found.setdefault(one.name, one)
    return list(found.values())


def broken_clips(models: Path) -> list[tuple[str, str]]:
    """Return the folders that hold parts of a CLIP model, and what keeps each from being used."""
    return [
        (one.name, reason)
        for place in (models, models / "clip")
        for one in _parts(place)
        if (reason := _problem(one)) is not None
    ]


def _problem(model: ClipFolder) -> str | None:
    if not model.visual.is_file():
        return str(phrase("{file} is missing.", file=model.visual))
    try:
        _check_name(model)
        complete(model.visual)
        if model.reads:
            complete(model.textual)
    except ModelUnusable as error:
        return str(error)
    return None


def _check_name(model: ClipFolder) -> None:
    """Raise ModelUnusable where a folder is called as models are that lie in no folder of their own."""
    if model.name.endswith((TAGGER, IMMICH)):
        raise ModelUnusable(
            phrase(
                "Give the folder {folder} another name: those that end in {tagger} or {immich} tell "
                "other models from CLIP.",
                folder=model.folder,
                tagger=TAGGER,
                immich=IMMICH,
            )
        )


def _parts(place: Path) -> Iterator[ClipFolder]:
    """Yield the folders in which one of the two networks has a folder."""
    for model in sorted(place.glob("*/")):
        for folder in (model, *sorted(model.glob("*/"))):
            if model.name != "clip" and any((folder / of).is_dir() for of in ("visual", "textual")):
                yield ClipFolder(model.name, folder)


def _below(place: Path) -> Iterator[ClipFolder]:
    for model in sorted(place.glob("*/")):
        for folder in (model, *sorted(model.glob("*/"))):
            if model.name != "clip" and (folder / "visual" / NETWORK).is_file():
                yield ClipFolder(model.name, folder)
