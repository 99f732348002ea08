"""Which taggers lie in the folder of models, told by their files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from homebooru.domain.taggers import ModelFolder
from homebooru.errors import ModelUnusable
from homebooru.inference.outputs import outputs_of, width_of
from homebooru.phrases import phrase

TAGS_OF_WD = "selected_tags.csv"
FOREIGN = {  # what lies beside the weights of models that are no taggers of ours
    "preprocess.json": phrase("a tagger in timm's form"),
    "top_tags.txt": phrase("JoyTag"),
}
PREFERRED = ("camie-tagger-v2", "model_refined", "model", "model_initial")
POINTER = b"version https://git-lfs"
HEAD = 4096
EMBEDDING, LOGITS = "embedding", "logits"
ENOUGH = 1 << 20  # bytes of weights that tell them from others


class Family(Enum):
    """Taggers that are spoken to alike; the first part is the source of what they say."""

    CAMIE_2 = ("camie", "CamieTagger v2")
    CAMIE_1 = ("camie", "CamieTagger")
    WD = ("wd", "WD tagger v3")

    @property
    def source(self) -> str:
        return self.value[0]

    @property
    def label(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Weights:
    """A tagger: the folder where it lies, and there its network and the list of its tags."""

    family: Family
    network: Path
    labels: Path

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.network.parent.name

    @property
    def describes_by(self) -> str | None:
        """Return the output by which it describes pictures as a whole; None where it only names tags.

        WD taggers were published anew with what their last layer gets as a second output, which has
        a name of that layer's.
        """
        names = list(outputs_of(self.network))
        if EMBEDDING in names:
            return EMBEDDING
        is_such = self.family is Family.WD and len(names) == 2 and names[1] != LOGITS
        return names[1] if is_such else None

    def width(self) -> int:
        """Return by how many numbers it describes pictures; raises ModelUnusable where it does not."""
        shapes = outputs_of(self.network)
        return width_of(self.network, shapes.get(self.describes_by or "", ()))

    def version(self) -> str:
        """Return what tells these files from all others."""
        with _readable(self.network).open("rb") as file:
            found = hashlib.sha256(file.read(ENOUGH))
        found.update(str(self.network.stat().st_size).encode())
        found.update(_readable(self.labels).read_bytes())
        return found.hexdigest()[:16]


def find_models(models: Path, chosen: Sequence[str] = ()) -> list[ModelFolder]:
    """Tell of each folder below `models` with a tagger, or a part of one, how it stands with it."""
    used = choose_weights(models, chosen)
    return [_told(folder, used) for folder in _folders(models)]


def _told(folder: Path, used: Sequence[Weights]) -> ModelFolder:
    try:
        weights = recognise(folder)
    except ModelUnusable as error:
        return ModelFolder(folder.name, problem=str(error))
    family = weights.family
    return ModelFolder(
        folder.name,
        family.source,
        family.label,
        is_used=weights in used,
        describes=weights.describes_by is not None,
    )


def choose_weights(models: Path, chosen: Sequence[str] = ()) -> list[Weights]:
    """Return the taggers that are to be used: those `chosen`, else all; the newest of each source."""
    wanted = [one for one in find_weights(models) if not chosen or one.name in chosen]
    best: dict[str, Weights] = {}
    for one in sorted(wanted, key=lambda weights: list(Family).index(weights.family)):
        best.setdefault(one.family.source, one)
    return list(best.values())


def find_weights(models: Path) -> Iterator[Weights]:
    """Yield each tagger below `models` that is whole."""
    for folder in _folders(models):
        with suppress(ModelUnusable):
            yield recognise(folder)


def recognise(folder: Path) -> Weights:
    """Return the tagger in a folder; raises ModelUnusable with what is missing or foreign there."""
    networks = sorted(folder.glob("*.onnx"), key=_rank)
    if not networks:
        raise ModelUnusable(
            phrase(
                "{folder} holds the list of a tagger's tags, but no weights: a file .onnx is "
                "missing. models/README.md says where it comes from.",
                folder=folder,
            )
        )
    for name, what in FOREIGN.items():
        if (folder / name).exists():
            raise ModelUnusable(
                phrase(
                    "{folder} holds {what}, which HomeBooru does not know. CamieTagger and the WD "
                    "taggers, version 3, can be used.",
                    folder=folder,
                    what=what,
                )
            )
    for network in networks:
        if labels := _metadata_of(network):
            family = Family.CAMIE_2 if _is_second(network, labels) else Family.CAMIE_1
            return Weights(family, complete(network), labels)
    if (folder / TAGS_OF_WD).is_file():
        return Weights(Family.WD, complete(networks[0]), _readable(folder / TAGS_OF_WD))
    raise ModelUnusable(
        phrase(
            "The list of tags is missing beside {network}: {stem}-metadata.json for CamieTagger, "
            "selected_tags.csv for a WD tagger.",
            network=networks[0],
            stem=networks[0].stem,
        )
    )


def _folders(models: Path) -> list[Path]:
    """Return the folders in which somebody has put a tagger, or a part of one."""
    lists = (TAGS_OF_WD, "*metadata.json")
    found = {path.parent for pattern in ("*.onnx", *lists) for path in models.glob(f"*/{pattern}")}
    return sorted(found)


def _rank(network: Path) -> tuple[int, str]:
    known = network.stem in PREFERRED
    return (PREFERRED.index(network.stem) if known else len(PREFERRED)), network.name


def _metadata_of(network: Path) -> Path | None:
    names = (f"{network.stem}-metadata.json", f"{network.stem}_metadata.json", "metadata.json")
    return next((path for name in names if (path := network.with_name(name)).is_file()), None)


def _is_second(network: Path, labels: Path) -> bool:
    """Tell whether it is CamieTagger's version 2, whose list is in sections."""
    with _readable(labels).open("rb") as file:
        head = file.read(HEAD)
    return "v2" in network.stem or b'"dataset_info"' in head or b'"model_info"' in head


def complete(network: Path) -> Path:
    """Return the file, unless it is what Git leaves in the place of a large one."""
    with _readable(network).open("rb") as file:
        head = file.read(len(POINTER))
    if head == POINTER or not head:
        raise ModelUnusable(
            phrase(
                "{network} is not the weights themselves, but a note of where they are (Git LFS), "
                "or empty. Download the file itself.",
                network=network,
            )
        )
    return network


def _readable(file: Path) -> Path:
    """Return the file, if it can be opened; raises ModelUnusable otherwise."""
    try:
        file.open("rb").close()
    except OSError as error:
        raise ModelUnusable(
            phrase("{file} cannot be read: {strerror}.", file=file, strerror=error.strerror)
        ) from error
    return file
