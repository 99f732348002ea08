"""Immich's machine learning, which describes pictures and words by a CLIP model."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import numpy as np
from PIL import Image

from homebooru.domain.alike.spaces import IMMICH
from homebooru.http.answers import Answer, read_answer
from homebooru.http.client import JsonClient
from homebooru.phrases import phrase
from homebooru.ports import Embedder

PATH = "/predict"
LANGUAGE = {"language": "en"}


class ImmichMl(Embedder):
    """Speaks for one CLIP model there; `open_client` gives a connection of one's own."""

    def __init__(self, model: str, open_client: Callable[[], JsonClient]) -> None:
        self._model = model.rsplit("/", maxsplit=1)[-1]
        self._open_client = open_client

    @property
    def name(self) -> str:
        return f"{self._model} {IMMICH}"

    @property
    def reads(self) -> bool:
        return True

    def version(self) -> str:
        return self._model  # the service does not tell files of one name from others

    def dimensions(self) -> int:
        """Return by how many numbers it describes: the smallest picture tells."""
        buffer = io.BytesIO()
        Image.new("RGB", (1, 1)).save(buffer, "JPEG")
        (vector,) = self.see([buffer.getvalue()])
        return len(vector) // 2

    def see(self, pictures: Sequence[bytes]) -> list[bytes]:
        entries = self._entries("visual")
        with closing(self._open_client()) as client:
            return [self._asked(client, entries, picture=picture) for picture in pictures]

    def read(self, text: str) -> bytes:
        entries = self._entries("textual", options=LANGUAGE)
        with closing(self._open_client()) as client:
            return self._asked(client, entries, text=text)

    def _entries(self, part: str, **more: Any) -> str:
        return json.dumps({"clip": {part: {"modelName": self._model, **more}}})

    def _asked(
        self, client: JsonClient, entries: str, *, picture: bytes | None = None, text: str = ""
    ) -> bytes:
        form = [("entries", entries), *([("text", text)] if picture is None else [])]

        def read(answer: Answer) -> bytes:
            told = read_answer(answer)
            try:
                return _direction(json.loads(told["clip"]))
            except (LookupError, TypeError, ValueError) as error:
                raise client.misread(
                    phrase(
                        "{service}: its answer holds no description ({error}).",
                        service=client.service.label,
                        error=type(error).__name__,
                    )
                ) from error

        return client.post(PATH, {}, picture=picture, field="image", form=form, read=read)

    def close(self) -> None:
        """Nothing is held between two questions."""


def _direction(numbers: Sequence[float]) -> bytes:
    """Return numbers at length 1, in half precision; raises ValueError where they are none."""
    vector = np.asarray(numbers, np.float64)
    length = float(np.linalg.norm(vector))
    if vector.ndim != 1 or not np.isfinite(length) or not length:
        raise ValueError("no direction")
    return (vector / length).astype("<f2").tobytes()
