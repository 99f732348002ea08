"""What is sent is of a kind that browsers run nothing of, whatever a file claims to be."""

from __future__ import annotations

from homebooru.errors import NoPicture
from homebooru.imaging.sniffing import HEAD, sniff
from tests import corpus

PAGE = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><foreignObject/></svg>'
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>'
)
# Files that are one thing to who looks at their beginning, and another to who goes on.
TWOFOLD = {
    "page.png": PAGE,
    "drawing.png": SVG,
    "drawing.svg": SVG + b"\n",
    "entity.svg": ENTITY,
    "script.gif": b"GIF89a/*" + bytes(64) + b"*/=1;alert(1)//",
    "page.gif": b"GIF89a" + PAGE,
    "page behind.png": corpus.png() + PAGE,
    "page inside.jpg": corpus.jpeg()[:2] + b"\xff\xfe\x00\x60" + PAGE.ljust(94) + corpus.jpeg()[2:],
    "archive behind.png": corpus.png() + b"PK\x03\x04" + bytes(26),
    "pdf behind.bmp": b"BM" + b"%PDF-1.4" + bytes(99),
    "script.webp": b"RIFF/*..WEBP*/=1;alert(1)",
    "program": b"\x7fELF" + bytes(99),
}


def test_files_of_two_kinds_are_sent_as_pictures_or_to_be_saved(client, house):
    for seed, (name, content) in enumerate(TWOFOLD.items()):
        try:
            mime = sniff(content[:HEAD]).value
        except NoPicture:
            mime = None
        post_id = house.add(name, content, mime=mime, seed=seed, thumbnails=False)
        for where in (f"/posts/{post_id}/file", f"/posts/{post_id}/file/download"):
            answer = client.get(where)
            assert answer.data == content, name
            assert answer.headers["X-Content-Type-Options"] == "nosniff", name
            policy = answer.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'"), name
            assert "script-src" not in policy, name
            assert answer.mimetype == (mime or "application/octet-stream"), name
            if mime is None or "download" in where:
                assert answer.headers["Content-Disposition"].startswith("attachment;"), name
