"""A made-up yande.re, or any other Moebooru."""

from __future__ import annotations

from tests.fakes.boorus.picture import Shelf, md5s_in
from tests.fakes.services import FakeService, Reply

RATINGS = {"g": "s", "s": "s", "q": "q", "e": "e"}
MOST, USUAL, MOST_TAGS = 1000, 40, 6


class FakeMoebooru(FakeService, Shelf):
    """Deleted posts are shown to those who ask for them, without their files."""

    label = "yande.re"

    def __init__(self):
        FakeService.__init__(self)
        Shelf.__init__(self)

    def answer(self, asked):
        params = asked.params
        words = params.get("tags", "").split()
        if asked.path != "/post.json":
            return Reply("<html>Not here</html>", 404, kind="text/html")
        if len(words) > MOST_TAGS:
            reason = "You can only search up to 6 tags at once"
            return Reply({"success": False, "reason": reason}, 500)
        found = self.found(words)[: min(int(params.get("limit", USUAL)), MOST)]
        posts = [self.post(one) for one in found]
        if params.get("api_version") != "2":
            return Reply(posts)
        if params.get("include_tags") != "1":
            return Reply({"posts": posts})
        kinds = {name: kind for one in found for kind, named in one.tags.items() for name in named}
        return Reply({"posts": posts, "tags": kinds})

    def found(self, words):
        numbers = [word.removeprefix("id:") for word in words if word.startswith("id:")]
        if numbers:
            return [one for one in self.pictures if str(one.id) in numbers]
        found = self.having(md5s_in(" ".join(words)))
        return [one for one in found if not one.deleted or "deleted:all" in words]

    def post(self, one):
        place = f"https://files.yande.re/image/{one.md5}/yande.re.{one.extension}"
        post = {
            "id": one.id,
            "tags": " ".join(one.names),
            "created_at": 1742150809,
            "updated_at": 1742156680,
            "author": "somebody",
            "source": one.source,
            "score": one.score,
            "md5": one.md5,
            "file_size": one.size,
            "file_ext": one.extension,
            "file_url": place,
            "sample_url": place,
            "jpeg_url": place,
            "is_shown_in_index": True,
            "preview_url": place,
            "rating": RATINGS[one.rating],
            "has_children": False,
            "parent_id": one.parent_id,
            "status": "deleted" if one.deleted else "active",
            "width": one.width,
            "height": one.height,
            "is_held": False,
        }
        if one.deleted or one.hidden:
            for key in ("file_url", "sample_url", "jpeg_url"):
                del post[key]
        return post
