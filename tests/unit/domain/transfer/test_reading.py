"""What is no export, or a damaged or newer one, is refused with a reason."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.transfer.reading import read_lines
from homebooru.errors import InvalidInput

HEAD = {"kind": "homebooru", "format": 1}
BODY = [
    {"kind": "setting", "name": "x", "value": 1},
    {"kind": "tag", "name": "cat", "category": "general", "by": None, "description": None},
]


def spelled(lines, *, digest=None):
    raw = [json.dumps(line).encode() + b"\n" for line in lines]
    said = hashlib.sha256(b"".join(raw)).hexdigest() if digest is None else digest
    end = {"kind": "end", "lines": len(raw)} | ({"sha256": said} if said else {"edited": True})
    return [*raw, json.dumps(end).encode() + b"\n"]


def read(raw):
    return list(read_lines(raw))


def test_an_export_is_read_without_its_head_and_end():
    assert read(spelled([HEAD, *BODY])) == BODY
    assert read(spelled([HEAD, *BODY], digest="")) == BODY  # somebody changed it on purpose


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "empty"),
        ([b"PK\x03\x04..."], "ZIP"),
        ([b"SQLite format 3\0"], "Hydrus"),
        ([b"PGDMP\x01"], "homebooru db restore"),
        ([b"  <!doctype html>"], "web page"),
        ([b"--\n", b"-- PostgreSQL database dump\n"], "SQL"),
        ([b"\xff\xd8\xff\xe0 a JPEG"], "Line 1 is no line of an export"),
        ([b'{"version": 2, "tags": []}\n'], "Line 1 is none of an export"),
        ([b"[" * 100_000], "Line 1 is no line"),
        ([b'{"kind": "tag", "name": "cat"}\n'], "does not begin"),
        (spelled([{"kind": "homebooru", "format": 2}]), "newer HomeBooru"),
        (spelled([HEAD, *BODY])[:-1], "cut off: it has no end"),
        (spelled([HEAD, *BODY])[:1] + spelled([HEAD, *BODY])[2:], "missing or doubled"),
        (spelled([HEAD, *BODY], digest="0" * 64), "damaged"),
        ([*spelled([HEAD]), b'{"kind": "end", "lines": 2}'], "follows the end"),
        (spelled([HEAD, BODY[1], BODY[0]]), "not in its place"),
        (spelled([HEAD, HEAD]), "not in its place"),
        (spelled([HEAD, BODY[1] | {"name": "-cat"}]), "name is missing or makes no sense"),
        (spelled([HEAD, {"kind": "setting", "name": "a\0b", "value": 1}]), "name"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused_with_a_reason(raw, reason):
    with pytest.raises(InvalidInput, match=reason):
        read(raw)


WHOLE = b"".join(spelled([HEAD, *BODY]))


@given(st.integers(0, len(WHOLE) - 2), st.integers(1, 255))
def test_no_damaged_byte_goes_unseen(place, change):
    damaged = bytearray(WHOLE)
    damaged[place] ^= change
    with pytest.raises(InvalidInput):
        read(bytes(damaged).splitlines(keepends=True))


@given(st.integers(0, len(WHOLE) - 2))
def test_no_missing_end_goes_unseen(length):
    with pytest.raises(InvalidInput):
        read(WHOLE[:length].splitlines(keepends=True))
