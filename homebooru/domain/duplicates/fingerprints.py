"""By what pictures find each other: hashes of their look, and landmarks for what was cut or covered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homebooru.domain.similarity import pieces

Place = tuple[int, int, int]
Move = tuple[float, float, float]

FINENESS = 32  # steps of size to each doubling
ALONG = 255  # steps along the longer side of a picture
RATIO, SHIFT = 0.4, 20.0  # how far two matches may be apart that tell of one move
APART = 16  # spots that lie closer are one, as far as they tell of a move


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The clearest spots of a picture.

    `places` has three numbers of 0 to 255 for each: across and down, and the logarithm of its
    radius. `guesses` are the words that another picture may have there.
    """

    words: tuple[int, ...] = ()
    places: bytes = b""
    guesses: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is known of a picture without looking at it again.

    `light` is the hash of its lightness, `mirrored` that of its mirror image; `brightest` that of
    the brightest of its three colours, which stays nearly as it is when hues are turned: `doubts`
    are the bits of it that may be others then.
    """

    light: int
    brightest: int
    mirrored: int
    doubts: int = 0
    landmarks: Landmarks = Landmarks()

    @property
    def pieces(self) -> list[int]:
        """Return by what parts of hashes others find it."""
        return pieces(self.light) + pieces(self.brightest, row=1)

    @property
    def asked(self) -> list[int]:
        """Return by what parts of hashes it finds others: as they are, recoloured, or in a mirror."""
        turned = pieces(self.brightest ^ self.doubts, row=1)
        return sorted({*self.pieces, *turned, *pieces(self.mirrored)})


def agreeing(one: Landmarks, words: Sequence[int], places: bytes) -> int:
    """Return how many landmarks lie in one picture as in another, moved and magnified alike."""
    theirs: dict[int, list[Place]] = {}
    for word, place in zip(words, _placed(places), strict=True):
        theirs.setdefault(word, []).append(place)
    matches = [
        (place, _move(place, there))
        for guesses, place in zip(one.guesses, _placed(one.places), strict=True)
        for word in guesses
        for there in theirs.get(word, ())
    ]
    return max((_followers(move, matches) for _, move in matches), default=0)


def _placed(places: bytes) -> Iterator[Place]:
    return zip(places[::3], places[1::3], places[2::3], strict=True)


def _move(here: Place, there: Place) -> Move:
    """Return how much larger something is in another picture, as a logarithm, and how far off."""
    grown = (there[2] - here[2]) / FINENESS
    return grown, there[0] - here[0] * 2**grown, there[1] - here[1] * 2**grown


def _followers(move: Move, matches: Sequence[tuple[Place, Move]]) -> int:
    """Return how many spots, apart from each other, moved in one way."""
    grown, across, down = move
    return len(
        {
            (place[0] // APART, place[1] // APART)
            for place, other in matches
            if abs(other[0] - grown) < RATIO
            and abs(other[1] - across) < SHIFT
            and abs(other[2] - down) < SHIFT
        }
    )
