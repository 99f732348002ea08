"""Each promise of docs/security.md has tests, and they are there."""

import re
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parent.parent.parent
ROWS = [
    row for row in (HOME / "docs/security.md").read_text("utf-8").splitlines() if row[:2] == "| "
]
PLACE = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_every_promise_is_told():
    told = {row.split("|")[1].strip() for row in ROWS}
    assert told >= {f"S{number}" for number in range(1, 13)}


@pytest.mark.parametrize("row", ROWS[2:], ids=lambda row: row.split("|")[1].strip() or "other")
def test_every_promise_has_its_tests(row):
    found = PLACE.findall(row)
    assert found
    for file, name in found:
        assert f"def {name or 'test_'}" in (HOME / file).read_text("utf-8"), (file, name)
