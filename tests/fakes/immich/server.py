"""The server itself: routes, keys and permissions, in front of what it knows."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageOps

from tests.fakes.immich import checking
from tests.fakes.immich.extraction import Metadata
from tests.fakes.immich.faults import Faults
from tests.fakes.immich.library import Refused, World
from tests.fakes.immich.reading import Reading
from tests.fakes.immich.shapes import Shapes
from tests.fakes.immich.writing import Writing
from tests.fakes.services import FakeService, Reply

LARGEST = 10 * 1024 * 1024
PART = re.compile(r"bytes=(\d+)-(\d*)")
LONG_AGO = "Sat, 01 Nov 2025 00:00:00 GMT"
PUBLIC = None
ANY_KEY = ""
ADMIN = "admin"
PIXEL = bytes.fromhex(
    "52494646240000005745425056503820180000003001009d012a0100010001401c25a40003700000fefd50000000"
)
ROUTES = (
    ("GET", r"/server/ping", PUBLIC, "ping"),
    ("GET", r"/server/version", PUBLIC, "version"),
    ("GET", r"/server/about", "server.about", "about"),
    ("GET", r"/api-keys/me", ANY_KEY, "key"),
    ("GET", r"/users/me", "user.read", "me"),
    ("POST", r"/search/metadata", "asset.read", "search"),
    ("POST", r"/search/statistics", "asset.statistics", "search_statistics"),
    ("GET", r"/timeline/buckets", "asset.read", "buckets"),
    ("GET", r"/timeline/bucket", "asset.read", "bucket"),
    ("GET", r"/assets/statistics", "asset.statistics", "statistics"),
    ("POST", r"/assets/jobs", "job.create", "refresh"),
    ("GET", r"/assets/([^/]+)", "asset.read", "asset"),
    ("PUT", r"/assets/([^/]+)", "asset.update", "update"),
    ("PUT", r"/assets", "asset.update", "update_many"),
    ("DELETE", r"/assets", "asset.delete", "trash"),
    ("GET", r"/assets/([^/]+)/original", "asset.download", "original"),
    ("GET", r"/assets/([^/]+)/thumbnail", "asset.view", "thumbnail"),
    ("POST", r"/trash/restore/assets", "asset.delete", "restore"),
    ("GET", r"/tags", "tag.read", "tags"),
    ("PUT", r"/tags", "tag.create", "upsert_tags"),
    ("PUT", r"/tags/assets", "tag.asset", "tag_assets"),
    ("PUT", r"/tags/([^/]+)/assets", "tag.asset", "tag_some"),
    ("DELETE", r"/tags/([^/]+)/assets", "tag.asset", "untag_some"),
    ("DELETE", r"/tags/([^/]+)", "tag.delete", "delete_tag"),
    ("GET", r"/albums", "album.read", "albums"),
    ("GET", r"/albums/([^/]+)", "album.read", "album"),
    ("PUT", r"/albums/([^/]+)/assets", "albumAsset.create", "add_to_album"),
    ("DELETE", r"/albums/([^/]+)/assets", "albumAsset.delete", "remove_from_album"),
    ("GET", r"/people", "person.read", "people"),
    ("GET", r"/stacks", "stack.read", "stacks"),
    ("GET", r"/duplicates", "duplicate.read", "duplicates"),
    ("GET", r"/libraries", f"{ADMIN}:library.read", "libraries"),
    ("PUT", r"/jobs/([^/]+)", f"{ADMIN}:job.create", "start_job"),
)
COMPILED = [(method, re.compile(path), needed, name) for method, path, needed, name in ROUTES]
CHANGES = {"PUT", "PATCH", "DELETE"}


@dataclass
class Question:
    """A request as the handlers see it."""

    params: dict
    json: dict
    ids: tuple = ()
    key: object = None
    wanted: str | None = None


class FakeImmich(FakeService):
    """A server of one major version, with one administrator and her key to begin with.

    `world` is what it knows; tests change it as people would. `faults` are how it goes wrong.
    """

    def __init__(self, major=3, *, seed=0):
        super().__init__()
        self._counting, self._now, self.most_at_once = Lock(), 0, 0
        self.world, self.faults = World(seed), Faults()
        self.shapes = Shapes(major)
        self._metadata = Metadata(self.world, self.faults)
        self._reading = Reading(self.world, self.shapes)
        self._writing = Writing(self.world, self.shapes, self._reading, self._metadata, self.faults)
        self.user = self.world.add_user(admin=True)
        self.key = self.world.add_key(self.user)

    @property
    def calls(self):
        """How often each route was asked, by "METHOD /path" with * for ids."""
        return Counter(
            f"{asked.method} {checking.UUID4.sub('*', asked.path).removeprefix('/api')}"
            for asked in self.asked
        )

    @property
    def writes(self):
        """The requests that wanted something changed."""
        return [
            asked
            for asked in self.asked
            if asked.method in CHANGES
            or asked.path in ("/api/assets/jobs", "/api/trash/restore/assets")
        ]

    def settle(self):
        """Let all background work be done."""
        with self._lock:
            self.world.jobs.settle()

    def serve(self, handler):
        with self._counting:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            super().serve(handler)
        finally:
            with self._counting:
                self._now -= 1

    def receive(self, asked):
        self.faults.wait(_said(asked))

    def _send(self, handler, reply, trouble):
        self.faults.be_late(f"{handler.command} {handler.path}")
        super()._send(handler, reply, trouble)

    def _next_trouble(self, asked):
        return super()._next_trouble(asked) or self.faults.trouble(_said(asked))

    def reply(self, asked, trouble):
        self.world.jobs.tick()
        self.faults.happen(_said(asked))
        return trouble if isinstance(trouble, Reply) else self.answer(asked)

    def answer(self, asked):
        try:
            return self._answered(asked)
        except Refused as refused:
            return Reply(self.shapes.error(refused), refused.status)

    def _answered(self, asked):
        needed, name, ids = self._route(asked)
        key = None if needed is PUBLIC else self._admitted(asked, needed)
        question = Question(asked.params, _json(asked), ids, key, asked.headers.get("range"))
        for part in (self, self._reading, self._writing):
            if handler := getattr(part, name if part is not self else f"_show_{name}", None):
                answered = handler(key and key.user, question)
                break
        if isinstance(answered, Reply):
            return answered
        return Reply(b"", 204) if answered is None else Reply(answered)

    def _route(self, asked):
        path = asked.path.removeprefix("/api") if asked.path.startswith("/api/") else ""
        for method, pattern, needed, name in COMPILED:
            found = pattern.fullmatch(path)
            if method == asked.method and found:
                return needed, name, found.groups()
        raise Refused(404, f"Cannot {asked.method} {asked.path}")

    def _admitted(self, asked, needed):
        text = asked.headers.get("x-api-key") or asked.params.get("apiKey")
        if not text:
            raise Refused(401, "Authentication required")
        key = self.world.keys.get(text)
        if key is None:
            raise Refused(401, "Invalid API key")
        admin, _, permission = needed.rpartition(":")
        if permission and not {"all", permission} & key.permissions:
            raise Refused(403, f"Missing required permission: {permission}")
        if admin and not key.user.is_admin:
            raise Refused(403, "Forbidden")
        return key

    def _show_ping(self, _user, _question):
        return {"res": "pong"}

    def _show_about(self, _user, _question):
        version = self.shapes.version()
        return {"version": f"v{version['major']}.{version['minor']}.{version['patch']}"}

    def _show_key(self, _user, question):
        key = question.key
        times = dict.fromkeys(("createdAt", "updatedAt"), "2026-11-21T00:10:42.761Z")
        return {"id": key.id, "name": "key", "permissions": sorted(key.permissions)} | times

    def _show_original(self, user, question):
        asset = self._reading.mine(user, question.ids[0], "asset.download", partners=True)
        content = self.world.disk.read(asset.path) or asset.bytes
        if content is None or asset.offline:
            raise Refused(404, "Not Found")
        return part_of(content, question.wanted)

    def _show_thumbnail(self, user, question):
        asset = self._reading.mine(user, question.ids[0], "asset.view", partners=True)
        if question.params.get("size", "thumbnail") not in ("thumbnail", "preview", "fullsize"):
            raise checking.invalid("size", "Invalid option")
        if not asset.extracted:
            raise Refused(404, "Not Found")
        if asset.file is not None and asset.thumbnail is None:
            return Reply(small(asset.file, question.params.get("size")), kind="image/webp")
        return Reply(asset.thumbnail or PIXEL, kind="image/webp")


def part_of(content, wanted):
    """Return a file, or the one part of it that is wanted."""
    told = {"Accept-Ranges": "bytes", "ETag": 'W/"1"', "Last-Modified": LONG_AGO}
    found = wanted and PART.fullmatch(wanted)
    if not found:
        return Reply(content, 200, told, "image/jpeg")
    first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
    if first > last:
        return Reply(b"", 416, {"Content-Range": f"bytes */{len(content)}"}, "image/jpeg")
    told["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
    return Reply(content[first : last + 1], 206, told, "image/jpeg")


def small(file, size):
    """Return a picture as Immich shows it."""
    side = 1440 if size == "preview" else 250
    with Image.open(file) as picture:
        shown = ImageOps.exif_transpose(picture).convert("RGB")
    shown.thumbnail((side, side))
    shown.save(kept := BytesIO(), "WEBP")
    return kept.getvalue()


def _said(asked):
    return f"{asked.method} {asked.path}"


def _json(asked):
    if len(asked.body) > LARGEST:
        raise Refused(500, "Internal server error")
    if not asked.body:
        return {}
    try:
        body = json.loads(asked.body)
    except ValueError:
        raise Refused(400, "Expected property name or '}' in JSON at position 1") from None
    return body if isinstance(body, dict) else {}
