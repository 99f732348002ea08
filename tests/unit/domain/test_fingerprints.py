"""Landmarks agree where a picture was moved and magnified, and hashes of one kind meet their own."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.duplicates.fingerprints import Fingerprint, Landmarks, agreeing
from homebooru.domain.similarity import PIECE, PIECES, says_something

HASHES = st.integers(-(2**63), 2**63 - 1)


def scattered(chance, count):
    """Return spots that lie apart, by words that no two share."""
    grid = [(20 * (n % 6) + 10, 20 * (n // 6) + 10, chance.randint(40, 90)) for n in range(36)]
    places = chance.sample(grid, count)
    return list(enumerate(places, start=100))


def landmarks(spots):
    words = tuple(word for word, _ in spots)
    places = bytes(part for _, place in spots for part in place)
    return Landmarks(words, places, tuple((word, word ^ 1 << 20) for word in words))


@given(st.integers(2, 12), st.integers(0, 8), st.randoms(use_true_random=False))
def test_what_was_cut_out_and_magnified_agrees_and_what_was_shuffled_hardly_does(
    count, others, seeded
):
    chance = random.Random(seeded.random())
    spots = scattered(chance, count)
    moved = [(word, (2 * x - 10, 2 * y - 10, size + 32)) for word, (x, y, size) in spots]
    shown = landmarks(moved + [(word + 1000, place) for word, place in scattered(chance, others)])
    assert agreeing(landmarks(spots), shown.words, shown.places) == count
    flipped = tuple(word ^ 1 << 20 for word in shown.words)  # the bit that was not sure
    assert agreeing(landmarks(spots), flipped, shown.places) == count
    assert agreeing(landmarks(spots), tuple(word + 5000 for word in shown.words), shown.places) == 0
    torn = landmarks(
        [(word, (*at, size + 32 * (n % 3))) for n, (word, (*at, size)) in enumerate(moved)]
    )
    assert agreeing(landmarks(spots), torn.words, torn.places) <= -(-count // 3)


@given(HASHES, HASHES, HASHES)
def test_hashes_are_asked_for_what_they_are_and_never_for_another_kind(light, brightest, mirrored):
    found = Fingerprint(light, brightest, mirrored)
    rows = {
        row: {one for one in found.pieces if one >> PIECE in range(*row)}
        for row in ((0, PIECES), (PIECES, 2 * PIECES))
    }
    assert set().union(*rows.values()) == set(found.pieces) <= set(found.asked)
    assert len(rows[0, PIECES]) <= (PIECES if says_something(light) else 0)
    same = Fingerprint(brightest, light, mirrored)
    assert {one >> PIECE for one in same.pieces} <= set(range(2 * PIECES))
    in_mirror = Fingerprint(mirrored, brightest, light)
    assert set(in_mirror.pieces) - rows[PIECES, 2 * PIECES] <= set(found.asked)
