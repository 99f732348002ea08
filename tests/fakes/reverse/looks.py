"""What a reverse search remembers of pictures: so little that copies of any size look alike."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

SIDE = 8
KINDS = ("JPEG", "PNG", "GIF", "WEBP")
Image.preinit()  # now, and not while somebody waits for an answer


class NoPicture(Exception):
    """What was sent cannot be opened."""


@dataclass(frozen=True)
class Seen:
    """A picture that is known, and what is told of it; `similarity` where it is not measured."""

    look: bytes
    told: dict = field(default_factory=dict)
    similarity: float | None = None


class Memory:
    """The pictures that a service knows by their looks."""

    def __init__(self):
        self.seen = []

    def remember(self, picture, similarity=None, **told):
        """Know a picture (the bytes of any image file)."""
        self.seen.append(Seen(look_of(picture), told, similarity))

    def most_alike(self, picture, most=8):
        """Return how alike the known pictures are in percent, with what is told, the best first."""
        look = look_of(picture)
        found = [(_alike(one, look), one.told) for one in self.seen]
        return sorted(found, key=lambda pair: -pair[0])[:most]


def _alike(one, look):
    apart = sum(abs(a - b) for a, b in zip(one.look, look, strict=True)) / len(look)
    measured = round(max(0.0, 96.0 - 4 * apart), 2)
    return measured if one.similarity is None or measured < 80 else one.similarity


def look_of(picture):
    try:
        with Image.open(io.BytesIO(picture), formats=KINDS) as image:
            small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    except (UnidentifiedImageError, OSError) as error:
        raise NoPicture from error
    return small.tobytes()
