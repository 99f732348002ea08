"""Both ways in which the tags of posts are held, after any history of edits."""

from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from homebooru.search.index.bitmaps import ids_of
from homebooru.search.index.postings import Postings

POSTS = range(1, 7)
TAGS = range(1, 9)
edits = st.dictionaries(
    st.sampled_from(POSTS),
    st.none() | st.sets(st.sampled_from(TAGS)).map(sorted).map(tuple),
    min_size=1,
)


@given(st.lists(edits))
def test_posts_have_the_tags_that_they_were_given_last(history):
    postings, known = Postings(), dict.fromkeys(POSTS, ())

    for edit in history:
        gone = [post for post, tags in edit.items() if tags is None]
        given_now = {post: tags for post, tags in sorted(edit.items()) if tags is not None}
        postings.take_away(np.array(gone, np.uint32))
        postings.put(
            np.array(list(given_now), np.uint32),
            np.array([*chain.from_iterable(given_now.values())], np.int32),
            np.array([len(tags) for tags in given_now.values()], np.int64),
        )
        known |= dict.fromkeys(gone, ()) | given_now

        assert_holds(postings, known)
    kept = Postings()
    kept.unpack(postings.packed())
    assert_holds(kept, known)


def assert_holds(postings, known):
    posts = {tag: [post for post in POSTS if tag in known[post]] for tag in TAGS}
    assert {post: tuple(postings.tags_of(post).tolist()) for post in POSTS} == known
    assert {tag: ids_of(postings.of(tag)).tolist() for tag in TAGS} == posts
    assert postings.totals(np.array(TAGS)).tolist() == [len(posts[tag]) for tag in TAGS]
    held = [post for post in POSTS if known[post]]
    gathered = postings.gathered(np.array(held, np.uint32)).tolist() if held else []
    assert gathered == [*chain.from_iterable(known.values())]
