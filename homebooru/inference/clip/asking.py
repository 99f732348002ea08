"""What the processes of a CLIP model are asked; whoever asks imports this, and no runtime with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homebooru.inference.asking import Loaded, Options
from homebooru.inference.clip.catalog import ClipFolder


@dataclass(frozen=True, slots=True)
class LoadedClip(Loaded):
    """A network that runs, and how many numbers it describes things by."""

    dimensions: int


def load_visual(clip: ClipFolder, options: Options) -> LoadedClip:
    """Load the part that sees, unless it is loaded; raises ModelUnusable where that fails."""
    from homebooru.inference.clip.networks import visual  # noqa: PLC0415 (see above)

    network = visual(clip, options)
    return LoadedClip(network.device, network.dimensions)


def load_textual(clip: ClipFolder, options: Options) -> LoadedClip:
    """Load the part that reads, unless it is loaded; raises ModelUnusable where that fails."""
    from homebooru.inference.clip.networks import textual  # noqa: PLC0415 (see above)

    network = textual(clip, options)
    return LoadedClip(network.device, network.dimensions)


def see(clip: ClipFolder, options: Options, pictures: Sequence[bytes]) -> list[bytes]:
    """Return descriptions of pictures: unit vectors, as numbers in half precision."""
    from homebooru.inference.clip.networks import visual  # noqa: PLC0415 (see above)

    return visual(clip, options).see(pictures)


def read(clip: ClipFolder, options: Options, text: str) -> bytes:
    """Return the description of a text."""
    from homebooru.inference.clip.networks import textual  # noqa: PLC0415 (see above)

    return textual(clip, options).read(text)
