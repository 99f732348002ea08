from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.fields import Fields
from homebooru.files.metadata.iptc import read_iptc


def record(number, value, *, section=2):
    return bytes([0x1C, section, number]) + len(value).to_bytes(2) + value


def test_keywords_are_read_in_whichever_encoding():
    marked = record(90, b"\x1b%G", section=1)

    assert read_iptc(marked + record(25, "海".encode())).words == ("海",)
    assert read_iptc(record(25, "海".encode())).words == ("海",)
    assert read_iptc(record(25, b"\xe9t\xe9")).words == ("été",)
    assert read_iptc(marked + record(25, b"\xe9t\xe9")).words == ("\ufffdt\ufffd",)


def test_long_values_tell_how_long_their_length_is():
    value = b"x" * 40_000
    data = b"\x1c\2\x78\x80\4" + len(value).to_bytes(4) + value + record(25, b"after")

    assert read_iptc(data) == Fields(words=("after",), description="x" * 40_000)


def test_what_comes_after_a_broken_record_is_not_there():
    data = record(25, b"a") + record(25, b"") + b"\x1c\2\x19\0\xffshort"

    assert read_iptc(data).words == ("a",)


@pytest.mark.parametrize(
    ("date", "time", "moment"),
    [
        (b"20200102", b"030405+0100", datetime(2020, 1, 2, 2, 4, 5, tzinfo=UTC)),
        (b"20200102", b"030405", datetime(2020, 1, 2, 3, 4, 5)),
        (b"20200102", b"noon", datetime(2020, 1, 2)),
        (b"00000000", b"", None),
        (b"soon", b"030405", None),
    ],
)
def test_dates(date, time, moment):
    assert read_iptc(record(55, date) + record(60, time)).taken_at == moment


def test_a_place_is_told_from_the_spot_to_the_country():
    data = record(101, b"Italy") + record(90, b"Rome") + record(90, b"other") + record(92, b"Forum")

    assert read_iptc(data).place == "Forum, Rome, Italy"


@given(st.binary(max_size=60).map(lambda data: b"\x1c\2" + data))
def test_any_bytes_are_read(data):
    read_iptc(data)
