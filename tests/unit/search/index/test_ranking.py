"""Of what was found, just the page that sorting everything would give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from homebooru.search.index import ranking
from homebooru.search.index.ranking import ByArrival, ByKey


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(ranking, "FEW", 4)


keys = st.one_of(
    st.sampled_from([0, 0, 0, 0, 1, 7, 2**63 - 1]),
    st.integers(-50, 50),
    st.integers(-(2**60), 2**60),
)


@settings(max_examples=400, deadline=None)
@given(
    found=st.dictionaries(st.integers(1, 300), keys, max_size=200),
    offset=st.integers(0, 220),
    limit=st.integers(0, 60),
    place=st.integers(1, 300),
    place_key=keys,
)
def test_pages_are_slices_of_everything_in_order(found, offset, limit, place, place_key):
    known = {place: place_key} | found
    ranked = ByKey(lambda ids: np.array([known[int(one)] for one in ids], np.int64))
    posts = BitMap(found)
    line = sorted(found, key=lambda one: (found[one], -one))
    here = (known[place], -place)
    behind = [one for one in line if (found[one], -one) > here]
    ahead = [one for one in line if (found[one], -one) < here]

    assert ranked.page(posts, offset, limit) == line[offset : offset + limit]
    assert ranked.after(posts, place, limit) == behind[:limit]
    assert ranked.before(posts, place, limit) == ahead[len(ahead) - min(limit, len(ahead)) :]


@settings(max_examples=200, deadline=None)
@given(
    found=st.sets(st.integers(1, 60)),
    descending=st.booleans(),
    offset=st.integers(0, 70),
    limit=st.integers(0, 20),
    place=st.integers(1, 60),
)
def test_the_order_of_arrival_needs_no_keys(found, descending, offset, limit, place):
    sign = -1 if descending else 1
    quick, slow = ByArrival(descending), ByKey(lambda ids: sign * ids.astype(np.int64))
    posts = BitMap(found)

    assert quick.page(posts, offset, limit) == slow.page(posts, offset, limit)
    assert quick.after(posts, place, limit) == slow.after(posts, place, limit)
    assert quick.before(posts, place, limit) == slow.before(posts, place, limit)
    assert quick.spot(posts, place) == slow.spot(posts, place)
