"""The identity of a file: all digests in one pass over its bytes."""

from __future__ import annotations

import hashlib
import os

from homebooru.domain.media import Digests, Stamp
from homebooru.errors import FileGone
from homebooru.files.opening import open_regular, stamp_of
from homebooru.phrases import phrase

BLOCK = 1 << 20


def digest_file(path: bytes) -> tuple[Stamp, Digests]:
    """Return what a file's bytes are, and when; raises FileGone where it changed meanwhile."""
    hashes = (
        hashlib.sha256(),
        hashlib.md5(usedforsecurity=False),
        hashlib.sha1(usedforsecurity=False),
    )
    block, size = memoryview(bytearray(BLOCK)), 0
    with open_regular(path) as file:
        before = Stamp.of(os.fstat(file.fileno()))
        while length := file.readinto(block):
            size += length
            for one in hashes:
                one.update(block[:length])
    if before != stamp_of(path) or size != before.size:
        raise FileGone(phrase("The file changed while it was being read."))
    sha256, md5, sha1 = (one.digest() for one in hashes)
    return before, Digests(sha256, md5, sha1, size)
