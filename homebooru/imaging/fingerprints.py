"""Takes from a picture by what it finds its copies, its variants and its parts."""

from __future__ import annotations

from functools import reduce

from PIL import Image, ImageChops, ImageOps

from homebooru.domain.duplicates.fingerprints import Fingerprint
from homebooru.imaging.landmarks import find_landmarks
from homebooru.imaging.looks import GRID, doubts_of_light, hash_of_light


def take_fingerprint(image: Image.Image) -> Fingerprint:
    """Return the fingerprint of a picture that is opaque RGB and upright."""
    small = image.resize((GRID, GRID), Image.Resampling.BICUBIC, reducing_gap=2.0)
    grey, brightest = small.convert("L"), reduce(ImageChops.lighter, small.split())
    return Fingerprint(
        light=hash_of_light(grey),
        brightest=hash_of_light(brightest),
        doubts=doubts_of_light(brightest),
        mirrored=hash_of_light(ImageOps.mirror(grey)),
        landmarks=find_landmarks(image),
    )
