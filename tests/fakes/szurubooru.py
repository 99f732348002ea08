"""A szurubooru on loopback: posts, tags and pools by the API's contract, and their pictures."""

from __future__ import annotations

import base64
import hashlib
import re

from tests.fakes.services import FakeService, Reply

MOST = 100
FAILURE = {"name": "AuthError", "title": "Authentication error", "description": "Who are you?"}


class FakeSzurubooru(FakeService):
    """Answers everybody, unless `login` (a name and a token) is asked for."""

    def __init__(self):
        super().__init__()
        self.login = None
        self.posts = []
        self.tags = {}
        self.pools = []
        self.files = {}

    def add_tag(self, *names, category="default", implies=()):
        self.tags[names[0]] = {
            "names": list(names),
            "category": category,
            "implications": [
                {"names": [name], "category": "default", "usages": 0} for name in implies
            ],
            "usages": 0,
        }

    def add_post(self, content, *tags, ending="png", **more):
        """Add a post; return its number."""
        number = len(self.posts) + 1
        place = f"data/posts/{number}_0123456789abcdef.{ending}"
        self.files[f"/{place}"] = content
        for name in tags:
            if name not in self.tags:
                self.add_tag(name)
        self.posts.append(
            {
                "id": number,
                "version": 1,
                "creationTime": "2021-03-04T05:06:07.000008Z",
                "lastEditTime": None,
                "safety": "safe",
                "source": None,
                "type": "image",
                "checksum": hashlib.sha1(content).hexdigest(),
                "checksumMD5": hashlib.md5(content).hexdigest(),
                "contentUrl": place,
                "tags": [
                    {key: self.tags[name][key] for key in ("names", "category", "usages")}
                    for name in tags
                ],
                "relations": [],
                "notes": [],
                "score": 0,
                "ownFavorite": False,
                "favoritedBy": [],
                "pools": [],
            }
            | more
        )
        return number

    def add_pool(self, name, *numbers, description=""):
        self.pools.append(
            {
                "id": len(self.pools) + 1,
                "names": [name],
                "description": description,
                "posts": [{"id": number, "thumbnailUrl": ""} for number in numbers],
            }
        )

    def answer(self, asked):
        if asked.path in self.files:
            return Reply(self.files[asked.path], kind="image/png")
        if self.login and not self._knows(asked):
            return Reply(FAILURE, 403)
        match asked.path.strip("/").split("/"):
            case ["api", "posts"]:
                return self._page(asked, self._found(asked.params["query"]))
            case ["api", "tags"]:
                return self._page(asked, list(self.tags.values()))
            case ["api", "pools"] if self.pools is not None:
                return self._page(asked, self.pools)
        return Reply({"name": "HttpNotFound", "title": "Not found", "description": ""}, 404)

    def _knows(self, asked):
        told = base64.b64encode(":".join(self.login).encode()).decode()
        return asked.headers.get("authorization") == f"Token {told}"

    def _found(self, query):
        found = re.fullmatch(r"id:(\d+)\.\. sort:id,asc", query)
        if not found:
            assert query == ""
            return list(reversed(self.posts))
        return [post for post in self.posts if post["id"] >= int(found[1])]

    def _page(self, asked, rows):
        offset, limit = int(asked.params["offset"]), int(asked.params["limit"])
        assert limit <= MOST
        return Reply(
            {
                "query": asked.params["query"],
                "offset": offset,
                "limit": limit,
                "total": len(rows),
                "results": rows[offset : offset + limit],
            }
        )
