"""A made-up e621."""

from __future__ import annotations

from tests.fakes.boorus.picture import Shelf, md5s_in
from tests.fakes.services import FakeService, Reply

KINDS = (
    "general",
    "artist",
    "contributor",
    "copyright",
    "character",
    "species",
    "invalid",
    "meta",
    "lore",
)
RATINGS = {"g": "s", "s": "s", "q": "q", "e": "e"}
MOST = 320
NOT_FOUND = Reply({"success": False, "reason": "not found"}, 404)
DENIED = Reply({"success": False, "reason": "Access Denied"}, 403)


class FakeE621(FakeService, Shelf):
    """Wants to know who asks; the address of a hidden post's file is null."""

    label = "e621"

    def __init__(self):
        FakeService.__init__(self)
        Shelf.__init__(self)

    def answer(self, asked):
        if "(" not in asked.headers.get("user-agent", ""):
            return DENIED
        path, params = asked.path, asked.params
        if path == "/posts.json" and "md5" in params:
            return self.one(next(iter(self.having([params["md5"]])), None))
        if path == "/posts.json":
            words = params.get("tags", "")
            wanted = md5s_in(words)[:MOST]
            found = [one for one in self.having(wanted) if not one.deleted or "status:any" in words]
            limit = min(int(params.get("limit", 75)), MOST)
            return Reply({"posts": [self.post(one) for one in found[:limit]]})
        if path.startswith("/posts/"):
            return self.one(self.numbered(path.removeprefix("/posts/").removesuffix(".json")))
        return NOT_FOUND

    def one(self, picture):
        return Reply({"post": self.post(picture)}) if picture else NOT_FOUND

    def post(self, one):
        place = f"{one.md5[:2]}/{one.md5[2:4]}/{one.md5}.{one.extension}"
        url = None if one.hidden else f"https://static1.e621.net/data/{place}"
        return {
            "id": one.id,
            "created_at": "2024-06-10T10:52:11.177+03:00",
            "updated_at": "2026-07-14T02:31:17.553+03:00",
            "file": {
                "width": one.width,
                "height": one.height,
                "ext": one.extension,
                "size": one.size,
                "md5": one.md5,
                "url": url,
            },
            "score": {"up": one.score, "down": 0, "total": one.score},
            "tags": {kind: list(one.tags.get(kind, ())) for kind in KINDS},
            "flags": {"pending": False, "flagged": False, "deleted": one.deleted},
            "rating": RATINGS[one.rating],
            "fav_count": 1,
            "sources": one.source.split(),
            "relationships": {
                "parent_id": one.parent_id,
                "has_children": False,
                "has_active_children": False,
                "children": [o.id for o in self.pictures if o.parent_id == one.id],
            },
            "description": "",
            "duration": None,
        }
