"""Addresses that people give: those of the public network alone, however they are spelled."""

from __future__ import annotations

import pytest

from homebooru.errors import InvalidInput, RemoteUnavailable
from homebooru.http.addresses import OpenNetwork, Rules, is_public, judged

PUBLIC = "93.184.216.34"


class Names:
    """A network in which names mean what a test says; numbers mean what they do everywhere."""

    def __init__(self, own=None, **names):
        self.names, self.own = names, own

    def look_up(self, host, port):
        if host in self.names:
            return self.names[host]
        return OpenNetwork().look_up(host, port)

    def own_address(self, ip):
        return self.own


# Every way that is known into the network of whoever asks.
INSIDE = (
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.0.1./",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://①②⑦.⓪.⓪.①/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.254/",
    "http://192.168.1.1/admin",
    "http://3232235777/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.170/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:c0a8:101]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:c0a8:101::1]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
)
SENSELESS = (
    "",
    "picture.png",
    "//example.org/a.png",
    "file:///etc/passwd",
    "ftp://example.org/a.png",
    "gopher://example.org/",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "http://",
    "http:///a.png",
    "http://user@example.org/",
    "http://user:word@example.org/",
    "http://example.org@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://exam ple.org/",
    "http://example.org/\r\nHost: other",
    "http://example.org\t/",
    "http://[::1/",
    "http://example.org:x/",
    "http://example.org:99999/",
    "http://example.org:22/",
    "http://example.org:5432/",
    "http://" + "a" * 300 + ".org/",
    "http://example.org/" + "a" * 3000,
)


@pytest.mark.parametrize("address", [*INSIDE, *SENSELESS])
def test_what_is_no_public_address_is_never_asked(address):
    with pytest.raises((InvalidInput, RemoteUnavailable)):
        judged(address, Rules(), Names(**{"example.org": [PUBLIC]}))


@pytest.mark.parametrize(
    ("address", "found", "target"),
    [
        ("https://example.org", PUBLIC, "/"),
        (" http://EXAMPLE.org:80/a%20b.png?x=1&y=ü#part ", PUBLIC, "/a%20b.png?x=1&y=%C3%BC"),
        ("https://example.org./ü.png", "2606:2800:220:1:248:1893:25c8:1946", "/%C3%BC.png"),
        ("http://example.org/", "64:ff9b::5db8:d822", "/"),  # a public one, behind NAT64
    ],
)
def test_a_public_address_is_asked_where_its_name_led_when_it_was_judged(address, found, target):
    place = judged(address, Rules(), Names(**{"example.org": [found]}))
    assert (place.host, place.ip, place.target) == ("example.org", found, target)
    assert place.port == (443 if address.startswith("https") else 80)


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "192.168.0.9", "fe80::1%eth0", "no"])
def test_of_several_addresses_one_inside_is_enough_to_ask_none(inside):
    names = Names(**{"example.org": [PUBLIC, inside]})
    with pytest.raises(InvalidInput, match="not public"):
        judged("https://example.org/", Rules(), names)


@pytest.mark.parametrize(
    ("own", "found"),
    [(PUBLIC, PUBLIC), ("2a01:4f8:1:2::5", "2a01:4f8:1:2:aaaa::1")],
)
def test_what_is_public_but_ours_or_beside_us_is_not_asked(own, found):
    with pytest.raises(InvalidInput, match="not public"):
        judged("https://example.org/", Rules(), Names(own, **{"example.org": [found]}))
    elsewhere = "93.184.216.35" if "." in own else "2a01:4f8:1:3::1"
    judged("https://example.org/", Rules(), Names(own, **{"example.org": [elsewhere]}))


def test_only_servers_and_ports_that_are_allowed_are_asked():
    rules = Rules(hosts=("*.donmai.us", "yande.re"), ports=frozenset({8443}))
    names = Names(**{one: [PUBLIC] for one in ("cdn.donmai.us", "yande.re", "donmai.us.org")})
    assert judged("https://cdn.donmai.us:8443/", rules, names).port == 8443
    assert judged("https://YANDE.re:8443/", rules, names).host == "yande.re"
    for address in ("https://donmai.us.org:8443/", "https://yande.re/", "https://x.org:8443/"):
        with pytest.raises(InvalidInput):
            judged(address, rules, names)
    with pytest.raises(InvalidInput):
        judged("https://yande.re/", Rules(hosts=()), names)


def test_a_name_that_nobody_has_is_told_as_such():
    with pytest.raises(RemoteUnavailable, match=r"no server called nowhere\.invalid"):
        judged("http://nowhere.invalid/", Rules(), Names(**{"nowhere.invalid": []}))


def test_the_public_network_is_just_that():
    assert all(map(is_public, (PUBLIC, "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00::1")))
    assert not any(map(is_public, ("", "example.org", "192.168.0.1", "::", "1.2.3", "4000::1")))


def test_the_own_address_on_the_way_to_one_is_told():
    assert OpenNetwork().own_address("127.0.0.1") == "127.0.0.1"
