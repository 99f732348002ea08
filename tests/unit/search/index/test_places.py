"""Names and folders fit patterns as LIKE has it, after any history of changes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.search.index import patterns as looking
from homebooru.search.index import texts
from homebooru.search.index.places import NO_NAME, Located, Places


@pytest.fixture(autouse=True, params=[2, 2_000])
def few(monkeypatch, request):
    """Let gaps be closed soon, names be looked at in parts, and many be put in order anew."""
    monkeypatch.setattr(texts, "FEW", 2)
    monkeypatch.setattr(texts, "SINGLE", request.param)
    monkeypatch.setattr(looking, "AT_ONCE", request.param)


letters = st.text("ab.é\n", max_size=6) | st.text("ab", min_size=6, max_size=18)
located = st.tuples(letters, st.integers(0, 2), st.sampled_from(["", "a", "a/b", "é"]))
libraries = st.dictionaries(st.integers(1, 12), st.lists(located, max_size=3), max_size=8)
patterns = st.lists(st.text("abé.", max_size=2), min_size=1, max_size=4).map("*".join)


def put(held: Places, library) -> None:
    rows = [(post, *one) for post, mine in library.items() for one in mine]
    folders = sorted({(root, folder.encode()) for _, _, root, folder in rows})
    held.put(
        np.array(list(library), np.uint32),
        Located.sorted(
            posts=np.array([post for post, *_ in rows], np.uint32),
            places=np.array([folders.index((r, f.encode())) for _, _, r, f in rows], np.int32),
            folders=folders,
            texts=np.frombuffer(b"".join(n.encode() + b"\0" for _, n, _, _ in rows), np.uint8),
            stems=np.array([len(stem(n).encode()) for _, n, _, _ in rows], np.int32),
        ),
    )


def stem(name: str) -> str:
    return re.sub(r"(.)\.[^.]*\Z", r"\1", name, flags=re.DOTALL)


def fits(text: str, pattern: str) -> bool:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    return re.fullmatch(expression, text, re.DOTALL) is not None


def lies_in(root: int, folder: str, pattern: str) -> bool:
    path = "/".join(filter(None, [{1: "a", 2: "b é"}.get(root), folder]))
    return any(fits(one, wanted) for one in (folder, path) for wanted in (pattern, f"{pattern}/*"))


@settings(max_examples=250, deadline=None)
@given(
    histories=st.lists(
        st.tuples(libraries, st.sets(st.integers(1, 12), max_size=4)), min_size=1, max_size=4
    ),
    pattern=patterns,
    roots=st.sampled_from([None, frozenset(), frozenset({1}), frozenset({1, 2})]),
)
def test_patterns_find_what_a_look_at_each_place_finds(histories, pattern, roots):
    held, library = Places(), {}
    for changed, gone in histories:
        if changed:
            put(held, changed)
        held.take_away(np.array(sorted(gone), np.uint32))
        held.first_names(13, roots)  # what was put in order once is kept, and added to
        library = {post: at for post, at in (library | changed).items() if post not in gone}
    places_of = [
        (post, name, root, folder)
        for post, at in library.items()
        for name, root, folder in at
        if roots is None or root in roots
    ]
    names = {1: b"a", 2: "b é".encode()}
    wanted = pattern.encode()
    again = Places()
    again.unpack(held.packed())
    for table in (held, again):
        assert set(table.named(wanted, roots)) == {
            post for post, name, *_ in places_of if fits(name, pattern) or fits(stem(name), pattern)
        }
        assert set(table.in_folder(wanted, names, roots)) == {
            post for post, _, root, folder in places_of if lies_in(root, folder, pattern)
        }
        first = table.first_names(13, roots)
        ranked = {post: int(rank) for post, rank in enumerate(first) if rank != NO_NAME}
        wanted_order = {}
        for post, name, *_ in places_of:
            wanted_order[post] = min(name.encode(), wanted_order.get(post, name.encode()))
        assert ranked.keys() == wanted_order.keys()
        assert all(
            (ranked[one] < ranked[other]) == (wanted_order[one] < wanted_order[other])
            for one in ranked
            for other in ranked
        )
