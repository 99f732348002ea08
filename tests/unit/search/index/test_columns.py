"""Columns tell what was put into them, whatever its width."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from homebooru.search.index.statements import NOTHING
from homebooru.search.index.table import Column

LARGEST = [2**7 - 1, 2**15 - 1, 2**31 - 1, 2**63 - 1]
EDGES = [
    sign * most + step for most in LARGEST[:3] for sign in (1, -1) for step in (-2, -1, 0, 1, 2)
]
NUMBERS = st.sampled_from([NOTHING, NOTHING + 1, 0, LARGEST[-1], *EDGES])


@given(st.lists(st.dictionaries(st.integers(1, 3000), NUMBERS, min_size=1), max_size=6))
def test_what_was_put_is_there_and_what_lacks_it_is_lowest(changes):
    column, held = Column(), {}
    for change in changes:
        column.put(np.array([*change], np.uint32), np.array([*change.values()], np.int64))
        held |= change

    numbers = column.of(np.array([*held], np.uint32))
    known = column.known(numbers)

    told = [int(n) if here else NOTHING for n, here in zip(numbers, known, strict=True)]
    assert told == [*held.values()]
    assert all(numbers[~known] == np.iinfo(numbers.dtype).min)


def test_a_column_is_no_wider_than_its_numbers():
    column = Column()
    for most in LARGEST:
        column.put(np.array([1], np.uint32), np.array([most], np.int64))
        assert np.iinfo(column.of(slice(0, 1)).dtype).max == most
