"""What was cut, framed, mirrored or recoloured is found by what is kept of the picture."""

from __future__ import annotations

import pytest
from PIL import Image, ImageOps

from homebooru.domain.duplicates.fingerprints import Landmarks, agreeing
from homebooru.domain.similarity import hamming_distance, pieces
from homebooru.imaging.fingerprints import take_fingerprint
from tests.unit.imaging.test_comparing import painting, saved, turned_hue, with_text

SEEDS = range(1, 13)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: one.crop((70, 40, 406, 264)),
        lambda one: ImageOps.expand(one, 40, "black"),
        lambda one: with_text(one).resize((240, 160), Image.Resampling.LANCZOS),
        lambda one: saved(one.crop((0, 60, 480, 320)), "JPEG", 60),
    ],
)
def test_landmarks_lie_alike_in_a_part_of_a_picture_and_seldom_in_another_one(change):
    whole = [take_fingerprint(painting(seed)).landmarks for seed in SEEDS]
    parts = [take_fingerprint(change(painting(seed))).landmarks for seed in SEEDS]
    agreed = [[agreeing(part, one.words, one.places) for one in whole] for part in parts]
    own = [row[place] for place, row in enumerate(agreed)]
    assert sum(number >= 2 for number in own) >= len(SEEDS) - 1
    strangers = [n for at, row in enumerate(agreed) for to, n in enumerate(row) if at != to]
    assert sum(number >= 2 for number in strangers) < len(strangers) / 20


def test_hashes_stay_as_they_are_in_a_mirror_and_under_turned_hues():
    for seed in SEEDS:
        plain = take_fingerprint(painting(seed))
        mirrored = take_fingerprint(ImageOps.mirror(painting(seed)))
        assert hamming_distance(mirrored.mirrored, plain.light) <= 4
        turned = take_fingerprint(turned_hue(painting(seed)))
        assert hamming_distance(turned.brightest, plain.brightest) <= 4
        other = take_fingerprint(painting(seed + 20))
        assert hamming_distance(other.light, plain.light) > 8


def test_whoever_asks_tries_one_bit_of_each_quarter_the_other_way_too():
    for seed in SEEDS:
        asking = take_fingerprint(painting(seed))
        turned = pieces(asking.brightest ^ asking.doubts, row=1)
        assert not set(turned) & set(asking.pieces)
        assert set(turned) <= set(asking.asked)


def test_a_picture_of_nothing_has_no_landmarks_and_finds_nobody():
    flat = take_fingerprint(Image.new("RGB", (300, 5), "teal"))
    assert flat.landmarks == Landmarks()
    assert flat.asked == []
