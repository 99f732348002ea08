"""A made-up Danbooru 2."""

from __future__ import annotations

import base64

from tests.fakes.boorus.picture import Shelf, md5s_in
from tests.fakes.services import FakeService, Reply, page

KINDS = ("general", "artist", "character", "copyright", "meta")
KEYS = ("md5", "file_url", "large_file_url", "preview_file_url")
MOST, USUAL = 200, 20
FREE = ("md5:", "status:", "id:")  # words that do not count against the limit of tags


def error(status, kind, message):
    return Reply({"success": False, "error": kind, "message": message, "backtrace": []}, status)


LISTS = {f"/{name}.json": name for name in ("tags", "tag_aliases", "tag_implications")}
NOT_FOUND = error(404, "ActiveRecord::RecordNotFound", "That record was not found.")


class FakeDanbooru(FakeService, Shelf):
    """Hidden posts come without digest and addresses; library clients see a challenge."""

    label = "Danbooru"

    def __init__(self, user=None, key=None):
        FakeService.__init__(self)
        Shelf.__init__(self)
        self.login = (user, key)
        self.lists = {name: [] for name in LISTS.values()}
        self.said_of_tags = 0

    def answer(self, asked):
        agent = asked.headers.get("user-agent", "")
        if not agent or agent.startswith(("python-", "Mozilla")):
            return page(403)
        if not self.knows(asked):
            return error(401, "SessionLoader::AuthenticationFailure", "Invalid API key")
        reply = self.found(asked)
        return self.cut_down(reply, asked.params.get("only"))

    def knows(self, asked):
        given = asked.params.get("login"), asked.params.get("api_key")
        kind, _, encoded = asked.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            user, _, key = base64.b64decode(encoded).decode().partition(":")
            given = user, key
        return given in ((None, None), self.login)

    def found(self, asked):
        path, params = asked.path, asked.params
        if path == "/posts.json" and "md5" in params:
            found = self.having([params["md5"]])
            return Reply(self.post(found[0])) if found else NOT_FOUND
        if path == "/posts.json":
            return self.listed(params)
        if path in LISTS:
            return self.entries(LISTS[path], params)
        if path.startswith("/posts/") and path.endswith(".json"):
            one = self.numbered(path.removeprefix("/posts/").removesuffix(".json"))
            return Reply(self.post(one)) if one else NOT_FOUND
        return NOT_FOUND

    def entries(self, name, params):
        """Return a page of what is said of tags, the newest first."""
        before = params.get("page", "").removeprefix("b") or self.said_of_tags + 1
        rows = [row for row in self.lists[name] if row["id"] < int(before)]
        most = min(int(params.get("limit", USUAL)), 1000)
        return Reply(sorted(rows, key=lambda row: -row["id"])[:most])

    def say(self, of, **row):
        """Say something of tags: in `tags`, `tag_aliases` or `tag_implications`."""
        self.said_of_tags += 1
        self.lists[of].append({"id": self.said_of_tags, **row})

    def listed(self, params):
        words = params.get("tags", "").split()
        if len([word for word in words if not word.startswith(FREE)]) > 2:
            return error(
                422, "PostQuery::TagLimitError", "You cannot search for more than 2 tags at a time."
            )
        limit = min(int(params.get("limit", USUAL)), MOST)
        found = self.having(md5s_in(params.get("tags", "")))[::-1]
        return Reply([self.post(one) for one in found[:limit]])

    @staticmethod
    def cut_down(reply, only):
        if not only or reply.status != 200:
            return reply
        wanted = only.split(",")

        def cut(post):
            return {name: value for name, value in post.items() if name in wanted}

        body = reply.body
        return Reply([cut(one) for one in body] if isinstance(body, list) else cut(body))

    def post(self, one):
        place = f"{one.md5[:2]}/{one.md5[2:4]}/{one.md5}.{one.extension}"
        asset = {"id": 30_000_000 + one.id, "md5": one.md5, "status": "active", "duration": None}
        post = {
            "id": one.id,
            "created_at": "2025-09-15T19:27:31.639-04:00",
            "updated_at": "2025-09-15T22:22:56.926-04:00",
            "uploader_id": 1,
            "score": one.score,
            "up_score": one.score,
            "down_score": 0,
            "fav_count": 2,
            "source": one.source,
            "md5": one.md5,
            "rating": one.rating,
            "image_width": one.width,
            "image_height": one.height,
            "file_ext": one.extension,
            "file_size": one.size,
            "pixiv_id": None,
            "parent_id": one.parent_id,
            "has_children": any(other.parent_id == one.id for other in self.pictures),
            "is_deleted": one.deleted,
            "is_pending": False,
            "is_flagged": False,
            "is_banned": one.hidden,
            "tag_string": " ".join(one.names),
            **{f"tag_string_{kind}": " ".join(one.tags.get(kind, ())) for kind in KINDS},
            "media_asset": asset,
            "file_url": f"https://cdn.donmai.us/original/{place}",
            "large_file_url": f"https://cdn.donmai.us/sample/{place}",
            "preview_file_url": f"https://cdn.donmai.us/180x180/{place}",
        }
        if one.hidden:
            for key in KEYS:
                del post[key]
            del asset["md5"]
        return post
