"""Sets of posts: roaring bitmaps, and the ways between them and numpy's arrays."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

Ids = NDArray[np.uint32]
Mask = NDArray[np.bool_]

CHUNK = 1 << 16  # ids that share a container
FEW = 4096  # ids up to which a container lists them instead of one bit for each
NO_RUNS = 12346  # the cookie of the format without run containers
HEAD = 8  # bytes before the containers' descriptions


def of_ids(ids: Ids) -> BitMap:
    """Return the set of some ids; they may be in any order."""
    # several times faster from an array than from what numpy has
    return BitMap(array("I", np.ascontiguousarray(ids, np.uint32).tobytes()))


def ids_of(posts: BitMap) -> Ids:
    """Return the ids in a set, in rising order."""
    return np.frombuffer(posts.to_array(), np.uint32)


def of_mask(mask: Mask) -> BitMap:
    """Return the set of the positions at which a mask holds.

    It is spelled in the portable format (github.com/RoaringBitmap/RoaringFormatSpec) and read
    by the library, many times faster than handing it the ids.
    """
    bits = np.packbits(mask, bitorder="little")
    chunks = -(-len(mask) // CHUNK)
    padded = np.zeros((chunks, CHUNK // 8), np.uint8)
    padded.reshape(-1)[: len(bits)] = bits
    counts = np.bitwise_count(padded.view("<u8")).sum(axis=1, dtype=np.int64)
    keys = np.flatnonzero(counts)
    containers = [_container(padded[key], counts[key]) for key in keys]
    described = np.stack([keys, counts[keys] - 1], axis=1).astype("<u2")
    start = HEAD + 8 * len(keys)
    offsets = start + np.cumsum([0, *(len(one) for one in containers)])[:-1]
    head = np.array([NO_RUNS, len(keys)], "<u4")
    return BitMap.deserialize(
        b"".join(
            (head.tobytes(), described.tobytes(), offsets.astype("<u4").tobytes(), *containers)
        )
    )


def _container(bits: NDArray[np.uint8], count: int) -> bytes:
    if count > FEW:
        return bits.tobytes()
    return np.flatnonzero(np.unpackbits(bits, bitorder="little")).astype("<u2").tobytes()


def mask_of(posts: BitMap, size: int) -> Mask:
    """Return for each position below `size` whether it is in the set."""
    mask = np.zeros(size, np.bool_)
    mask[ids_of(posts)] = True
    return mask


def united(sets: Iterable[BitMap]) -> BitMap:
    """Return the union of any number of sets, as one that may be changed."""
    return BitMap().union(*sets)


def packed(sets: Iterable[BitMap]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return sets as one run of bytes, and how many bytes each of them takes."""
    spelled = [one.serialize() for one in sets]
    sizes = np.fromiter(map(len, spelled), np.int64, len(spelled))
    return sizes, np.frombuffer(b"".join(spelled), np.uint8)


def unpacked(sizes: NDArray[np.int64], spelled: NDArray[np.uint8]) -> Iterator[BitMap]:
    """Yield the sets that were packed."""
    whole, end = spelled.tobytes(), 0
    for size in sizes.tolist():
        start, end = end, end + size
        yield BitMap.deserialize(whole[start:end])
