"""What a tagger (a model that names what a picture shows) is, and how it wants pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """How a picture comes into a model's square."""

    SHRINK_THEN_PAD = "shrink then pad"
    PAD_THEN_SHRINK = "pad then shrink"


class Filter(StrEnum):
    """How pixels are worked out anew."""

    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


@dataclass(frozen=True, slots=True)
class Framing:
    """The square of pixels that a model looks at: its side, what lies behind and beside a picture."""

    side: int
    background: tuple[int, int, int]
    fit: Fit
    filter: Filter

    @property
    def size(self) -> int:
        """Return how many bytes such a square has: red, green and blue, row by row."""
        return self.side * self.side * 3


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder with a tagger: the name under which it speaks, what it is, and whether it is used.

    `describes` where it can also tell what is alike. Where `problem` says why it cannot be used, the
    rest is not known.
    """

    folder: str
    source: str | None = None
    label: str | None = None
    is_used: bool = False
    describes: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A tagger that can be had: its files, whose it is at Hugging Face, and under which licence."""

    label: str
    files: tuple[str, ...]
    origin: str
    licence: str

    @property
    def address(self) -> str:
        return f"https://huggingface.co/{self.origin}"


OFFERS = (
    Offer(
        "CamieTagger v2",
        ("camie-tagger-v2.onnx", "camie-tagger-v2-metadata.json"),
        "Camais03/camie-tagger-v2",
        "GPL-3.0",
    ),
    Offer(
        "CamieTagger",
        ("model_initial.onnx", "model_initial_metadata.json"),
        "Camais03/camie-tagger",
        "GPL-3.0",
    ),
    Offer(
        "WD tagger v3",
        ("model.onnx", "selected_tags.csv"),
        "SmilingWolf/wd-vit-tagger-v3",
        "Apache-2.0",
    ),
)
RUNTIMES: Mapping[str, str] = {  # packages that run models on the graphics cards of these
    "NVIDIA": "onnxruntime-gpu[cuda,cudnn]",
    "AMD": "onnxruntime-migraphx",
    "Intel": "onnxruntime-openvino",
}
