"""A made-up SauceNAO."""

from __future__ import annotations

import time

from tests.fakes.reverse.looks import Memory, NoPicture
from tests.fakes.services import FakeService, Reply

WINDOW, DAY = 30.0, 86_400.0
INDEXES = {"pixiv_id": 5, "danbooru_id": 9, "yandere_id": 12, "e621_id": 29, "da_id": 34}
NO_KEY = {"status": -1, "message": "The anonymous account type does not permit API usage."}
TOO_FAST = (
    "<strong>Search Rate Too High.</strong><br /><br />somebody, basic accounts share an IP based "
    "usage pool. Your IP (203.0.113.7) has exceeded the basic account type's rate limit of "
    "{most} searches every 30 seconds."
)
TOO_MANY = (
    "<strong>Daily Search Limit Exceeded.</strong><br /><br />somebody, your IP (203.0.113.7) has "
    "exceeded the basic account type's daily limit of {most} searches."
)
TOO_LARGE = (
    "<strong>20MB</strong> is the maximum file size for your account type. <br />Please thumbnail "
    "your image."
)


class FakeSauceNao(FakeService, Memory):
    """Takes pictures from those who have a key, so many in 30 seconds and so many a day.

    While it is `partial`, some of its indexes do not answer.
    """

    label = "SauceNAO"

    def __init__(self, key="geheim", short=4, long=100, most_bytes=20_000_000):
        FakeService.__init__(self)
        Memory.__init__(self)
        self.key, self.short, self.long, self.most_bytes = key, short, long, most_bytes
        self.partial = False
        self.taken = []
        self.clock = time.monotonic

    def answer(self, asked):
        if asked.path != "/search.php" or asked.params.get("output_type") != "2":
            return Reply("<html>SauceNAO</html>", kind="text/html")
        if asked.params.get("api_key") != self.key:
            return Reply({"header": NO_KEY}, 403)
        if self.left(DAY, self.long) <= 0:
            return self.limited(TOO_MANY.format(most=self.long))
        if self.left(WINDOW, self.short) <= 0:
            return self.limited(TOO_FAST.format(most=self.short))
        self.taken.append(self.clock())
        return self.searched(asked.files.get("file", b""))

    def left(self, window, most):
        since = self.clock() - window
        return most - sum(taken > since for taken in self.taken)

    @staticmethod
    def limited(message):
        return Reply({"header": {"status": -2, "message": message}}, 429)

    def searched(self, picture):
        if len(picture) > self.most_bytes:
            return Reply({"header": self.header(-5, message=TOO_LARGE)}, 413)
        try:
            found = self.most_alike(picture)
        except NoPicture:
            return Reply({"header": self.header(-3, message="Supplied file is not usable...")})
        status = {"message": "Some indexes are offline"} if self.partial else {}
        head = self.header(
            int(self.partial),
            search_depth="128",
            minimum_similarity=51.47,
            results_returned=len(found),
            **status,
        )
        results = [self.result(alike, told) for alike, told in found]
        return Reply({"header": head, "results": results or None})

    def header(self, status, **more):
        return {
            "user_id": "35027",
            "account_type": "1",
            "short_limit": str(self.short),
            "long_limit": str(self.long),
            "long_remaining": self.left(DAY, self.long),
            "short_remaining": self.left(WINDOW, self.short),
            "status": status,
            "results_requested": 8,
            **more,
        }

    @staticmethod
    def result(alike, told):
        index = next((number for name, number in INDEXES.items() if name in told), 38)
        return {
            "header": {
                "similarity": f"{alike:.2f}",
                "thumbnail": "https://img3.saucenao.com/booru/3/6/36fb.jpg?auth=x&exp=1",
                "index_id": index,
                "index_name": f"Index #{index}",
                "dupes": 0,
                "hidden": 0,
            },
            "data": {
                name.replace("anime_pictures", "anime-pictures"): v for name, v in told.items()
            },
        }
