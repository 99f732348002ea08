"""Addresses and keys of Immich, as people enter them."""

import pytest

from homebooru.domain.immich.address import read_address, read_key
from homebooru.errors import InvalidInput

KEY = "VZSqazQvXQo6XkhCyrQo92Lm4oLlwWV8eMOpZ7NnEes"


@pytest.mark.parametrize(
    ("entered", "address"),
    [
        ("http://192.168.1.20:2283", "http://192.168.1.20:2283"),
        (" http://192.168.1.20:2283/ ", "http://192.168.1.20:2283"),
        ("http://192.168.1.20:2283/api", "http://192.168.1.20:2283"),
        ("http://192.168.1.20:2283/api/", "http://192.168.1.20:2283"),
        ("192.168.1.20:2283", "http://192.168.1.20:2283"),
        ("immich.local", "http://immich.local"),
        ("https://photos.example.org/photos/0f0e", "https://photos.example.org"),
        ("https://photos.example.org/user-settings?isOpen=api-keys", "https://photos.example.org"),
        ("https://example.org/immich/api", "https://example.org/immich"),
        ("http://[fd00::2]:2283/api", "http://[fd00::2]:2283"),
    ],
)
def test_an_address_is_read_with_what_people_copy(entered, address):
    assert read_address(entered) == address
    assert read_address(address) == address


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ("", "where your Immich is"),
        (KEY, "That is an API key"),
        ("two words", "no address"),
        ("ftp://host", "no address"),
        ("http://", "no address"),
        ("http://host:99999", "no address"),
        ("http://host:port", "no address"),
        ("http://" + "x" * 600, "no address"),
        ("http://me:word@host", "without a name"),
    ],
)
def test_what_is_no_address_is_told_without_repeating_it(entered, said):
    with pytest.raises(InvalidInput, match=said) as caught:
        read_address(entered)
    assert KEY not in str(caught.value)


def test_a_key_is_told_from_an_address():
    assert read_key(f" {KEY}\n") == KEY
    for entered in ("http://192.168.1.20:2283", "192.168.1.20:2283/api"):
        with pytest.raises(InvalidInput, match="That is an address"):
            read_key(entered)
    for entered in ("short", f"{KEY} {KEY}", "ключ" * 12):
        with pytest.raises(InvalidInput, match="no API key"):
            read_key(entered)
    with pytest.raises(InvalidInput, match="Enter an API key"):
        read_key(" ")
