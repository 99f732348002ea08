"""Files from servers that nobody vouches for: where they lead, how long they take, what they send."""

from __future__ import annotations

import io
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from homebooru.errors import (
    InvalidInput,
    NoPicture,
    RemoteChanged,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
    TooLarge,
)
from homebooru.http import strangers
from homebooru.http.addresses import Rules
from homebooru.http.fetching import Limits
from homebooru.http.strangers import Strangers
from homebooru.imaging.sniffing import sniff
from tests import corpus
from tests.fakes.strangers import PUBLIC, FakeNetwork, FakeStranger, answer, redirect

PICTURE = corpus.png(40, 30, seed=1)
HERE = "http://example.org/a.png"
LIMITS = Limits(connect=2.0, read=2.0, whole=20.0, size=1 << 20)
HURRIED = Limits(connect=2.0, read=2.0, whole=0.3, size=1 << 20)


def fetch(network, address=HERE, limits=LIMITS):
    into = io.BytesIO()
    Strangers(Rules(), network, limits).fetch(address, into, sniff)
    return into.getvalue()


def asked(server, **names):
    return FakeNetwork(server, **{"example.org": [[PUBLIC]], **names})


def test_a_file_is_fetched_without_a_word_about_whoever_asks(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    with FakeStranger(answer(PICTURE, Content_Length=len(PICTURE), Set_Cookie="a=b")) as server:
        network = asked(server)
        assert fetch(network, "http://example.org/a%20b.png?x=1#part") == PICTURE
    assert network.connected == [(PUBLIC, 80)]
    lines = server.asked[0].split("\r\n")
    assert lines[0] == "GET /a%20b.png?x=1 HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in lines[1:] if line} == {
        "host", "accept", "accept-encoding", "user-agent",
    }  # fmt: skip
    assert "Host: example.org" in lines


def test_a_name_that_means_something_else_a_moment_later_is_not_looked_up_again():
    with FakeStranger(answer(PICTURE)) as server:
        network = asked(server, **{"example.org": [[PUBLIC], ["127.0.0.1"]]})
        assert fetch(network) == PICTURE
        assert network.connected == [(PUBLIC, 80)]
        with pytest.raises(InvalidInput, match="not public"):
            fetch(network)
        assert network.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "inside",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/",
        "http://inside.example/",
        "file:///etc/passwd",
        "http://user:word@example.org/",
        "http://example.org:22/",
    ],
)
def test_wherever_somebody_sends_us_is_judged_like_what_was_given(inside):
    answers = redirect("/b"), redirect("http://second.example/"), redirect(inside), answer(PICTURE)
    names = {"second.example": [["1.1.1.1"]], "inside.example": [["10.0.0.7"]]}
    with FakeStranger(*answers) as server:
        network = asked(server, **names)
        with pytest.raises(InvalidInput):
            fetch(network)
    assert network.connected == [(PUBLIC, 80), (PUBLIC, 80), ("1.1.1.1", 80)]


def test_nobody_sends_us_on_for_ever():
    with FakeStranger(redirect("/again")) as server, pytest.raises(RemoteChanged, match="on and"):
        fetch(asked(server))
    assert len(server.asked) == 6


def endless(start, part=b"\x89PNG\r\n\x1a\n" * 4096):
    def parts():
        yield start
        while True:
            yield part

    return parts


@pytest.mark.parametrize("start", [answer(), answer(Content_Length=1 << 40)])
def test_more_than_is_taken_is_told_as_it_comes_whatever_was_promised(start):
    with FakeStranger(endless(start)) as server, pytest.raises(TooLarge, match="larger than 1 MB"):
        fetch(asked(server))


@pytest.mark.parametrize(
    ("told", "what"),
    [
        (endless(answer(), b"<html>" * 1000), "a web page"),
        (answer(b"<svg onload='x'/>", Content_Type="image/png"), "SVG"),
    ],
)
def test_what_is_no_picture_is_left_after_its_first_words(told, what):
    with FakeStranger(told) as server, pytest.raises(NoPicture, match=what):
        fetch(asked(server))


STARTED = answer() + b"\x89PNG"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 O", STARTED])
@pytest.mark.parametrize("part", [b"", b"K"])
def test_whoever_drips_or_stays_silent_is_left_when_the_time_is_over(start, part):
    def dripping():
        yield start
        while not server.left.wait(0.02):
            yield part

    with FakeStranger(dripping) as server, pytest.raises(RemoteUnavailable, match="too long"):
        fetch(asked(server), limits=HURRIED)


def test_whoever_never_comes_to_the_point_is_left():
    told = endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n")
    with FakeStranger(told) as server, pytest.raises(RemoteUnavailable, match="too long"):
        fetch(asked(server), limits=HURRIED)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (answer(status="404 Not Found"), RemoteMissing),
        (answer(status="403 Forbidden"), RemoteRefused),
        (answer(status="500 Oh"), RemoteUnavailable),
        (answer(status="204 No Content"), RemoteUnavailable),
        (answer(PICTURE[:-1], Content_Length=len(PICTURE)), RemoteUnavailable),
        (answer(b"ff\r\nabc", Transfer_Encoding="chunked"), RemoteUnavailable),
        (answer(), NoPicture),
        (b"SSH-2.0-OpenSSH\r\n", RemoteUnavailable),
        (b"", RemoteUnavailable),
    ],
)
def test_whatever_else_is_answered_is_told_in_words(told, error):
    with FakeStranger(told) as server, pytest.raises(error):
        fetch(asked(server))


def certified(folder, name):
    """Return how a server proves that it has a name, and who vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    form = serialization.Encoding.PEM
    file.write_bytes(
        certificate.public_bytes(form)
        + key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cafile=file)


def test_a_server_must_prove_its_name_although_its_address_is_asked(tmp_path, monkeypatch):
    serving, trust = certified(tmp_path, "example.org")
    monkeypatch.setattr(strangers, "_trust", lambda: trust)
    with FakeStranger(answer(PICTURE), context=serving) as server:
        network = asked(server, **{"other.example": [[PUBLIC]]})
        assert fetch(network, "https://example.org/a.png") == PICTURE
        with pytest.raises(RemoteUnavailable, match=r"certificate of other\.example"):
            fetch(network, "https://other.example/a.png")
    assert network.connected == [(PUBLIC, 443)] * 2
