"""Runs the two networks of a CLIP model with onnxruntime, each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from homebooru.errors import ModelUnusable
from homebooru.inference.asking import Options
from homebooru.inference.clip.catalog import ClipFolder
from homebooru.inference.clip.preparing import Preparation, cleaned
from homebooru.inference.directions import directions
from homebooru.inference.outputs import width_of
from homebooru.inference.sessions import open_network
from homebooru.phrases import phrase

CONTEXT = 77
T = TypeVar("T")


@lru_cache(maxsize=1)
def visual(clip: ClipFolder, options: Options) -> Visual:
    return Visual(clip, options)


@lru_cache(maxsize=1)
def textual(clip: ClipFolder, options: Options) -> Textual:
    return Textual(clip, options)


class _Network:
    """A loaded network, which has one input and describes what comes in."""

    def __init__(self, file: Path, options: Options) -> None:
        self._file = file
        self._session, self.device = open_network(file, options)
        self._input = self._session.get_inputs()[0]
        self.dimensions = width_of(file, self._session.get_outputs()[0].shape)

    def _described(self, numbers: NDArray[Any]) -> bytes:
        """Return what the network makes of one thing, in its direction of length 1."""
        (found, *_) = self._session.run(None, {self._input.name: numbers[None]})
        (direction,) = directions(self._file, np.reshape(found, (1, -1)), 1, self.dimensions)
        return direction


class Visual(_Network):
    """Sees: describes pictures, one at a time, as most exports want it."""

    def __init__(self, clip: ClipFolder, options: Options) -> None:
        super().__init__(clip.visual, options)
        told = clip.read("visual/preprocess_cfg.json")
        self._preparation = _understood(
            clip.folder / "visual/preprocess_cfg.json", lambda: Preparation.read(told)
        )
        # newer exports take bytes and do the arithmetic themselves
        self._takes_bytes = self._input.type == "tensor(uint8)"

    def see(self, pictures: Sequence[bytes]) -> list[bytes]:
        return [self._see(picture) for picture in pictures]

    def _see(self, picture: bytes) -> bytes:
        square = self._preparation.square(picture)
        return self._described(square if self._takes_bytes else self._preparation.numbers(square))


class Textual(_Network):
    """Reads: describes words as it would describe a picture that shows them."""

    def __init__(self, clip: ClipFolder, options: Options) -> None:
        super().__init__(clip.textual, options)
        self._tokenizer, self._is_plain = _understood(clip.folder, lambda: _tokenizer(clip))

    def read(self, text: str) -> bytes:
        tokens = self._tokenizer.encode(cleaned(text, is_plain=self._is_plain))
        return self._described(np.array(tokens.ids, np.int32))


def _tokenizer(clip: ClipFolder) -> tuple[Any, bool]:
    """Return what parts texts into tokens, and whether it wants them plain."""
    from tokenizers import Tokenizer  # noqa: PLC0415 (the part that sees needs none)

    taught = clip.read("config.json").get("text_cfg", {})
    context = int(taught.get("context_length", CONTEXT))
    pad = clip.read("textual/tokenizer_config.json", "tokenizer_config.json")["pad_token"]
    pad = pad["content"] if isinstance(pad, dict) else pad
    files = (clip.folder / "textual" / "tokenizer.json", clip.folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(next(filter(Path.is_file, files), files[0])))
    tokenizer.enable_truncation(context)
    tokenizer.enable_padding(length=context, pad_token=pad, pad_id=tokenizer.token_to_id(pad))
    clean = taught.get("tokenizer_kwargs", {}).get("clean")
    return tokenizer, clean == "canonicalize"


def _understood(place: Path, read: Callable[[], T]) -> T:
    """Return what a file of the model says; raises ModelUnusable where that makes no sense."""
    try:
        return read()
    except ModelUnusable:
        raise
    except Exception as error:  # the tokenizer's own errors are plain exceptions
        raise ModelUnusable(
            phrase(
                "{place} cannot be understood ({error}). Download the model again.",
                place=place,
                error=f"{type(error).__name__}: {error}",
            )
        ) from error
