"""Real clients, as people run them, against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pybooru import Danbooru
from pybooru.exceptions import PybooruHTTPError

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category, SaidTag
from homebooru.files.words import read_words
from homebooru.services.accounts import accounts
from homebooru.services.keeping.pools import add_pool
from tests import corpus
from tests.web.browsing import served
from tests.web.danbooru.crowds import add_many
from tests.web.visiting import PASSWORD, key_of

MANY = 450  # more than two pages of 200


@dataclass
class Door:
    """Hands requests on to the application, and notes what was asked."""

    app: object
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ, start_response):
        self.asked.append(unquote(environ["RAW_URI"]))
        return self.app(environ, start_response)


@pytest.fixture
def door(app):
    return Door(app)


@pytest.fixture
def address(door):
    with served(door) as address:
        yield address


@dataclass
class GalleryDl:
    """gallery-dl with a configuration of its own, kept away from everybody's."""

    folder: Path
    address: str

    def run(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        site = {"root": self.address, "pattern": urlsplit(self.address).netloc.replace(".", r"\.")}
        config = self.folder / "gallery-dl.json"
        config.write_text(
            json.dumps(
                {
                    "extractor": {
                        "Danbooru": {"homebooru": site},
                        "homebooru": {"sleep-request": 0, "retries": 0} | options,
                        "base-directory": str(self.folder / "down"),
                    },
                    "downloader": {"part": False, "progress": None},
                    "cache": {"file": None},
                }
            )
        )
        command = [sys.executable, "-m", "gallery_dl", "--config-ignore", "-c", str(config)]
        return subprocess.run(
            [*command, *arguments],
            env=os.environ | {"HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def posts(self, *arguments: str, **options: object) -> list[dict[str, object]]:
        """Return the posts that it would download."""
        ran = self.run("--dump-json", *arguments, **options)
        assert ran.returncode == 0, ran.stderr
        return [message[2] for message in json.loads(ran.stdout) if message[0] == 3]

    def files(self) -> dict[str, bytes]:
        """Return what was downloaded, by paths."""
        down = self.folder / "down"
        found = (file for file in sorted(down.rglob("*")) if file.is_file())
        return {str(file.relative_to(down)): file.read_bytes() for file in found}


@pytest.fixture
def gallery_dl(tmp_path, address):
    return GalleryDl(tmp_path, address)


@contextmanager
def pybooru(address, **more):
    client = Danbooru(site_url=address, **more)
    try:
        yield client
    finally:
        client.client.close()


def test_gallery_dl_pages_through_a_search(gallery_dl, address, house, door):
    house.add("other.png", tags="dog")
    posts = add_many(house, MANY, "cat")
    found = gallery_dl.posts(f"{address}/posts?tags=cat", metadata=True)
    assert [post["id"] for post in found] == posts[::-1]
    pages = [asked for asked in door.asked if "only=" not in asked]
    assert pages == [
        "/posts.json?tags=cat&limit=200",
        f"/posts.json?tags=cat&limit=200&page=b{posts[-200]}",
        f"/posts.json?tags=cat&limit=200&page=b{posts[-400]}",
    ]
    assert len(door.asked) == 6  # and the rest of what is known of each page
    post = found[0]
    assert (post["tags"], post["tags_general"], post["tags_artist"]) == (["cat"], ["cat"], [])
    assert (post["extension"], post["filename"]) == ("png", post["md5"])
    assert post["search_tags"] == "cat"


def test_gallery_dl_downloads_posts_and_pools_with_a_key(gallery_dl, address, house, sessions):
    contents = [corpus.png(seed=n) for n in range(4)]
    names = dict(enumerate(["tags artist:ann", "rated", "last", "hidden"]))
    posts = [
        house.add(f"{n}.png", content, tags=names[n], rating=Rating.EXPLICIT if n == 3 else Rating.GENERAL)
        for n, content in enumerate(contents)
    ]  # fmt: skip
    order = [posts[2], posts[3], posts[0]]
    pool = add_pool(sessions, "three of them", EVERYTHING, kind="series", posts=order)
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE)
    secret = {"username": "Bo", "password": key_of(sessions, "Bo")}

    ran = gallery_dl.run(
        "--write-metadata",
        "--write-tags",
        f"{address}/posts/{posts[1]}",
        f"{address}/pools/{pool.id}",
        f"{address}/posts/random?tags=ann",
        f"{address}/artists?search[name]=ann",
        **secret,
    )

    assert ran.returncode == 0, ran.stderr
    files = gallery_dl.files()
    pictures = {name: content for name, content in files.items() if name.endswith(".png")}
    assert set(pictures.values()) == {contents[0], contents[1], contents[2]}
    in_pool = [
        content
        for name, content in pictures.items()
        if name.startswith(f"homebooru/pool/{pool.id} three of them/")
    ]
    assert in_pool == [contents[2], contents[0]]
    [single] = [
        json.loads(content)
        for name, content in files.items()
        if name.startswith("homebooru/homebooru_") and name.endswith(".json")
        and json.loads(content)["id"] == posts[1]
    ]  # fmt: skip
    assert (single["rating"], single["tags"]) == ("g", ["rated"])
    name = next(name for name, content in pictures.items() if content == contents[0])
    down = os.fsencode(gallery_dl.folder / "down")
    told = read_words(down, name.encode(), foreign_tags=())
    assert told.problems == {}
    assert told.said["text"].tags == (SaidTag("ann"), SaidTag("tags"))
    assert told.said["gallery-dl"] == Said(
        tags=(SaidTag("ann", Category.ARTIST), SaidTag("tags", Category.GENERAL)),
        rating=Rating.GENERAL,
        md5=json.loads(files[f"{name}.json"])["md5"],
        remote_ids=(f"homebooru:{posts[0]}",),
        score=0,
    )
    hidden = gallery_dl.run("-g", f"{address}/posts/{posts[3]}", **secret)
    assert (hidden.returncode != 0, "404" in hidden.stderr) == (True, True)


def test_pybooru_reads_everything_that_it_can(address, house, sessions):
    first = house.add("one.png", tags="cat artist:ann", md5=bytes(16))
    second = house.add("two.png", corpus.png(seed=2), tags="cat species:fox")
    pool = add_pool(sessions, "both", EVERYTHING, posts=[first, second])
    with pybooru(address) as client:
        assert [post["id"] for post in client.post_list(tags="cat", limit=5)] == [second, first]
        assert client.post_list(tags="cat", limit=1, page=2)[0]["id"] == first
        assert client.post_list(md5="0" * 32)["id"] == first
        assert len(client.post_list(tags="cat", random=True)) == 2
        assert client.post_show(second)["tag_string_general"] == "cat fox"
        assert client.count_posts("cat") == {"counts": {"posts": 2}}
        assert [tag["name"] for tag in client.tag_list(name_matches="c*")] == ["cat"]
        assert [tag["name"] for tag in client.tag_list(name="cat,fox", order="name")] == [
            "cat",
            "fox",
        ]
        assert client.tag_list(category="1", hide_empty="yes")[0]["name"] == "ann"
        assert client.tag_related("fox")["related_tags"][0]["tag"]["name"] == "cat"
        assert client.tag_aliases() == client.tag_implications() == []
        assert [one["name"] for one in client.artist_list(query="ann")] == ["ann"]
        assert client.artist_show(client.artist_list()[0]["id"])["name"] == "ann"
        assert client.pool_list(name_matches="b*")[0]["id"] == pool.id
        assert client.pool_show(pool.id)["post_ids"] == [first, second]
        assert client.user_show(1)["level_string"] == "Admin"
        assert client.wiki_list() == client.note_list() == client.comment_list("post") == []
        for miss in (lambda: client.post_show(99), lambda: client.post_list(md5="f" * 32)):
            with pytest.raises(PybooruHTTPError, match="404"):
                miss()
        with pytest.raises(PybooruHTTPError, match="422"):
            client.post_list(tags="width:wide")


def test_pybooru_shows_who_it_is(address, house, sessions, ada):
    post = house.add()
    with pybooru(address, username="Ada", api_key=key_of(sessions)) as client:
        assert client.post_show(post)["id"] == post
    wrong = pybooru(address, username="Ada", api_key="wrong")
    with wrong as client, pytest.raises(PybooruHTTPError, match="401"):
        client.post_list()
