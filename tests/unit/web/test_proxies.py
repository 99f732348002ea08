import pytest

from homebooru.errors import InvalidSettings
from homebooru.web.proxies import FORWARDED, TrustedProxies


def pass_through(proxies, **environ):
    seen = {}
    app = TrustedProxies(lambda env, _: seen.update(env) or [], proxies)
    app(
        {"REMOTE_ADDR": "10.0.0.1", "HTTP_HOST": "inner", "wsgi.url_scheme": "http"} | environ, None
    )
    return seen


def test_a_direct_request_is_not_marked():
    assert pass_through(())[FORWARDED] is False


@pytest.mark.parametrize(
    "header", ["HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_ANYTHING", "HTTP_VIA"]
)
@pytest.mark.parametrize("proxies", [(), ("10.0.0.1",)])
def test_a_forwarded_request_is_marked_whoever_sent_it(header, proxies):
    assert pass_through(proxies, **{header: ""})[FORWARDED] is True


def test_strangers_are_not_believed():
    seen = pass_through(
        ("10.0.0.2",),
        HTTP_X_FORWARDED_FOR="127.0.0.1",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_HOST="gallery.example",
        HTTP_X_FORWARDED_PREFIX="/pictures",
    )
    assert seen["REMOTE_ADDR"] == "10.0.0.1"
    assert seen["wsgi.url_scheme"] == "http"
    assert seen["HTTP_HOST"] == "inner"
    assert "SCRIPT_NAME" not in seen


def test_a_trusted_proxy_is_believed():
    seen = pass_through(
        ("10.0.0.0/24",),
        HTTP_X_FORWARDED_FOR="198.51.100.9",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_X_FORWARDED_HOST="gallery.example",
        HTTP_X_FORWARDED_PREFIX="/my/pictures/",
    )
    assert seen["REMOTE_ADDR"] == "198.51.100.9"
    assert seen["wsgi.url_scheme"] == "https"
    assert seen["HTTP_HOST"] == "gallery.example"
    assert seen["SCRIPT_NAME"] == "/my/pictures"


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("127.0.0.1, 198.51.100.9", "198.51.100.9"),
        ("1.2.3.4, 198.51.100.9, 10.0.0.7", "198.51.100.9"),
        ("198.51.100.9:4711", "198.51.100.9"),
        ("[2001:db8::9]:4711", "2001:db8::9"),
        ("2001:db8::9", "2001:db8::9"),
        ("10.0.0.7", "10.0.0.1"),
        ("127.0.0.1, nonsense", "nonsense"),
        (" , ", "10.0.0.1"),
    ],
)
def test_the_last_address_that_is_no_proxy_is_the_visitor(chain, client):
    assert pass_through(("10.0.0.0/24",), HTTP_X_FORWARDED_FOR=chain)["REMOTE_ADDR"] == client


@pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b", "/a b", "a", "/<script>", "/"])
def test_a_strange_prefix_is_ignored(prefix):
    assert "SCRIPT_NAME" not in pass_through(("10.0.0.1",), HTTP_X_FORWARDED_PREFIX=prefix)


def test_a_proxy_that_is_no_address_is_refused_at_the_start():
    with pytest.raises(InvalidSettings, match="nonsense"):
        TrustedProxies(lambda *_: [], ("10.0.0.1", "nonsense"))
