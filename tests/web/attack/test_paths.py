"""No name in an address, a form or a file leads to a file that is not ours to show."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from homebooru.web.csrf import HEADER
from tests.web.visiting import addresses, token_of

SECRET = b"the secret of another folder"
CLIMBS = (
    "../" * 9, "..%2f" * 9, "%2e%2e%2f" * 9, "..%5c" * 9, "..\\" * 9, "....//" * 9, "%252e%252e%252f" * 9,
    "/", "//", "file://", "", "./", "x/../" + "../" * 9, "..;/" * 9, "%c0%ae%c0%ae/" * 9,
)  # fmt: skip
ODD = (
    "\0", "%00", "x%00.png", "CON", "NUL.png", "aux", "COM1", ".", "..", "...", " ", "%0d%0aX: y",
    "-rf", "--help", "x" * 5000, "\u202egnp.exe", "\ud7ff", "%ff%fe", "é", "$(id)", "`id`", "|id",
    "'; drop table post; --", "%n%n%s", "{0.__class__}", "${jndi:x}", "*", "?", "[a-z]", "~root",
)  # fmt: skip
FIELDS = ("path", "filepath", "name", "file", "files", "folder", "url", "next", "key", "trash")


@pytest.fixture
def secret(tmp_path, house):
    """A file beside the library, with a link that leads there from within."""
    file = tmp_path / "secret.txt"
    file.write_bytes(SECRET)
    house.add("a.png", tags="cat", folder="inner")
    (house.folder / "link").symlink_to(tmp_path)
    (house.folder / "inner" / "secret.txt").symlink_to(file)
    return file


def named(app, method):
    """Return each address with a name in it, as what it takes names for."""
    for rule in app.url_map.iter_rules():
        texts = {
            name: converter
            for name, converter in rule._converters.items()
            if type(converter).__name__ in {"UnicodeConverter", "PathConverter"}
        }
        if texts and method in rule.methods:
            yield rule, texts


def filled(rule, texts, value):
    """Return the address of a rule with one value for all of its names, spelled as it is."""
    parts = [
        part if is_plain else (value if part in texts else "1")
        for is_plain, part in split(rule.rule)
    ]
    return "".join(parts)


def split(rule):
    """Yield the parts of a rule: those that stand as they are, and the names between them."""
    while "<" in rule:
        before, _, rest = rule.partition("<")
        inside, _, rule = rest.partition(">")
        yield True, before
        yield False, inside.rpartition(":")[2]
    yield True, rule


def test_no_name_in_an_address_leads_out(app, client, house, secret):
    leads = [f"{climb}{secret}" for climb in CLIMBS] + [
        f"inner/{secret.name}",
        f"link/{secret.name}",
    ]
    tried = 0
    for rule, texts in named(app, "GET"):
        for value in (*leads, *ODD):
            where = quote(filled(rule, texts, value), safe="/%\\")
            answer = client.get(where)
            assert answer.status_code < 500, where
            assert SECRET not in answer.data, where
            assert "\n" not in answer.headers.get("Content-Disposition", ""), where
            tried += 1
    assert tried > 500


def test_no_name_that_is_sent_leads_out_or_breaks_anything(app, client, house, secret):
    leads = (f"../../{secret.name}", str(secret), f"file://{secret}\0", f"{ODD[-1]}\u202e\ud7ff")
    token = {HEADER: token_of(client)}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for endpoint, where in addresses(app, method).items():
            if endpoint.startswith("accounts."):
                continue  # it would end the visit
            for lead in leads:
                body = dict.fromkeys(FIELDS, lead)
                sent = {"json": body} if where.startswith("/api/") else {"data": body}
                answer = client.open(where, method=method, headers=token, **sent)
                assert answer.status_code < 500, (method, where, lead)
                assert SECRET not in answer.data, (method, where, lead)
