"""What goes into a network, beside what the contract of each family says in so many words."""

import numpy as np
import pytest

from homebooru.inference.catalog import Family
from homebooru.inference.recipes import RECIPES

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def plain(family, picture):
    """One picture, number by number."""
    wanted = np.zeros((3, *picture.shape[:2]), np.float64)
    for row, column, colour in np.ndindex(picture.shape):
        value = float(picture[row, column, colour])
        if family is Family.WD:
            wanted[2 - colour, row, column] = value
        elif family is Family.CAMIE_1:
            wanted[colour, row, column] = value / 255
        else:
            wanted[colour, row, column] = (value / 255 - MEAN[colour]) / DEVIATION[colour]
    return wanted.transpose(1, 2, 0) if family is Family.WD else wanted


@pytest.mark.parametrize("family", Family)
def test_pixels_become_the_numbers_that_a_family_was_trained_with(family):
    pictures = np.random.default_rng(4).integers(0, 256, (2, 5, 5, 3), np.uint8)

    numbers = RECIPES[family].tensor(pictures)

    assert numbers.dtype == np.float32
    wanted = np.stack([plain(family, picture) for picture in pictures])
    assert numbers == pytest.approx(wanted, abs=1e-5)
