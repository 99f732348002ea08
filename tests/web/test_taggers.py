"""The taggers on the page of sources and for programs."""

from dataclasses import replace

import pytest

from homebooru.services.lookups.enabling import enabled_taggers, keep_sources
from homebooru.services.lookups.taggers import taggers
from tests.fakes.taggers import make_camie_1, make_camie_2
from tests.web.visiting import token_of


@pytest.fixture
def settings(settings, tmp_path):
    return replace(settings, models=tmp_path / "models")


def send(client, path, **form):
    return client.post(path, data={"csrf_token": token_of(client), **form})


def test_where_no_tagger_is_the_page_says_which_files_to_put_there(client, deps):
    keep_sources(deps.sessions, None)

    page = client.get("/sources").text

    assert "camie-tagger-v2-metadata.json" in page
    assert "GPL-3.0" in page
    assert client.get("/api/taggers").json == {"taggers": [], "models": [], "sample": 10}


def test_taggers_are_switched_sampled_and_what_is_wrong_is_said(client, house, deps):
    models = deps.settings.models
    make_camie_2(models / "new")
    make_camie_1(models / "old")
    (models / "half").mkdir()
    (models / "half" / "selected_tags.csv").write_text("tag_id,name")
    keep_sources(deps.sessions, None, ["camie"])
    house.add()

    page = client.get("/sources").text
    assert "CamieTagger" in page
    assert "a file .onnx is missing" in page
    assert "May HomeBooru ask boorus" in client.get("/posts").text
    told = client.get("/api/taggers").json["models"]
    assert {one["folder"]: one["is_used"] for one in told} == {
        "half": False, "new": True, "old": False,
    }  # fmt: skip

    assert send(client, "/sources/taggers/camie/off").status_code == 303
    assert enabled_taggers(deps.sessions) == []
    keep_sources(deps.sessions, None, ["camie"])
    assert enabled_taggers(deps.sessions) == []
    send(client, "/sources/taggers/camie/on")
    assert enabled_taggers(deps.sessions) == ["camie"]
    assert send(client, "/sources/taggers/wd/on").status_code == 404

    assert send(client, "/sources/taggers/sample", sample="101").status_code == 400
    assert send(client, "/sources/taggers/sample", sample="100").status_code == 303
    assert taggers(deps.sessions).sample == 100
