"""Takes from a picture by what it finds its copies, its variants and its parts."""

from __future__ import annotations

from functools import reduce

from PIL import Image, ImageChops, ImageOps

from homebooru.domain.duplicates.fingerprints import Fingerprint
from homebooru.imaging.landmarks import find_landmarks
from homebooru.imaging.looks import GRID, hash_of_light


def take_fingerprint(image: Image.Image) -> Fingerprint:
    """Return the fingerprint of a picture that is opaque RGB and upright."""
    small = image.resize((GRID, GRID), Image.Resampling.BICUBIC, reducing_gap=2.0)
    grey = small.convert("L")
    return Fingerprint(
        light=hash_of_light(grey),
        brightest=hash_of_light(reduce(ImageChops.lighter, small.split())),
        mirrored=hash_of_light(ImageOps.mirror(grey)),
        landmarks=find_landmarks(image),
    )
