"""How the allocator of a process that runs for months goes about memory."""

from __future__ import annotations

import ctypes

ARENA_MAX, MMAP_THRESHOLD = -8, -3  # names of malloc.h
LARGE = 16 * 2**20


def keep_little() -> None:
    """Let what is large go back at once when it is done with, and threads share what is small.

    Else every thread keeps the room of its largest search or job: at a million posts 200 MB in a
    process of pages, and in a worker more whenever another thread meets a large job.
    Where the allocator is another one, it is left as it is.
    """
    allocator = ctypes.CDLL(None)
    if hasattr(allocator, "mallopt"):
        allocator.mallopt(ARENA_MAX, 1)
        allocator.mallopt(MMAP_THRESHOLD, LARGE)
