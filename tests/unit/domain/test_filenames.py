"""Names that every system can keep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.filenames import LONGEST, FreshNames, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a picture.png", "a picture.png"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "_file"),
        ("", "_file"),
        (" .hidden. ", "hidden"),
        ("C:\\x", "C__x"),
        ("con.png", "_con.png"),
        ("COM1", "_COM1"),
        ("a\nb\u202egnp.exe", "a_b_gnp.exe"),
        ("日本語.jpg", "日本語.jpg"),
        ("e\u0301.png", "é.png"),
    ],
)
def test_a_name_is_made_safe(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_extension():
    short = safe_name("日" * 200 + ".jpeg")
    assert len(short.encode()) <= LONGEST
    assert short.endswith("日.jpeg")


def test_a_name_that_is_taken_gets_a_number_before_its_extension():
    names = FreshNames()
    given_out = [names.fresh(name) for name in ("a.png", "A.PNG", "a.png", "a (2).png", "b")]
    assert given_out == ["a.png", "A (2).PNG", "a (3).png", "a (2) (2).png", "b"]


@given(st.lists(st.text(max_size=300), max_size=12))
def test_names_are_always_safe_and_never_the_same(wanted):
    names = FreshNames()
    given_out = [names.fresh(name) for name in wanted]
    assert len({name.casefold() for name in given_out}) == len(given_out)
    for name in given_out:
        assert name.strip(" .") == name != ""
        assert not set(name) & set('<>:"/\\|?*\0\n')
        assert name.isprintable()
        assert len(name.encode()) <= LONGEST + 10
