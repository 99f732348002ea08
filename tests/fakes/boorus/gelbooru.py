"""A made-up Gelbooru 0.2.5."""

from __future__ import annotations

import html

from tests.fakes.boorus.picture import Shelf, md5s_in
from tests.fakes.services import FakeService, Reply

RATINGS = {"g": "general", "s": "sensitive", "q": "questionable", "e": "explicit"}
TYPES = {"general": 0, "artist": 1, "copyright": 3, "character": 4, "metadata": 5}


class FakeGelbooru(FakeService, Shelf):
    """Answers only with a key; tags have no kinds and are escaped as for a page."""

    label = "Gelbooru"

    def __init__(self, user="4711", key="geheim"):
        FakeService.__init__(self)
        Shelf.__init__(self)
        self.login = (user, key)

    def answer(self, asked):
        params = asked.params
        if (params.get("user_id"), params.get("api_key")) != self.login:
            return Reply([], 401)
        if asked.path != "/index.php" or params.get("page") != "dapi" or params.get("json") != "1":
            return Reply("<html>Gelbooru</html>", kind="text/html")
        if params.get("s") == "tag":
            return self.kinds(params["names"].split(), min(int(params.get("limit", 100)), 100))
        if "id" in params:
            found = [one for one in self.pictures if str(one.id) == params["id"]]
        else:
            found = self.having(md5s_in(params.get("tags", "")))
        return self.list("post", [self.post(one) for one in found])

    @staticmethod
    def list(name, found):
        head = {"@attributes": {"limit": 100, "offset": 0, "count": len(found)}}
        return Reply(head | ({name: found} if found else {}))

    def kinds(self, names, limit):
        kind_of = {
            name: kind
            for one in self.pictures
            for kind, named in one.tags.items()
            for name in named
        }
        found = [
            {
                "id": 100 + n,
                "name": html.escape(name),
                "count": 1,
                "type": TYPES[kind_of[name]],
                "ambiguous": 0,
            }
            for n, name in enumerate(names[:limit])
            if name in kind_of
        ]
        return self.list("tag", found)

    def post(self, one):
        file = f"https://img4.gelbooru.com/images/{one.md5}.{one.extension}"
        return {
            "id": one.id,
            "created_at": "Sat Sep 26 03:51:09 -0500 2026",
            "score": one.score,
            "width": one.width,
            "height": one.height,
            "md5": one.md5,
            "image": f"{one.md5}.{one.extension}",
            "rating": RATINGS[one.rating],
            "source": html.escape(one.source),
            "owner": "somebody",
            "parent_id": one.parent_id or 0,
            "tags": html.escape(" ".join(one.names)),
            "title": "",
            "has_children": "false",
            "file_url": "" if one.hidden else file,
            "sample": 0,
            "sample_url": "",
            "status": "active",
            "post_locked": 0,
        }
