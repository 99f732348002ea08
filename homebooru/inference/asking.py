"""What a model's process is asked to do; whoever asks imports this, and no runtime with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homebooru.domain.said import Said
from homebooru.domain.taggers import Framing
from homebooru.inference.catalog import Weights


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is to be run: the device, threads (0: as many as it likes), and its floor.

    What the model is less sure of than the floor is forgotten.
    """

    device: str = "auto"
    threads: int = 0
    floor: float = 0.1


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that runs, and on which device."""

    device: str


@dataclass(frozen=True, slots=True)
class LoadedTagger(Loaded):
    """A tagger that runs, and how it wants its pictures."""

    framing: Framing


def load(weights: Weights, options: Options) -> LoadedTagger:
    """Load a model unless it is loaded; raises ModelUnusable where that fails."""
    from homebooru.inference.network import network_of  # noqa: PLC0415 (see above)

    network = network_of(weights, options)
    return LoadedTagger(network.device, network.framing)


def look(weights: Weights, options: Options, frames: Sequence[bytes]) -> list[Said]:
    """Return what a model says of pictures that were framed for it."""
    from homebooru.inference.network import network_of  # noqa: PLC0415 (see above)

    return network_of(weights, options).look(frames)


def describe(weights: Weights, options: Options, pictures: Sequence[bytes]) -> list[bytes]:
    """Return descriptions of pictures, which are JPEGs: unit vectors, in half precision."""
    from homebooru.inference.describing import describe_by  # noqa: PLC0415 (see above)
    from homebooru.inference.network import network_of  # noqa: PLC0415

    return describe_by(network_of(weights, options), pictures)
