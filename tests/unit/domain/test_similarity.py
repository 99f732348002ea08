from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.similarity import hamming_distance, looks_same, signed

hashes = st.integers(-(2**63), 2**63 - 1)


@given(hashes, hashes)
def test_the_distance_counts_the_bits_that_differ(one, other):
    written = [format(number & (2**64 - 1), "064b") for number in (one, other)]

    assert hamming_distance(one, other) == sum(a != b for a, b in zip(*written, strict=True))


@given(st.integers(0, 2**64 - 1))
def test_a_signed_hash_keeps_its_bits(bits):
    assert -(2**63) <= signed(bits) < 2**63
    assert signed(bits) & (2**64 - 1) == bits


def test_a_few_bits_apart_is_the_same_picture():
    assert looks_same(-1, -1)
    assert looks_same(0, 0b111111)
    assert not looks_same(0, 0b1111111)


def test_an_unknown_hash_is_like_no_other():
    assert not looks_same(None, None)
    assert not looks_same(0, None)
