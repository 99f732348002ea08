"""Measures how fast pictures become posts, without queue and database, against libvips."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

MEGAPIXEL = 1_000_000
os.environ["VIPS_CONCURRENCY"] = "1"  # as many threads as processes, on both sides
os.environ["PYTHONPATH"] = str(Path(__file__).parent)  # where children find this module

from homebooru.files.pool import ChildPool  # noqa: E402
from homebooru.files.thumbs import LARGE, SMALL  # noqa: E402
from homebooru.processes.parent import Limits  # noqa: E402

Job = Callable[[bytes, Path], tuple[float, int]]


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one kind: their format, and whether they are of at least a megapixel."""

    name: str
    files: tuple[bytes, ...]
    megapixels: float


@dataclass(slots=True)
class Score:
    """What rounds over a group took: seconds by the clock and of processors; peak megabytes."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mb: int = 0


def homebooru(file: bytes, folder: Path) -> tuple[float, int]:
    """Do everything that indexing does to a picture; runs in a child."""
    from homebooru.files.digest import digest_file  # noqa: PLC0415
    from homebooru.files.reader import prepare_picture  # noqa: PLC0415

    start = time.process_time()
    _, digests = digest_file(file)
    prepare_picture(file, digests.sha256, folder, 300)
    return time.process_time() - start, _peak()


def libvips(file: bytes, folder: Path) -> tuple[float, int]:
    """Make the same two thumbnails with libvips, and nothing else; runs in a child."""
    import pyvips  # noqa: PLC0415

    pyvips.cache_set_max(0)
    start = time.process_time()
    name = hashlib.sha256(file).hexdigest()
    large = pyvips.Image.thumbnail(os.fsdecode(file), LARGE, height=LARGE, size="down")
    large = large.copy_memory()
    small = large.thumbnail_image(SMALL, height=SMALL, size="down")
    for size, image in ((LARGE, large), (SMALL, small)):
        image.webpsave(str(folder / f"{name}.{size}.webp"), Q=80, effort=4, keep="none")
    return time.process_time() - start, _peak()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def run_once(pool: ChildPool, job: Job, files: Sequence[bytes], folder: Path, score: Score) -> None:
    start = time.perf_counter()
    done = [future.result() for future in [pool.submit(job, file, folder) for file in files]]
    score.wall.append(time.perf_counter() - start)
    score.cpu.append(sum(cpu for cpu, _ in done))
    score.peak_mb = max(score.peak_mb, *(peak for _, peak in done))


def compare(group: Group, processes: int, rounds: int) -> tuple[Score, Score]:
    """Let both sides take turns over a group, so that the machine's moods hit both alike."""
    pools = [ChildPool(processes, Limits(600, 8192)) for _ in range(2)]
    scores, jobs = (Score(), Score()), (homebooru, libvips)
    try:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            for job, pool in zip(jobs, pools, strict=True):  # children start, disks wake up
                run_once(pool, job, group.files[: 2 * processes], Path(folder), Score())
            for number in range(rounds):
                turn = (0, 1) if number % 2 == 0 else (1, 0)
                for side in turn:
                    run_once(pools[side], jobs[side], group.files, Path(folder), scores[side])
    finally:
        for pool in pools:
            pool.close()
    return scores


def find_groups(
    folders: Iterable[Path], formats: Sequence[str], sample: int, seed: int = 1
) -> list[Group]:
    """Sort pictures below folders by format and size, and draw `sample` of each sort."""
    found: dict[str, list[tuple[bytes, int]]] = {}
    Image.MAX_IMAGE_PIXELS = None
    for file in sorted(file for folder in folders for file in folder.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        try:
            with Image.open(file, formats=formats) as image:
                kind, pixels = (image.format or "").lower(), image.width * image.height
        except OSError:
            continue
        if kind in formats:
            large = pixels >= MEGAPIXEL
            name = kind if large else f"{kind} sprites"
            found.setdefault(name, []).append((os.fsencode(file), pixels))
    return [_draw(name, files, sample, seed) for name, files in sorted(found.items())]


def _draw(name: str, files: list[tuple[bytes, int]], sample: int, seed: int) -> Group:
    wanted = sample * 10 if name.endswith("sprites") else sample
    drawn = random.Random(seed).sample(files, min(wanted, len(files)))  # noqa: S311
    mean = statistics.fmean(pixels for _, pixels in drawn) / MEGAPIXEL
    return Group(name, tuple(file for file, _ in drawn), mean)


def figures(group: Group, ours: Score, theirs: Score) -> dict[str, object]:
    """Return the medians of both sides, and their ratio."""

    def rate(seconds: Sequence[float]) -> float:
        return round(len(group.files) / statistics.median(seconds), 2)

    pairs = zip(ours.cpu, theirs.cpu, strict=True)
    clocks = zip(ours.wall, theirs.wall, strict=True)
    return {
        "pictures": len(group.files),
        "megapixels": round(group.megapixels, 2),
        "per_second_per_core": rate(ours.cpu),
        "libvips_per_second_per_core": rate(theirs.cpu),
        "ratio": round(statistics.median(b / a for a, b in pairs), 3),
        "wall_per_second": rate(ours.wall),
        "wall_ratio": round(statistics.median(b / a for a, b in clocks), 3),
        "peak_mb": ours.peak_mb,
        "libvips_peak_mb": theirs.peak_mb,
    }


if __name__ == "__main__":
    sys.exit("Run scripts/bench/ingest.")
