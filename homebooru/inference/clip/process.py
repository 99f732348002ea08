"""A CLIP model from a folder, which sees and reads in processes of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from homebooru.inference.asking import Options
from homebooru.inference.clip import asking
from homebooru.inference.clip.asking import LoadedClip
from homebooru.inference.clip.catalog import ClipFolder
from homebooru.inference.process import ModelProcess, Patience
from homebooru.ports import Embedder


class ClipProcess(Embedder):
    """Speaks for a folder with a CLIP model; whoever opened it closes it.

    The part that sees is in memory once on a machine. The part that reads is small and wanted at
    once, so each process that answers searches may have its own.
    """

    def __init__(self, clip: ClipFolder, options: Options, patience: Patience) -> None:
        self._clip = clip
        given = (clip, options)
        self._seeing = ModelProcess(clip.name, clip.visual, asking.load_visual, given, patience)
        self._reading = ModelProcess(
            clip.name, clip.textual, asking.load_textual, given, patience, is_shared=True
        )

    @property
    def name(self) -> str:
        return self._clip.name

    @property
    def reads(self) -> bool:
        return self._clip.reads

    @property
    def pids(self) -> tuple[int | None, int | None]:
        """Return the processes that see and that read now, if any do."""
        return self._seeing.pid, self._reading.pid

    def version(self) -> str:
        return self._clip.version()

    def dimensions(self) -> int:
        return cast("LoadedClip", self._seeing.begin().result()).dimensions

    def see(self, pictures: Sequence[bytes]) -> list[bytes]:
        return self._seeing.ask(asking.see, tuple(pictures)).result()

    def read(self, text: str) -> bytes:
        return self._reading.ask(asking.read, text).result()

    def close(self) -> None:
        """End both processes for good."""
        self._seeing.close()
        self._reading.close()
