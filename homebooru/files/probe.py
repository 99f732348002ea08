"""Reads the facts of a picture or film, and renders its thumbnails."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from PIL import Image

from homebooru.domain.media import Facts, is_video
from homebooru.errors import FileGone, Unreadable
from homebooru.files.opening import open_regular
from homebooru.files.thumbs import LARGE, SMALL
from homebooru.imaging import descriptor, looks
from homebooru.imaging.coded import Coded, walk
from homebooru.imaging.headers import pages_of, sequence_of
from homebooru.imaging.opening import Opened, open_picture
from homebooru.imaging.sniffing import HEAD, Kind, sniff
from homebooru.phrases import phrase

MOST_SCANS = 100
MOST_FRAMES = 2**31 - 1  # whatever a file claims: more fits into no column


@dataclass(frozen=True, slots=True)
class Rendering:
    """What is known of a picture, with its thumbnails by their sizes."""

    facts: Facts
    thumbnails: dict[int, bytes]


def probe(path: bytes, sha256: bytes, *, megapixels: int) -> Rendering:
    """Read a picture or film; raises Unreadable with a named reason.

    Raises FileGone where the file is not the one any more whose SHA-256 is given.
    """
    with open_regular(path) as file:
        kind = sniff(file.read(HEAD))
        file.seek(0)
        if is_video(kind):
            from homebooru.files.video import probe_video  # noqa: PLC0415 (FFmpeg is large)

            check_same(hashlib.file_digest(file, "sha256").digest(), sha256)
            return probe_video(file, kind, megapixels=megapixels)
        data = file.read()
        check_same(hashlib.sha256(data).digest(), sha256)
        return probe_picture(kind, data, megapixels=megapixels)


def check_same(found: bytes, wanted: bytes) -> None:
    if found != wanted:
        raise FileGone(phrase("The file was replaced since it was first read."))


def probe_picture(kind: Kind, data: bytes, *, megapixels: int) -> Rendering:
    coded = walk(kind, data)
    if coded and coded.scans > MOST_SCANS:
        raise Unreadable(
            phrase(
                "The picture paints itself over and over, in {scans} scans where a dozen is "
                "usual. That is made to keep computers busy, so it is not opened.",
                scans=coded.scans,
            )
        )
    opened = open_picture(kind, data, megapixels=megapixels, enough=LARGE if coded else None)
    frames, duration = (coded.frames, coded.duration) if coded else _told(kind, data)
    width, height = opened.size if opened.orientation < 5 else opened.size[::-1]
    large = looks.shrink(opened, LARGE)
    small = looks.smaller(large, SMALL)
    facts = Facts(
        mime=kind.value,
        width=width,
        height=height,
        frames=min(frames, MOST_FRAMES),
        duration=duration,
        pixel_digest=_digest(kind, coded, opened, frames),
        phash=looks.perceptual_hash(large),
        thumbhash=looks.thumb_hash(small),
        look=descriptor.look_of(large),
        damage=opened.damage,
    )
    return Rendering(facts, render(large, small))


def render(large: Image.Image, small: Image.Image) -> dict[int, bytes]:
    """Return both thumbnails; a picture that is small anyway is encoded once."""
    encoded = looks.to_webp(large)
    return {LARGE: encoded, SMALL: encoded if small is large else looks.to_webp(small)}


def _digest(kind: Kind, coded: Coded | None, opened: Opened, frames: int) -> bytes:
    """Return what tells equal pixels; of a PNG by the pixels, which many programs compress anew."""
    if coded and (kind is not Kind.PNG or frames > 1):
        return coded.digest(opened.orientation)
    return looks.digest_of_pixels(opened, frames)


def _told(kind: Kind, data: bytes) -> tuple[int, float | None]:
    if kind is Kind.TIFF:
        return pages_of(data), None
    if kind in (Kind.AVIF, Kind.HEIC):
        return sequence_of(data)
    return 1, None
