"""What people do with a gallery in a round: look, search, edit, throw away, send pictures."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, build_opener

from soak_household import WORDS

from tests import corpus

LOOKERS = 3
WHO, PASSWORD = "soak", "a few quiet words"
QUERIES = (
    "", "garden", "evening -sea", "red_theme", "1girl or solo", "order:random", "order:id_desc",
    "width:>100 rating:g", "filename:moved*", "from:danbooru", "has:duplicates", "metadata:missing",
    "near:red", "ca*", "stars:>2", "similar:{post}", "-(garden or sea) order:score",
)  # fmt: skip
PAGES = (
    "/posts/{post}", "/posts/{post}/edit", "/posts/{post}/history", "/posts/{post}/similar",
    "/posts/{post}/similar?by=subject", "/posts/{post}/file", "/api/posts/{post}",
    "/api/posts/{post}/similar", "/api/autocomplete?q=ga", "/statistics", "/system", "/history",
    "/tags", "/pools", "/searches", "/sources", "/review", "/duplicates", "/trash", "/immich",
    "/api/system/status", "/posts.json?limit=20", "/api/edits", "/posts.atom?tags=garden",
)  # fmt: skip


@dataclass(slots=True)
class Visitor:
    """Somebody with a key and one connection; `answers` counts statuses."""

    host: str
    port: int
    key: str
    answers: Counter[str] = field(default_factory=Counter)
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.host, self.port, timeout=60)

    def ask(
        self, method: str, address: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Return status and bytes of an answer; 0 where there was none."""
        sent = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        status, content = self._ask(method, address, body, sent | headers)
        is_fine = http.HTTPStatus.OK <= status < http.HTTPStatus.BAD_REQUEST
        is_fine |= status == http.HTTPStatus.GONE  # of a file that was moved a moment ago
        shape = re.sub(r"\d+", "N", address.partition("?")[0])
        self.answers["fine" if is_fine else f"{status} {method} {shape}"] += 1
        return status, content

    def _ask(
        self, method: str, address: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Ask; once more where the connection was let go meanwhile, as browsers do."""
        for _ in range(2):
            was_open = self._connection.sock is not None
            try:
                self._connection.request(method, address, body, headers)
                answer = self._connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if not (was_open and isinstance(error, ConnectionError)):
                    break
        return 0, b""

    def send(self, method: str, address: str, **document: Any) -> Any:
        body = json.dumps(document).encode()
        status, content = self.ask(method, address, body, **{"Content-Type": "application/json"})
        return json.loads(content) if status in {200, 201, 202} else {}

    def posts(self, query: str = "", limit: int = 100) -> list[int]:
        _, content = self.ask("GET", "/api/posts?" + urlencode({"q": query, "limit": limit}))
        return [post["id"] for post in json.loads(content)["posts"]] if content else []


@contextmanager
def looking(visitors: list[Visitor], posts: list[int], seed: int) -> Iterator[None]:
    """Let visitors look around for as long as other things are done, and a round of it at least."""
    done = threading.Event()
    with ThreadPoolExecutor(len(visitors)) as pool:
        looks = [
            pool.submit(_look, one, posts, Random(seed + number), done)  # noqa: S311  the same each time
            for number, one in enumerate(visitors)
        ]
        try:
            yield
        finally:
            done.set()
        for look in looks:
            look.result()


def _look(visitor: Visitor, posts: list[int], chance: Random, done: threading.Event) -> None:
    addresses = [*PAGES, *("/posts?" + urlencode({"tags": one}) for one in QUERIES)]
    addresses += ["/api/posts?" + urlencode({"q": one}) for one in QUERIES]
    chance.shuffle(addresses)
    while addresses:
        for address in addresses:
            _, content = visitor.ask("GET", _about(address, chance.choice(posts)))
            for picture in re.findall(rb"/media/\w{64}-\d+\.webp", content)[:5]:
                visitor.ask("GET", picture.decode())
        if done.is_set():
            return


def _about(address: str, post: int) -> str:
    return address.replace(quote("{post}"), str(post)).replace("{post}", str(post))


def edit(visitor: Visitor, posts: list[int], chance: Random) -> None:
    """Change tags of single posts and of many, and take some of it back."""
    for post in chance.sample(posts, min(20, len(posts))):
        gained, lost = chance.sample(WORDS, 2)
        wish = {"add": [gained], "remove": [lost], "rating": chance.choice("gsqe")}
        done = visitor.send("PATCH", f"/api/posts/{post}/tags", create=True, **wish)
        if done.get("edit") and chance.random() < 1 / 3:
            visitor.send("POST", f"/api/edits/{done['edit']}/revert")
        visitor.send(chance.choice(["PUT", "DELETE"]), f"/api/posts/{post}/favourite")
    word = chance.choice(WORDS)
    made = visitor.send("POST", "/api/batches", script=f"of_{word}", query=word, create=True)
    if number := made.get("id"):
        visitor.send("POST", f"/api/batches/{number}/revert")


def change_words(visitor: Visitor, chance: Random) -> None:
    """Let one tag imply another one, and take that back."""
    tag, other = chance.sample(WORDS, 2)
    done = visitor.send("POST", "/api/vocabulary/acts", kind="imply", tag=tag, other=other)
    if done.get("act"):
        visitor.send("POST", f"/api/vocabulary/acts/{done['act']}/revert")


def throw_away(visitor: Visitor, posts: list[int], chance: Random) -> None:
    """Put posts into the trash, and take them out again."""
    thrown = chance.sample(posts, min(3, len(posts)))
    for post in thrown:
        visitor.send("DELETE", f"/api/posts/{post}")
    for post in thrown:
        visitor.send("POST", f"/api/posts/{post}/restore")


def search_by_picture(visitor: Visitor, chance: Random) -> None:
    """Search with a picture that is no post."""
    content = corpus.png(200, 150, seed=chance.randrange(10**6))
    head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    visitor.ask("POST", "/api/similar", head + content + b"\r\n--x--\r\n", **kind)


def log_in(address: str) -> None:
    """Come by browser, with the wrong password and with the right one."""
    for password in ("what was it", PASSWORD):
        browser = build_opener(HTTPCookieProcessor())
        with suppress(HTTPError), browser.open(f"{address}/login", timeout=60) as form:
            token = re.search(rb'name="csrf_token" value="([^"]+)"', form.read())
            said = {"csrf_token": token[1].decode() if token else "", "name": WHO}
            body = urlencode(said | {"password": password, "next": "/posts"}).encode()
            browser.open(f"{address}/login", body, timeout=60).close()
