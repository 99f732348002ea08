"""Measures the whole pipeline, through queue and database, against bare reading."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from ingest_bare import Group, Score, homebooru, run_once
from psycopg import sql

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.engine import make_engine, make_sessions
from homebooru.db.migrating import upgrade
from homebooru.files.pool import ChildPool
from homebooru.files.reader import PooledReader
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import ThumbStore
from homebooru.ports import Progress
from homebooru.processes.parent import Limits
from homebooru.services.library.indexing import index_due
from homebooru.services.library.roots import add_root
from homebooru.services.library.scanning import scan_due

LIMITS = Limits(600, 8192)
TICK = os.sysconf("SC_CLK_TCK")
LOOK_EVERY = 1.0  # seconds between two looks at the memory
TEMPLATE = "empty"


@dataclass(slots=True)
class Parts:
    """Seconds of processors that rounds took, by who took them, and the peak of all memory."""

    parent: list[float] = field(default_factory=list)
    children: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    peak_mb: int = 0


class Silent(Progress):
    """Hears nothing, and lets work go on."""

    def expect(self, total: int | None) -> None:
        pass

    def advance(self, done: int = 1, *, current: str | None = None) -> None:
        pass

    def report_error(self, what: str, reason: str) -> None:
        sys.exit(f"{what}: {reason}")

    def goes_on(self) -> bool:
        return True


class Pipeline:
    """A throw-away database with the settings that people have, and readers that are warm."""

    def __init__(self, folder: Path, processes: int) -> None:
        self._folder = folder
        self._postgres = EmbeddedPostgres(folder / "database")
        self._postgres.start()
        self._make_template()
        self._thumbs = ThumbStore(folder / "thumbnails")
        self._reader = PooledReader(
            processes=processes,
            seconds=LIMITS.seconds,
            memory_mb=LIMITS.memory_mb,
            megapixels=300,
            thumbs=self._thumbs,
            foreign_tags=(),
        )
        self._rounds = 0

    def close(self) -> None:
        self._reader.close()
        self._postgres.release()

    def index(self, pictures: Path, wanted: int, score: Score, parts: Parts) -> None:
        """Let a library without anything take in a folder of `wanted` different pictures."""
        engine = make_engine(self._new_database())
        sessions = make_sessions(engine)
        add_root(sessions, pictures)
        with self._measured(score, parts):
            scan_due(sessions, DiskWalker(), Silent(), free_space=lambda: None)
            done = index_due(
                sessions, self._reader, self._thumbs, Silent(), free_space=lambda: None
            )
        engine.dispose()
        if done != wanted:
            sys.exit(f"{done} instead of {wanted} pictures were taken in.")

    def _make_template(self) -> None:
        url = self._create(TEMPLATE, "template1")
        engine = make_engine(url)
        upgrade(engine, backups=None)
        engine.dispose()

    def _new_database(self) -> str:
        self._rounds += 1
        return self._create(f"round{self._rounds}", TEMPLATE)

    def _create(self, name: str, template: str) -> str:
        statement = sql.SQL("create database {} template {}")
        with psycopg.connect(self._postgres.url, autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
            connection.execute("checkpoint")
        return self._postgres.url_of(name)

    @contextmanager
    def _measured(self, score: Score, parts: Parts) -> Iterator[None]:
        before, own = self._children(), time.process_time()
        database, start = self._database(), time.perf_counter()
        with watched(self._everybody) as peak:
            yield
        score.wall.append(time.perf_counter() - start)
        parts.parent.append(time.process_time() - own)
        parts.children.append(self._children() - before)
        parts.database.append(self._database() - database)
        score.cpu.append(parts.parent[-1] + parts.children[-1] + parts.database[-1])
        parts.peak_mb = max(parts.peak_mb, *peak)

    def _children(self) -> float:
        ended = os.times()
        return ended.children_user + ended.children_system + _cpu_of(self._reader.pids())

    def _database(self) -> float:
        postmaster = self._postmaster()
        return _cpu_of([postmaster], ended=True) + _cpu_of(_children_of(postmaster))

    def _postmaster(self) -> int:
        return int((self._postgres.cluster / "postmaster.pid").read_text().split()[0])

    def _everybody(self) -> list[int]:
        postmaster = self._postmaster()
        return [os.getpid(), *self._reader.pids(), postmaster, *_children_of(postmaster)]


@contextmanager
def watched(pids: Callable[[], list[int]]) -> Iterator[list[int]]:
    """Look at the memory of processes now and then; yields what is to hold the megabytes."""
    seen, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_EVERY):
            seen.append(_memory_of(pids()))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _cpu_of(pids: Iterable[int], *, ended: bool = False) -> float:
    """Return the seconds that processes took; with `ended`, those of their dead children too."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11 : 15 if ended else 13]))
    return ticks / TICK


def _children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory_of(pids: Iterable[int]) -> int:
    """Return the megabytes that processes hold together; what they share counts once."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])  # type: ignore[index]
    return total // 1024


def join(groups: Sequence[Group]) -> list[Group]:
    """Put the pictures of all formats together: large ones, and sprites."""
    joined = []
    for name, small in (("large", False), ("sprites", True)):
        some = [group for group in groups if group.name.endswith("sprites") is small]
        files = tuple(dict.fromkeys(file for group in some for file in group.files))
        if files:
            weights = [len(group.files) for group in some]
            mean = statistics.fmean([group.megapixels for group in some], weights)
            joined.append(Group(name, files, mean))
    return joined


def compare(group: Group, processes: int, rounds: int) -> tuple[Score, Score, Parts]:
    """Let bare reading and the pipeline take turns over the same pictures."""
    bare, whole, parts = Score(), Score(), Parts()
    with ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="homebooru-bench-"))
        folder = Path(temporary)
        folder.chmod(0o755)  # the database's user passes through
        files = _copy(group.files, folder / "pictures")
        some = _copy(group.files[: 2 * processes], folder / "some")
        pipeline = stack.enter_context(closing(Pipeline(folder, processes)))
        pool = stack.enter_context(closing(ChildPool(processes, LIMITS)))
        run_once(pool, homebooru, some, folder / "bare", Score())
        pipeline.index(folder / "some", len(some), Score(), Parts())
        for number in range(rounds):
            for turn in (0, 1) if number % 2 == 0 else (1, 0):
                if turn:
                    pipeline.index(folder / "pictures", len(files), whole, parts)
                else:
                    run_once(pool, homebooru, files, folder / "bare", bare)
    return bare, whole, parts


def _copy(files: Sequence[bytes], folder: Path) -> list[bytes]:
    """Copy pictures that differ into a folder of our own, in which nothing else lies."""
    folder.mkdir()
    copied = {}
    for number, file in enumerate(files):
        content = Path(os.fsdecode(file)).read_bytes()
        if content not in copied:
            copy = folder / f"{number}{Path(os.fsdecode(file)).suffix}"
            shutil.copy2(os.fsdecode(file), copy)
            copied[content] = os.fsencode(copy)
    return list(copied.values())


def figures(group: Group, bare: Score, whole: Score, parts: Parts) -> dict[str, object]:
    """Return the medians of both, their ratio, and who took the time of the pipeline."""
    count = len(group.files)

    def rate(seconds: Sequence[float]) -> float:
        return round(count / statistics.median(seconds), 2)

    def each_ms(seconds: Sequence[float]) -> float:
        return round(1000 * statistics.median(seconds) / count, 2)

    return {
        "pictures": count,
        "megapixels": round(group.megapixels, 2),
        "bare_per_second": rate(bare.wall),
        "per_second": rate(whole.wall),
        "ratio": _ratio(bare.wall, whole.wall),
        "cpu_ratio": _ratio(bare.cpu, whole.cpu),
        "bare_cpu_ms": each_ms(bare.cpu),
        "children_cpu_ms": each_ms(parts.children),
        "parent_cpu_ms": each_ms(parts.parent),
        "database_cpu_ms": each_ms(parts.database),
        "peak_mb": parts.peak_mb,
    }


def _ratio(bare: Sequence[float], whole: Sequence[float]) -> float:
    return round(statistics.median(b / w for b, w in zip(bare, whole, strict=True)), 3)
