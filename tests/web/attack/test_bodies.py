"""Whatever is sent as JSON, wherever some is taken, is understood or refused with a word."""

from __future__ import annotations

import json

from homebooru.web.csrf import HEADER
from tests.web.visiting import addresses, token_of

WHOLE = {"name": "a", "posts": [1], "ids": [1], "edit": "cat", "tags": "cat", "query": "cat"}
BODIES = (
    b"[" * 200_000 + b"]" * 200_000,
    b'{"name":' * 100_000 + b"1" + b"}" * 100_000,
    json.dumps(dict.fromkeys(WHOLE, 1)).replace("1", "9" * 50_000).encode(),
    json.dumps({name: [float("nan"), float("inf"), 1e300] for name in WHOLE}).encode(),
    json.dumps(dict.fromkeys(WHOLE, "\ud800\0\u202e")).encode(),
    json.dumps(WHOLE).encode("utf-16"),
    json.dumps(WHOLE).encode()[:-1],
)


def test_no_json_makes_a_mistake_of_ours(app, client, house):
    house.add(tags="cat")
    token, tried = {HEADER: token_of(client)}, 0
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for where in addresses(app, method).values():
            if where.startswith("/api/"):
                for body in BODIES:
                    answer = client.open(
                        where,
                        method=method,
                        data=body,
                        headers=token,
                        content_type="application/json",
                    )
                    assert answer.status_code < 500, (method, where, body[:40])
                    tried += 1
    assert tried > 100
