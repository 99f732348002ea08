"""The API for programs of one's own: searches page by page, and posts with what is said of them."""

from urllib.parse import urlsplit

import pytest

from homebooru.domain.ratings import Rating
from homebooru.services.accounts import accounts
from tests import corpus
from tests.web.danbooru.crowds import add_many
from tests.web.visiting import PASSWORD, key_of


def asked(client, where="/api/posts", **query):
    answer = client.get(where, query_string=query or None)
    assert answer.status_code == 200, answer.text
    return answer.json


def follow(client, page, way):
    """Return the pages that lie on one way from a page."""
    pages = []
    while page[way]:
        address = urlsplit(page[way])
        page = asked(client, f"{address.path}?{address.query}")
        pages.append([post["id"] for post in page["posts"]])
    return page, pages


def test_a_search_tells_its_posts_its_count_and_its_tags(client, house):
    first = house.add("one.png", tags="cat artist:ann", rating="g", folder="a b")
    second = house.add("two.png", corpus.png(seed=2), tags="cat species:fox")
    house.add("three.png", corpus.png(seed=3), tags="dog")
    found = asked(client, q=" cat ")
    assert (found["query"], found["count"], found["limit"]) == ("cat", 2, 40)
    assert [post["id"] for post in found["posts"]] == [second, first]
    assert found["related"] == [
        {"tag": "cat", "category": "general", "count": 2},
        {"tag": "ann", "category": "artist", "count": 1},
        {"tag": "fox", "category": "species", "count": 1},
    ]
    assert (found["next"], found["previous"], found["unknown"], found["drop"]) == (
        None,
        None,
        [],
        [],
    )
    post = found["posts"][1]
    assert (post["rating"], post["width"], post["mime"]) == ("g", 64, "image/png")
    assert (post["tags"]["artist"], post["tags"]["species"]) == (["ann"], [])
    assert post["locations"][0]["path"] == "a b/one.png"
    for name, kind in (("page_url", "text/html"), ("file_url", "image/png")):
        assert client.get(urlsplit(post[name]).path).mimetype == kind


@pytest.mark.parametrize("order", ["", "order:id", "order:random:7", "order:filesize"])
def test_pages_lead_to_each_other_and_no_post_is_on_two(client, house, order):
    posts = add_many(house, 7)
    first = asked(client, q=order, limit=3)
    last, pages = follow(client, first, "next")
    pages.insert(0, [post["id"] for post in first["posts"]])
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(post for page in pages for post in page) == posts
    assert last["count"] == 7
    begin, back = follow(client, last, "previous")
    assert back == [pages[1], pages[0]]
    assert begin["previous"] is None
    assert begin["next"] is not None


def test_a_page_stays_where_it_is_while_posts_come_and_go(client, house, sessions):
    posts = add_many(house, 4, "cat")
    second = asked(client, q="cat", limit=2)["next"]
    house.add("new.png", tags="cat")
    path = second.partition("localhost")[2]
    found = asked(client, path)
    assert [post["id"] for post in found["posts"]] == posts[1::-1]
    assert found["count"] == 5
    beyond = asked(client, q="dog", after=posts[0])
    assert (beyond["posts"], beyond["previous"], beyond["next"]) == ([], None, None)
    before = asked(client, q="cat", before=posts[2], limit=2)
    assert len(before["posts"]) == 2
    short = asked(client, q="cat", before=posts[3], limit=3)
    assert len(short["posts"]) == 1


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"limit": "0"}, 400, "1 to 200"),
        ({"limit": "201"}, 400, "1 to 200"),
        ({"limit": "x"}, 400, "limit wants a number"),
        ({"after": "-1"}, 400, "after wants a number"),
        ({"after": "1", "before": "1"}, 400, "one of them"),
        ({"after": "77"}, 404, "no post 77"),
        ({"before": "9999999999"}, 404, "no post"),
    ],
)
def test_what_makes_no_sense_is_told(client, house, query, status, words):
    house.add()
    answer = client.get("/api/posts", query_string=query)
    assert (answer.status_code, words in answer.json["error"]["message"]) == (status, True)


def test_a_mistake_in_a_search_is_told_at_its_character(client):
    error = client.get("/api/posts", query_string={"q": "cat order:scoer"}).json["error"]
    assert (error["kind"], error["position"]) == ("QuerySyntaxError", 10)
    assert (error["length"], error["suggestion"]) == (5, "score")


def test_what_found_nothing_tells_what_may_have_been_meant(client, house):
    house.add(tags="hatsune_miku")
    found = asked(client, q="hatsune_mkiu width:64")
    assert found["unknown"] == [{"tag": "hatsune_mkiu", "position": 0, "nearest": ["hatsune_miku"]}]
    assert found["drop"] == [{"term": "hatsune_mkiu", "count": 1}]
    [pool] = asked(client, q="pool:nowhere")["unknown_holders"]
    assert pool == {"term": "pool:nowhere", "nearest": []}


def test_related_tags_may_be_those_that_stand_out(client, house):
    for number, tags in enumerate(("cat bed", "cat bed", "dog bed", "dog bed")):
        house.add(f"{number}.png", corpus.png(seed=number), tags=tags)
    usual, typical = (
        asked(client, q="dog", related=by)["related"] for by in ("frequent", "typical")
    )
    assert [tag["tag"] for tag in usual] == ["bed", "dog"]
    assert [tag["tag"] for tag in typical] == ["dog", "bed"]
    assert client.get("/api/posts?related=other").status_code == 400
    page = client.get("/posts?tags=dog&related=typical").text
    assert page.index('href="/posts?tags=dog">dog') < page.index('href="/posts?tags=bed">bed')


def test_a_post_comes_with_everything_said_about_it(client, house):
    post = house.add(tags="cat")
    found = asked(client, f"/api/posts/{post}")
    assert found["claims"][0]["tags"] == [{"tag": "cat", "confidence": None}]
    assert (found["id"], found["tag_counts"]) == (post, {"cat": 1})
    assert (found["verdicts"], found["children"], found["suggested"]) == ([], [], [])
    missing = client.get("/api/posts/99")
    assert (missing.status_code, missing.json["error"]["kind"]) == (404, "NotFound")


def test_a_narrow_account_sees_less(app, house, sessions):
    shown = house.add(tags="cat", rating=Rating.GENERAL)
    hidden = house.add("hidden.png", corpus.png(seed=1), tags="cat dog", rating=Rating.EXPLICIT)
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE)
    bearer = {"Authorization": f"Bearer {key_of(sessions, 'Bo')}"}
    client = app.test_client()
    found = client.get("/api/posts?q=cat", headers=bearer).json
    assert ([post["id"] for post in found["posts"]], found["count"]) == ([shown], 1)
    assert found["related"] == [{"tag": "cat", "category": "general", "count": 1}]
    for where in (f"/api/posts/{hidden}", f"/api/posts?after={hidden}"):
        assert client.get(where, headers=bearer).status_code == 404
    assert client.get("/api/posts").status_code == 401
