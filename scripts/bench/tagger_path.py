"""Takes pictures through the whole path of a tagger, and through its model alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from ingest_pipeline import Silent
from PIL import Image

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.engine import Sessions, make_engine, make_sessions
from homebooru.db.migrating import upgrade
from homebooru.files.frames import FramePool
from homebooru.files.reader import PooledReader
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import ThumbStore
from homebooru.inference.asking import Options
from homebooru.inference.catalog import recognise
from homebooru.inference.process import Patience
from homebooru.inference.tagger import TaggerProcess
from homebooru.services.library.indexing import index_due
from homebooru.services.library.roots import add_root
from homebooru.services.library.scanning import scan_due
from homebooru.services.lookups.enabling import keep_sources
from homebooru.services.lookups.tagging import tag_due

MEMORY_MB, SECONDS, MEGAPIXELS = 4096, 600, 300
PAGE = os.sysconf("SC_PAGE_SIZE")
BARE = """
import sys, time
import numpy, onnxruntime
from homebooru.inference.sessions import session_options
file, threads, batch, batches = sys.argv[1], *map(int, sys.argv[2:])
session = onnxruntime.InferenceSession(
    file, session_options(threads), providers=["CPUExecutionProvider"]
)
tensor = numpy.random.default_rng(0).standard_normal((batch, 3, 512, 512), numpy.float32)
session.run(None, {"image": tensor})
began = time.perf_counter()
for _ in range(batches):
    session.run(None, {"image": tensor})
print(batch * batches / (time.perf_counter() - began))
"""


class Counted(Silent):
    """Notes after how many pictures, and when, some processes held how much memory."""

    def __init__(self, pids: Callable[[], list[int]]) -> None:
        self._pids = pids
        self.done, self.ended = 0, 0.0
        self.memory: list[tuple[int, int]] = []

    def advance(self, done: int = 1, *, current: str | None = None) -> None:  # noqa: ARG002
        self.done += done
        self.ended = time.perf_counter()
        self.memory.append((self.done, sum(map(_held_mb, self._pids()))))


def bare_rate(model: Path, threads: int, batch: int, batches: int) -> float:
    """Return how many ready-made tensors a second the model takes, with nothing around it."""
    command = [str(model / "camie-tagger-v2.onnx"), str(threads), str(batch), str(batches)]
    done = subprocess.run(
        [sys.executable, "-c", BARE, *command], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def make_pictures(folder: Path, number: int, size: tuple[int, int]) -> None:
    """Make photographs of a kind: soft shapes, with some noise over them."""
    folder.mkdir()
    chance = np.random.default_rng(0)
    for one in range(number):
        shapes = Image.fromarray(chance.integers(0, 256, (12, 16, 3), np.uint8))
        image = shapes.resize(size, Image.Resampling.BICUBIC)
        noise = chance.integers(0, 12, (size[1], size[0], 1), np.uint8)
        pixels = np.minimum(np.asarray(image), 243) + noise
        Image.fromarray(pixels).save(folder / f"{one}.jpg", quality=90)


@contextmanager
def library(pictures: Path) -> Iterator[Sessions]:
    """Yield a library of its own in which all pictures are, and nobody was asked about them."""
    with tempfile.TemporaryDirectory(prefix="homebooru-bench-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # the database's user passes through
        postgres = EmbeddedPostgres(folder / "database")
        engine = make_engine(postgres.start())
        try:
            upgrade(engine, backups=None)
            sessions = make_sessions(engine)
            _take_in(sessions, pictures, folder / "thumbnails")
            yield sessions
        finally:
            engine.dispose()
            postgres.release()


def _take_in(sessions: Sessions, pictures: Path, thumbnails: Path) -> None:
    thumbs = ThumbStore(thumbnails)
    reader = PooledReader(
        processes=os.cpu_count() or 1,
        seconds=SECONDS,
        memory_mb=MEMORY_MB,
        megapixels=MEGAPIXELS,
        thumbs=thumbs,
        foreign_tags=(),
    )
    add_root(sessions, pictures)
    with closing(reader):
        scan_due(sessions, DiskWalker(), Silent(), free_space=lambda: None)
        index_due(sessions, reader, thumbs, Silent(), free_space=lambda: None)
    keep_sources(sessions, [], ["camie"])


def path_rate(
    sessions: Sessions, model: Path, threads: int, batch: int, wanted: int
) -> tuple[float, list[tuple[int, int]]]:
    """Have all pictures tagged; return how many a second once the model was loaded, and the memory.

    The memory is that of this process, those that decode and that of the model, in megabytes,
    after so many pictures.
    """
    tagger = TaggerProcess(recognise(model), Options("cpu", threads), Patience(), at_once=batch)
    framer = FramePool(
        processes=os.cpu_count() or 1,
        seconds=SECONDS,
        memory_mb=MEMORY_MB,
        megapixels=MEGAPIXELS,
    )
    counted = Counted(lambda: [os.getpid(), *framer.pids(), tagger.pid or 0])
    with closing(tagger), closing(framer):
        tagger.load()
        began = time.perf_counter()
        tag_due(sessions, [tagger], framer, counted)
    if counted.done != wanted:
        sys.exit(f"{counted.done} instead of {wanted} pictures were tagged.")
    return wanted / (counted.ended - began), counted.memory


def _held_mb(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE >> 20
    except OSError:
        return 0
