"""The tags of a set of posts, counted without looking at most of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from homebooru.search.index import related
from homebooru.search.index.postings import Postings
from homebooru.search.index.related import Related

libraries = st.dictionaries(
    st.integers(1, 60), st.sets(st.integers(1, 12), max_size=8), min_size=1, max_size=50
)


def put(postings: Postings, library: dict[int, set[int]]) -> None:
    postings.put(
        np.array(list(library), np.uint32),
        np.array([tag for tags in library.values() for tag in sorted(tags)], np.int32),
        np.array([len(tags) for tags in library.values()], np.int64),
    )


@pytest.mark.parametrize("share", [0, 10_000])
@settings(max_examples=200, deadline=None)
@given(
    histories=st.lists(st.tuples(libraries, st.sets(st.integers(1, 60), max_size=5)), max_size=4),
    wanted=st.sets(st.integers(1, 60)),
    count=st.integers(1, 6),
)
def test_the_most_frequent_tags_are_those_of_a_recount(share, histories, wanted, count):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(related, "SHARE", share)
        postings, library = Postings(), {}
        counts = Related(postings)
        for changed, gone in histories:
            put(postings, changed)
            postings.take_away(np.array(sorted(gone), np.uint32))
            library = {k: v for k, v in (library | changed).items() if k not in gone}
            counts.note_changes(len(changed) + len(gone))
            posts = BitMap(wanted & library.keys())
            often = Counter(tag for post in posts for tag in library[post])
            least = min([n for _, n in often.most_common(count)], default=0)

            found = counts.most_frequent(posts, count)

            assert dict(found) == {tag: n for tag, n in often.items() if n >= least}
            assert [n for _, n in found] == sorted((n for _, n in found), reverse=True)
            assert {p: set(postings.tags_of(p).tolist()) for p in library} == library
            postings.tidy()
            assert {p: set(postings.tags_of(p).tolist()) for p in library} == library
