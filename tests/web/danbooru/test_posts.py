from datetime import datetime

import pytest

from homebooru.db.tables import PostRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.services.accounts import accounts
from homebooru.services.keeping.favourites import like
from homebooru.web.danbooru.paging import LARGEST_PAGE
from tests import corpus
from tests.factories import said_tags
from tests.web.danbooru.crowds import add_many
from tests.web.visiting import PASSWORD, key_of

TEXTS = {"md5", "rating", "source", "uploader_name", "file_ext", "file_url", "large_file_url"} | {
    "preview_file_url", "tag_string", "tag_string_general", "tag_string_artist",
    "tag_string_character", "tag_string_copyright", "tag_string_meta",
}  # fmt: skip
NUMBERS = {"id", "uploader_id", "score", "up_score", "down_score", "fav_count", "file_size"} | {
    "image_width", "image_height", "tag_count", "tag_count_general", "tag_count_artist",
    "tag_count_character", "tag_count_copyright", "tag_count_meta",
}  # fmt: skip
SWITCHES = {"has_children", "has_active_children", "has_visible_children", "is_deleted"} | {
    "is_pending", "is_flagged", "is_banned", "has_large",
}  # fmt: skip
NOTHING = {"pixiv_id", "approver_id", "last_noted_at", "last_commented_at"}
MOMENTS = {"created_at", "updated_at"}
ASSET = {
    "id": int, "created_at": str, "updated_at": str, "md5": str, "file_ext": str,
    "file_size": int, "image_width": int, "image_height": int, "status": str, "file_key": str,
    "is_public": bool, "pixel_hash": str, "variants": list,
}  # fmt: skip


def of_types(post):
    """Tell which keys of a post are not what clients rely on."""
    types = (
        [(name, str) for name in TEXTS]
        + [(name, int) for name in NUMBERS]
        + [(name, bool) for name in SWITCHES]
        + [(name, type(None)) for name in NOTHING]
    )
    wrong = {name for name, kind in types if type(post[name]) is not kind}
    wrong |= {name for name in MOMENTS if len(post[name]) != len("2025-09-15T19:27:31.639-04:00")}
    asset = post["media_asset"]
    return wrong | {name for name, kind in ASSET.items() if type(asset[name]) is not kind}


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [post["id"] for post in answer.json]


def listed(client, **query):
    return ids(client.get("/posts.json", query_string=query))


def test_a_post_has_every_key_in_the_type_that_clients_rely_on(client, house, sessions):
    tags = "general_one species:fox lore:trio artist:ann character:cee copyright:coat meta:mee"
    said = Said(
        tags=said_tags(tags),
        rating=Rating.QUESTIONABLE,
        sources=("https://example.org/1",),
        score=-3,
    )
    full = house.add(said=said, source="gallery-dl", md5=bytes(range(16)), width=4000, height=2000)
    bare = house.add(
        "bare.png", corpus.png(seed=2), md5=None, mime=None, size=None, width=None, height=None,
        state="pending", parent_id=full,
    )  # fmt: skip
    with sessions.begin() as session:
        session.get_one(PostRow, bare).parent_id = full
    child, parent = client.get("/posts.json").json
    assert (child["id"], parent["id"]) == (bare, full)
    assert (of_types(child), of_types(parent)) == (set(), set())
    assert parent["tag_string_general"] == "fox general_one trio"
    assert parent["tag_string"] == "ann cee coat fox general_one mee trio"
    assert (parent["tag_string_artist"], parent["tag_string_meta"]) == ("ann", "mee")
    assert (parent["tag_count"], parent["tag_count_general"]) == (7, 3)
    assert (parent["rating"], parent["source"]) == ("q", "https://example.org/1")
    assert (parent["score"], parent["up_score"], parent["down_score"]) == (-3, 0, -3)
    assert parent["has_children"]
    assert child["parent_id"] == full
    assert (parent["md5"], parent["file_ext"]) == (bytes(range(16)).hex(), "png")
    assert (child["rating"], child["tag_string"], child["md5"]) == ("e", "", "")
    datetime.fromisoformat(parent["created_at"])


def test_thumbnails_of_every_size_that_clients_look_for(client, house):
    large = house.add(width=4000, height=2000)
    small = house.add("small.png", corpus.png(seed=1), width=200, height=100)
    odd = house.add("odd.heic", corpus.png(seed=2), mime="image/heic", width=200, height=100)
    film = house.add("film.mp4", corpus.png(seed=3), mime="video/mp4", width=4000, height=2000)
    posts = {post["id"]: post for post in client.get("/posts.json").json}
    sizes = {v["type"]: (v["width"], v["height"]) for v in posts[large]["media_asset"]["variants"]}
    assert sizes == {
        "180x180": (360, 180),
        "360x360": (360, 180),
        "720x720": (1000, 500),
        "sample": (1000, 500),
        "original": (4000, 2000),
    }
    assert [posts[one]["has_large"] for one in (large, small, odd, film)] == [
        True, False, True, False,
    ]  # fmt: skip
    assert posts[small]["large_file_url"] == posts[small]["file_url"]
    assert posts[odd]["large_file_url"].endswith(".webp")
    assert [posts[one]["file_ext"] for one in (large, odd, film)] == ["png", "heic", "mp4"]


def test_a_search_goes_on_page_by_page_below_and_above_an_id(client, house):
    posts = add_many(house, 5)
    first, second, third, fourth, last = posts
    assert listed(client, limit=2) == [last, fourth]
    assert listed(client, limit=2, page=2) == [third, second]
    assert listed(client, limit=2, page="b3") == [second, first]
    assert listed(client, limit=2, page=f"a{first}") == [third, second]
    assert listed(client, limit=2, page="a3", tags="order:id") == [last, fourth]
    assert listed(client, limit=2, page=f"b{third}", tags="order:filesize_asc") == [second, first]
    assert listed(client, page=f"b{first}") == []
    assert listed(client, page="b9999999999") == posts[::-1]
    assert listed(client, tags="limit:1", page=2, limit=4) == [fourth]
    assert listed(client, tags=f"(id:{first} or id:{third}) order:id") == [first, third]


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"page": "0"}, {"page": "c7"}])
def test_nonsense_about_pages_is_passed_over(client, house, query):
    posts = add_many(house, 2)
    assert listed(client, **query) == posts[::-1]


def test_a_page_holds_at_most_as_many_posts_as_danbooru_gives(client, house):
    add_many(house, LARGEST_PAGE + 1)
    assert len(listed(client, limit=1000)) == LARGEST_PAGE
    assert len(listed(client)) == 20
    wanted = ",".join(map(str, range(1, LARGEST_PAGE + 1)))
    assert len(listed(client, limit=LARGEST_PAGE, tags=f"id:{wanted}")) == LARGEST_PAGE


def test_far_pages_are_gone(client, house):
    assert listed(client, page=1000) == []
    answer = client.get("/posts.json?page=1001")
    assert answer.status_code == 410
    assert answer.json["success"] is False
    assert "page=b" in answer.json["message"]


def test_posts_asked_for_by_their_ids_all_come(client, house):
    here = house.add()
    away = house.add("away.png", corpus.png(seed=1), missing_since=datetime.now().astimezone())
    assert listed(client) == [here]
    assert listed(client, tags=f"id:{here},{away}") == [away, here]
    assert client.get(f"/posts/{away}.json").json["id"] == away


def test_an_md5_finds_one_post_or_none(client, house):
    post = house.add(md5=bytes(16))
    assert client.get(f"/posts.json?md5={'0' * 32}").json["id"] == post
    assert listed(client, tags=f"md5:{'0' * 32}") == [post]
    for md5 in ("f" * 32, "nonsense", ""):
        answer = client.get(f"/posts.json?md5={md5}")
        assert (answer.status_code, answer.json["success"]) == (404, False)


def test_only_what_is_asked_for_is_sent(client, house):
    post = house.add(tags="cat")
    [found] = client.get("/posts.json?only=id,tag_string,nothing").json
    assert found == {"id": post, "tag_string": "cat"}
    inner = client.get(f"/posts/{post}.json?only=media_asset[md5,variants[type]],rating").json
    assert set(inner) == {"media_asset", "rating"}
    assert set(inner["media_asset"]) == {"md5", "variants"}
    assert inner["media_asset"]["variants"][0] == {"type": "180x180"}
    assert client.get("/posts.json?only=[[[[[[[[]],],id").status_code == 200


def test_random_posts_are_of_the_search(client, house):
    cat = house.add(tags="cat")
    dog = house.add("dog.png", corpus.png(seed=1), tags="dog")
    assert client.get("/posts/random.json?tags=cat").json["id"] == cat
    assert sorted(listed(client, random="true")) == [cat, dog]
    assert listed(client, random="True", tags="dog order:score") == [dog]
    assert client.get("/posts/random.json?tags=cow").status_code == 404


def test_posts_are_counted(client, house):
    add_many(house, 3, "cat")
    assert client.get("/counts/posts.json?tags=cat").json == {"counts": {"posts": 3}}
    assert client.get("/counts/posts.json?tags=dog").json == {"counts": {"posts": 0}}
    assert client.get("/counts/posts.json").json == {"counts": {"posts": 3}}


@pytest.mark.parametrize("where", ["/posts.json", "/counts/posts.json", "/posts/random.json"])
@pytest.mark.parametrize("tags", ["(", "width:x", "order:nothing", "-", "user:me", "commenter:any"])
def test_a_search_that_makes_no_sense_is_told_as_danbooru_tells_it(client, where, tags):
    answer = client.get(where, query_string={"tags": tags})
    assert answer.status_code == 422
    assert set(answer.json) == {"success", "error", "message"}
    assert answer.json["success"] is False
    assert answer.json["message"]


SENT = """
    cat | -cat | ~cat ~dog | cat or dog | c*t | rating:g,s | rating:general | -rating:e | rating:safe
    id:1,2,3 | id:>1 | id:<9 | order:id | order:id_desc | order:id_asc | order:score | order:rank
    order:random | order:favcount | order:mpixels | order:filesize | limit:5 | parent:1 | parent:none
    parent:any | child:any | child:none | pool:1 | ordpool:1 | status:any | status:deleted
    status:active | source:none | source:*pixiv* | width:>100 | height:1..900 | mpixels:<5
    filesize:>1kb | score:>=0 | date:2024-01-01 | age:<1w | filetype:png | random:5
    fav:me | md5:00000000000000000000000000000000,11111111111111111111111111111111
"""


def test_what_clients_send_is_understood(client, house):
    house.add(tags="cat")
    for tags in SENT.replace("\n", "|").split("|"):
        answer = client.get("/posts.json", query_string={"tags": tags.strip()})
        assert answer.status_code == 200, tags


def test_favourites_are_those_of_whoever_asks(app, house, sessions, ada):
    first, second = house.add(), house.add("other.png", corpus.png(seed=1))
    accounts.add_account(sessions, "Bo", PASSWORD)
    like(sessions, ada.id, first, EVERYTHING)
    client = app.test_client()
    mine = {"login": "Ada", "api_key": key_of(sessions)}
    theirs = {"login": "Bo", "api_key": key_of(sessions, "Bo")}
    likes = {
        post["id"]: post["fav_count"] for post in client.get("/posts.json", query_string=mine).json
    }
    assert likes == {first: 1, second: 0}
    assert listed(client, tags="fav:Ada", **mine) == [first]
    assert listed(client, tags="ordfav:ada", **mine) == [first]
    assert client.get(f"/posts/{first}.json", query_string=theirs).json["fav_count"] == 0
    answer = client.get("/posts.json", query_string=theirs | {"tags": "fav:Ada"})
    assert answer.status_code == 422


def test_what_is_not_there_is_told_as_danbooru_tells_it(client):
    for where in ("/posts/1.json", "/posts/0.json", "/posts/9999999999.json", "/nothing.json"):
        answer = client.get(where)
        assert (answer.status_code, answer.json["success"]) == (404, False)
        assert answer.json["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_dialect_is_for_reading_alone(client, house, method):
    post = house.add()
    for where in ("/posts.json", f"/posts/{post}.json"):
        answer = client.open(where, method=method)
        assert (answer.status_code, answer.json["success"]) == (405, False)
        assert "GET" in answer.headers["Allow"]


def test_a_narrow_account_sees_less_everywhere(sessions, client, house):
    shown = house.add(tags="cat", rating=Rating.GENERAL)
    hidden = house.add("hidden.png", corpus.png(seed=1), tags="cat", rating=Rating.EXPLICIT)
    house.add("unrated.png", corpus.png(seed=2), tags="cat")
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE)
    key = key_of(sessions, "Bo")
    client = client.application.test_client()
    asked = {"login": "bo", "api_key": key}
    assert listed(client, tags="cat", **asked) == [shown]
    assert listed(client, tags=f"id:{shown},{hidden}", **asked) == [shown]
    counted = client.get("/counts/posts.json", query_string=asked).json
    assert counted == {"counts": {"posts": 1}}
    assert client.get(f"/posts/{hidden}.json", query_string=asked).status_code == 404
    assert client.get("/posts/random.json", query_string=asked).json["id"] == shown
