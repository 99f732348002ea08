"""Models that describe posts, on the page of sources, for programs, and in searches by words."""

import io
from contextlib import closing
from dataclasses import replace

import pytest
from PIL import Image

from homebooru.services.alike.describing import embed_due
from homebooru.services.lookups.enabling import keep_sources
from tests.fakes.clips import make_clip
from tests.fakes.immich_ml import FakeImmichMl
from tests.fakes.taggers import Embedding, make_wd
from tests.integration.services.conftest import Quiet
from tests.web.visiting import token_of

TAGGER = "ViT-B-32__openai (tagger)"
LOCAL, REMOTE = "ViT-B-32__openai", "ViT-B-16__openai (Immich)"


@pytest.fixture
def server():
    with FakeImmichMl("ViT-B-16__openai") as server:
        yield server


@pytest.fixture
def settings(settings, tmp_path, server):
    return replace(
        settings,
        models=tmp_path / "models",
        tagger_threads=1,
        immich_ml_url=server.url,
        immich_ml_model="ViT-B-16__openai",
    )


def pixels(size, colour):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def add(house, name, colour, **columns):
    size = (480 + len(name), 320)  # no two are the same
    return house.add(f"{name}.png", pixels(size, colour), **columns)


def by_program(client):
    return {"X-CSRF-Token": token_of(client)}


def described(deps):
    embed_due(deps.sessions, deps.embedders(), deps.previews(), Quiet())


def send(client, path, **form):
    return client.post(path, data={"csrf_token": token_of(client), **form})


def told(client):
    return {one["name"]: one for one in client.get("/api/embeddings").json["models"]}


def test_a_model_is_chosen_describes_and_is_searched_by_words(client, house, deps):
    keep_sources(deps.sessions, None)
    make_clip(deps.settings.models / LOCAL)
    red, green = add(house, "one", "red", tags="cat"), add(house, "other", "#00ff00", tags="cat")
    add(house, "second", "red", tags="dog")
    with closing(deps.clips):
        assert {name: one["wanted"] for name, one in told(client).items()} == {
            "look": True, LOCAL: False, REMOTE: False,
        }  # fmt: skip
        unread = client.get("/api/posts?q=near:red")
        assert (unread.status_code, unread.json["error"]["position"]) == (400, 5)
        assert "needs a model that reads words" in unread.json["error"]["message"]
        assert "needs a model that reads words" in client.get("/posts?tags=near:red").text
        assert send(client, "/sources/embeddings/use", name=LOCAL).status_code == 303
        page = client.get("/sources").text
        assert "to be used" in page
        assert "3 posts are left" in page

        described(deps)

        assert told(client)[LOCAL]["serves"]
        found = client.get('/api/posts?q=near:"something+red"+cat').json
        assert [post["id"] for post in found["posts"]] == [red, green]
        assert f"/posts/{red}" in client.get("/posts?tags=near:red+cat").text
        form = {"picture": (io.BytesIO(pixels((90, 60), "#00ff00")), "shown.png")}
        like = client.post("/api/similar?q=cat", data=form, headers=by_program(client)).json
        assert (like["model"], like["similar"][0]["id"]) == (LOCAL, green)

    assert send(client, "/sources/embeddings/drop", name=LOCAL).status_code == 303
    assert told(client)["look"]["serves"]
    assert send(client, "/sources/embeddings/drop", name=LOCAL).status_code == 404
    assert send(client, "/sources/embeddings/drop", name="look").status_code == 400


def test_a_tagger_describes_what_is_alike_beside_a_clip_model_of_its_name(client, house, deps):
    keep_sources(deps.sessions, None)
    make_clip(deps.settings.models / "clip" / LOCAL)
    make_wd(deps.settings.models / LOCAL, Embedding())
    make_wd(deps.settings.models / "names tags alone")
    red, rose = add(house, "one", "red"), add(house, "second", "#ff4060")
    green = add(house, "other", "#10ff00")
    with closing(deps.clips), closing(deps.models):
        assert {name: one["reads"] for name, one in told(client).items()} == {
            "look": False, LOCAL: True, TAGGER: False, REMOTE: True,
        }  # fmt: skip
        assert client.get("/sources").text.count("Words cannot be searched with it.") == 1
        assert send(client, "/sources/embeddings/use", name=TAGGER).status_code == 303

        described(deps)

        assert told(client)[TAGGER]["serves"]
        similar = client.get(f"/api/posts/{red}/similar").json["similar"]
        assert similar[0]["id"] == rose
        form = {"picture": (io.BytesIO(pixels((90, 60), "#00ff00")), "shown.png")}
        like = client.post("/api/similar", data=form, headers=by_program(client)).json
        assert (like["model"], like["similar"][0]["id"]) == (TAGGER, green)
        assert "needs a model that reads words" in client.get("/posts?tags=near:red").text
    address = f"/api/embeddings/{TAGGER}"
    assert client.delete(address, headers=by_program(client)).status_code == 200
    assert told(client)["look"]["serves"]


def test_immich_describes_over_the_network_once_it_is_chosen(client, house, deps, server):
    red, violet = add(house, "one", "red"), add(house, "other", "#ff00ff")
    add(house, "second", "#00ff00")
    assert server.asked == []  # nobody is told of any picture before that
    assert client.get("/sources").status_code == 200
    assert server.asked == []

    headers = by_program(client)
    assert client.put(f"/api/embeddings/{REMOTE}", headers=headers).status_code == 200
    described(deps)

    near = client.get(f"/api/posts/{red}/similar").json["similar"]
    assert [one["id"] for one in near] == [violet]
    assert client.get("/api/posts?q=near:blue").json["posts"][0]["id"] == violet
    assert client.delete(f"/api/embeddings/{REMOTE}", headers=headers).status_code == 200
