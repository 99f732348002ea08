"""The addresses of a file-based HomeBooru, for bookmarks and programs that still know them."""

from dataclasses import replace

import pytest

from homebooru.domain.accounts import Right
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.takeover.asking import asked_today
from homebooru.errors import InvalidSettings
from homebooru.services.accounts import keys
from homebooru.services.editing.box import read_box
from homebooru.settings import load_settings
from homebooru.web import create_app
from homebooru.web.security import STRANGERS_BODY
from tests.web.visiting import key_of

SECRET = "s3cret-of-sixteen-characters"


@pytest.fixture
def house_with_two(house):
    first = house.add("one é.png", folder="a", seed=1, tags="cat saber")
    second = house.add("two.png", seed=2, tags="dog")
    return first, second


def test_pages_lead_to_those_of_today(client, house_with_two):
    first, second = house_with_two
    for path in ("/image/a/one é.png", "/image/images/a/one é.png", "/view/images/a/one é.png"):
        assert client.get(path).location == f"/posts/{first}"
    assert client.get("/similar/a/one é.png").location == f"/posts/{first}/similar"
    assert client.get("/similar/two.png").location == f"/posts/{second}/similar"
    assert client.get("/image/nowhere.png").status_code == 404
    assert client.get("/image/../../etc/passwd").status_code == 404
    assert client.get("/").location == "/posts"
    old = client.get("/?query=cat+filename:one+source:danbooru&page=2&per_page=25")
    assert old.location == "/posts?tags=cat+filename:*one*+from:danbooru&page=2&limit=25"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cat metadata:missing", "cat metadata:missing"),
        ("category:character", "chartags:>0"),
        ("source:local_tagger", "from:camie"),
        ("category:other source:", "category:other source:"),
        ("filename:a_b", "filename:*a_b*"),
    ],
)
def test_old_searches_are_understood(old, new):
    assert asked_today(old) == new


def test_programs_find_edit_and_throw_away(client, house_with_two, ada, sessions):
    first, second = house_with_two
    head = {"Authorization": f"Bearer {key_of(sessions)}"}
    page = client.get("/api/images?query=cat&page=1&seed=3", headers=head).json
    assert page == {
        "images": [
            {
                "id": first,
                "path": "images/a/one é.png",
                "thumb": f"/posts/{first}/thumbnail/360",
                "tags": "cat saber",
            }
        ],
        "page": 1,
        "total_pages": 1,
        "total_results": 1,
        "has_more": False,
    }
    names = [
        one["text"]
        for one in client.get("/api/autocomplete?q=ca", headers=head).json["suggestions"]
    ]
    assert "cat" in names
    edit = {"filepath": "images/a/one é.png", "tags": "cat new_one"}
    assert client.post("/api/edit_tags", json=edit, headers=head).status_code == 403
    key = keys.add_key(sessions, ada.id, "a program that writes", Right.WRITE)
    writing = {"Authorization": f"Bearer {key}"}
    assert client.post("/api/edit_tags", json=edit, headers=writing).json == {"status": "success"}
    box = read_box(sessions, first, EVERYTHING)
    assert [tag.name for tag in box.tags] == ["cat", "new_one"]
    away = {"filepath": "images/two.png"}
    assert client.post("/api/delete_image", json=away, headers=writing).json["status"] == "success"
    assert client.get("/api/images", headers=head).json["total_results"] == 1
    assert client.get(f"/api/posts/{second}", headers=head).status_code == 200
    lost = client.post("/api/delete_image", json={"filepath": "x.png"}, headers=writing)
    assert lost.status_code == 404


@pytest.mark.usefixtures("ada")
def test_the_old_secret_starts_work_and_nothing_else(deps):
    settings = replace(deps.settings, reload_secret=SECRET)
    client = create_app(replace(deps, settings=settings)).test_client()
    assert client.post("/api/reload", data={"secret": SECRET}).status_code == 202
    assert client.post("/api/system/scan", data={"secret": SECRET}).status_code == 202
    assert client.post("/api/reload", data={"secret": SECRET[:-1]}).status_code == 401
    assert client.post(f"/api/reload?secret={SECRET}").status_code == 401
    much = {"secret": SECRET, "more": "x" * STRANGERS_BODY}
    assert client.post("/api/reload", data=much).status_code == 413
    assert client.post("/api/edit_tags", data={"secret": SECRET}).status_code == 401
    assert client.get("/api/posts", query_string={"secret": SECRET}).status_code == 401


def test_names_of_before_are_understood_and_a_secret_from_a_manual_is_refused():
    settings = load_settings({"SAUCENAO_API_KEY": "k" * 40, "RELOAD_SECRET": SECRET})
    assert settings.sites["saucenao"].api_key == "k" * 40
    assert settings.reload_secret == SECRET
    for poor in ("change-this-secret", "short"):
        with pytest.raises(InvalidSettings):
            load_settings({"RELOAD_SECRET": poor})
