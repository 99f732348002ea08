"""The posts that share most are found as if each had been looked at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from homebooru.search.index import sharing
from homebooru.search.index.postings import Postings

libraries = st.dictionaries(
    st.integers(1, 40), st.sets(st.integers(1, 9), min_size=1), min_size=1, max_size=25
)


def obvious(library, weights, among, limit):
    """Weigh every post, one by one."""
    totals = {
        post: sum(weights.get(tag, 0) for tag in tags)
        for post, tags in library.items()
        if post in among
    }
    held = [(post, total) for post, total in totals.items() if total]
    return sorted(held, key=lambda one: (-one[1], -one[0]))[:limit]


@pytest.mark.parametrize("few", [0, 3, 100])
@given(
    library=libraries,
    weights=st.dictionaries(st.integers(1, 12), st.integers(1, 30), max_size=6),
    among=st.sets(st.integers(1, 40)),
    limit=st.integers(1, 8),
)
def test_the_heaviest_are_those_of_looking_at_each(library, weights, among, limit, few):
    postings = Postings()
    each = [sorted(tags) for tags in library.values()]
    postings.put(
        np.array(list(library), np.uint32),
        np.array([tag for tags in each for tag in tags], np.int32),
        np.array([len(tags) for tags in each], np.int64),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "FEW", few)
        found = sharing.heaviest(postings, weights, BitMap(among), limit)
    assert list(found.items()) == obvious(library, weights, among, limit)
