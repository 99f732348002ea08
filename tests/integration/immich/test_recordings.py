"""What real servers answered, where `IMMICH_RECORDINGS` says that it lies.

Each recording is a JSON document: which `immich` it was, the `request`, and the `response` with
`status` and `body`. All of them are read by the client, and told by the fake in the same shape.
"""

import json
import os
import re
from pathlib import Path

import pytest

from homebooru.errors import RemoteError
from homebooru.http.answers import Answer
from homebooru.immich import payloads
from homebooru.immich.answers import read_answer
from tests.fakes.immich import FakeImmich

FOLDER = os.environ.get("IMMICH_RECORDINGS")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="IMMICH_RECORDINGS names no folder")

READERS = {
    r"GET /api/assets/[0-9a-f-]{36}": payloads.read_detail,
    r"POST /api/search/metadata": payloads.read_page,
    r"GET /api/albums": payloads.read_albums,
    r"GET /api/albums/[0-9a-f-]{36}": payloads.read_album,
    r"GET /api/tags": payloads.read_tags,
    r"PUT /api/tags": payloads.read_tags,
    r"GET /api/people": lambda body: [payloads.read_person(row) for row in body["people"]],
    r"GET /api/stacks": payloads.read_stacks,
    r"GET /api/libraries": payloads.read_libraries,
    r"GET /api/timeline/buckets": payloads.read_months,
    r"GET /api/timeline/bucket": payloads.read_month,
    r"GET /api/assets/statistics": payloads.read_count,
    r"GET /api/server/version": payloads.read_version,
    r"GET /api/users/me": payloads.read_account,
    r"GET /api/api-keys/me": payloads.read_granted,
    r"(PUT|DELETE) /api/(tags|albums)/[0-9a-f-]{36}/assets": payloads.read_refusals,
}


def recordings():
    for file in sorted(Path(FOLDER or "").rglob("*.json")) if FOLDER else ():
        said = json.loads(file.read_text("utf-8"))
        if "request" in said:  # other documents may lie beside them
            yield file.stem, said, f"{said['request']['method']} {said['request']['path']}"


def body_of(said):
    body = said["response"]["body"]
    return b"" if body is None else json.dumps(body).encode()


def test_every_answer_is_read_or_told_as_an_error():
    read = 0
    for name, said, asked in recordings():
        status = said["response"]["status"]
        if not isinstance(said["response"]["body"], dict | list) or 300 <= status < 400:
            continue
        kind = {"content-type": "application/json"}
        answer = Answer("Immich", status, kind, body_of(said))
        if status >= 400:
            with pytest.raises(RemoteError):
                read_answer(answer)
            continue
        reader = next((one for path, one in READERS.items() if re.fullmatch(path, asked)), None)
        if reader is not None:
            assert reader(read_answer(answer)) is not None, name
            read += 1
    assert read > 40


def test_the_fake_tells_assets_and_all_else_in_the_same_shape():
    compared = set()
    for name, said, asked in recordings():
        major = int(said["immich"].split(".")[0].lstrip("v"))
        body = said["response"]["body"]
        if major < 2 or said["response"]["status"] != 200 or not body:
            continue
        for path, thing in likenesses(major):
            if re.fullmatch(path, asked):
                there = body[0] if isinstance(body, list) else body
                assert set(there) <= set(thing) | OPTIONAL, (name, set(there) - set(thing))
                compared.add((major, path))
    assert len(compared) > 12


OPTIONAL = {"parentId", "color", "startDate", "endDate", "lastModifiedAssetTimestamp"}


def likenesses(major):
    """Yield what the fake says where real servers were asked."""
    fake = FakeImmich(major)
    world, shapes = fake.world, fake.shapes
    asset = world.add_asset(fake.user, tags=["a/b"])
    album = world.add_album(fake.user, assets=[asset])
    tag = next(iter(world.tags.values()))
    yield r"GET /api/assets/[0-9a-f-]{36}", shapes.detail(asset)
    yield r"GET /api/albums", shapes.album(album)
    yield r"GET /api/albums/[0-9a-f-]{36}", shapes.album(album)
    yield r"(GET|PUT) /api/tags", shapes.tag(tag)
    yield r"GET /api/stacks", shapes.stack(world.add_stack([asset]))
    yield r"GET /api/libraries", shapes.library(world.add_library(fake.user, "/srv"))
    yield r"GET /api/timeline/buckets", {"timeBucket": "", "count": 1}
    yield r"GET /api/timeline/bucket", shapes.month([asset])
    yield r"GET /api/server/version", shapes.version()
