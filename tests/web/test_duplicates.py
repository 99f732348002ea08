"""Duplicates decided about on their page: by forms, by keys, and by programs."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from homebooru.db.tables import DuplicatePairRow
from homebooru.domain.duplicates.rules import NEEDED
from homebooru.domain.ratings import Rating
from homebooru.services.accounts import accounts
from tests.unit.imaging.test_comparing import painting, with_text
from tests.web.visiting import PASSWORD, log_in, token_of


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pair(house, one, other, kind="copy", **columns):
    one, other = sorted((one, other))
    with house.deps.sessions.begin() as session:
        row = {"difference": 2.0, "share": 0.0} | columns
        session.add(DuplicatePairRow(one_id=one, other_id=other, kind=kind, **row))


@pytest.fixture
def couple(house):
    """A small file, and a larger one of the same picture."""
    shown = {"rating": Rating.GENERAL, "mime": "image/png"}
    small = painting(1).resize((240, 160), Image.Resampling.LANCZOS)
    lesser = house.add("small.png", encoded(small), width=240, height=160, tags="cat", **shown)
    better = house.add("large.png", encoded(painting(1)), width=480, height=320, **shown)
    pair(house, lesser, better)
    return better, lesser


def test_forms_alone_decide_tell_what_was_done_and_take_it_back(house, client, couple):
    better, lesser = couple
    assert "1 pair" in client.get("/review").text
    page = client.get("/duplicates").text
    assert page.index(f"/posts/{better}") < page.index(f"/posts/{lesser}")
    assert "Larger: 480 × 320 instead of 240 × 160 pixels." in page
    assert "Called large.png and small.png." in page
    assert f"/duplicates?one={better}&amp;other={lesser}" in client.get("/duplicates/rules").text
    assert re.search(
        r"If the first stays, it gets.*>cat</span>.*If the second stays", page, re.DOTALL
    )
    assert "The surest are asked about first" in page
    assert len(client.get("/posts.json?tags=has:duplicates").json) == 2
    assert client.get("/posts.json?tags=has:duplicates+-cat").json[0]["id"] == better
    form = {"csrf_token": token_of(client, "/duplicates"), "one": better, "other": lesser}
    answer = client.post("/duplicates/decide", data=form | {"choice": "one", "fate": "hide"})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Nothing waits here" in page
    assert client.get("/posts.json?tags=cat").json[0]["id"] == better
    assert "Hidden, its file stays" in client.get("/duplicates/log").text
    assert client.get("/posts.json?tags=has:duplicates").json == []
    assert client.post("/duplicates/decide", data=form | {"choice": "one"}).status_code == 400
    assert client.post("/duplicates/decide", data=form | {"choice": "?"}).status_code == 400
    client.post("/duplicates/undo", data={"csrf_token": form["csrf_token"]})
    assert [one["id"] for one in client.get("/posts.json?tags=cat").json] == [lesser]
    assert f'name="one" value="{better}"' in client.get("/duplicates").text


def test_forms_alone_limit_a_rule_to_a_search_show_its_pairs_first_and_agree_with_it(
    house, client, couple
):
    better, lesser = couple
    address = "/duplicates/rules/larger"
    page = client.get(address).text
    assert page.index(f"/posts/{better}") < page.index(f"/posts/{lesser}")
    assert "Into the trash" in page
    draft = client.get(address, query_string={"tags": "cat"}).text
    assert "it would decide 0." in draft
    mistaken = client.get(address, query_string={"tags": "cat (dog"})
    assert mistaken.status_code == 400
    assert "(at character 9)" in mistaken.text
    form = {"csrf_token": token_of(client, "/duplicates")}
    told = form | {"tags": "id:>0", "fate": "hide"}
    kept = client.post(f"{address}/search", data=told)
    assert kept.status_code == 303
    page = client.get(kept.location).text
    assert '<code translate="no">id:&gt;0</code>' in page
    assert "only suggests" in page
    assert "Hidden, its file stays" in page
    name = kept.location.rpartition("/")[2]
    agreed = form | {"rule": name, "one": better, "other": lesser, "choice": "one", "fate": "hide"}
    page = client.get(client.post("/duplicates/decide", data=agreed).location).text
    assert "You agreed 1 time," in page
    assert "it would decide 0." in page
    client.post("/duplicates/undo", data=form | {"rule": name})
    assert "it would decide 1." in client.get(kept.location).text
    refused = client.post(f"{address}-1/search", data=form | {"tags": "dgo", "anew": "1"})
    assert refused.status_code == 400
    assert "No post has the tag" in refused.text
    assert client.post(kept.location, data=form | {"decides": "1"}).status_code == 400
    assert client.post(f"{kept.location}/remove", data=form).status_code == 303
    assert client.get(kept.location).status_code == 404


def test_programs_decide_too_and_nobody_hears_of_what_they_may_not_see(
    house, client, couple, sessions
):
    better, lesser = couple
    secret = house.add("secret.png", encoded(painting(2)), rating=Rating.EXPLICIT)
    pair(house, better, secret, "retouched")
    [told] = client.get("/api/duplicates").json["pairs"]
    assert (told["one"], told["other"], told["advice"]) == (better, lesser, {"larger": "one"})
    assert client.get(f"/api/posts/{better}/duplicates").json["copies"] == [
        {"id": lesser, "kind": "copy"},
        {"id": secret, "kind": "retouched"},
    ]
    wish = {"one": better, "other": secret, "choice": "unrelated"}
    token = {"X-CSRF-Token": token_of(client, "/duplicates")}
    done = client.post("/api/duplicates/decisions", json=wish, headers=token)
    assert done.status_code == 201
    back = f"/api/duplicates/decisions/{done.json['id']}/undo"
    assert client.post(back, headers=token).status_code == 200
    refused = client.patch("/api/duplicates/rules/larger", json={"decides": True}, headers=token)
    assert refused.status_code == 400
    assert str(NEEDED) in refused.json["error"]["message"]
    rules = "/api/duplicates/rules"
    made = client.post(rules, json={"rule": "larger", "search": "cat"}, headers=token)
    assert (made.status_code, made.json["would_decide"]) == (201, 0)
    wider = client.get(made.location, query_string={"search": "id:>0"}).json
    assert wider["pairs"] == [{"kept": better, "lost": lesser, "kind": "copy", "fate": "trash"}]
    one = f"{rules}/{made.json['name']}"
    changed = client.patch(one, json={"search": "-is:video"}, headers=token).json["rules"][-1]
    assert (changed["search"], changed["would_decide"]) == ("-is:video", 1)
    assert client.post(rules, json={"rule": "larger", "search": "("}, headers=token).json["error"][
        "position"
    ]
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Tim", PASSWORD, ceiling=Rating.GENERAL)
    log_in(client, "Tim")
    assert client.get("/api/duplicates?variants=1").json == {"pairs": [], "count": 0}
    assert "-is:video" not in client.get("/duplicates/rules").text
    assert client.get(one + "/pairs").status_code == 403
    assert len(client.get(f"/api/posts/{better}/duplicates").json["copies"]) == 1
    pair(house, *sorted((lesser, secret)))
    assert len(client.get("/posts.json?tags=has:duplicates").json) == 2
    token = {"X-CSRF-Token": token_of(client, "/duplicates")}
    assert client.post(back, headers=token).status_code == 404


def test_two_pictures_are_flipped_compared_and_decided_about_by_keys(house, visit, couple):
    better, _ = couple
    third = house.add("text.png", encoded(with_text(painting(3))), width=480, height=320)
    fourth = house.add("plain.png", encoded(painting(3)), width=480, height=320)
    pair(house, third, fourth, difference=9.0)
    page = visit()
    page.goto("/duplicates")
    stage, first = page.locator(".pair-stage"), page.locator('[data-pane="a"] img')
    expect(page.get_by_role("link", name="The same 2")).to_be_visible()
    expect(first).to_be_visible()
    expect(page.locator('[data-pane="b"] img')).to_be_hidden()
    page.keyboard.press("Space")
    expect(first).to_be_hidden()
    expect(page.locator("#announcements")).to_have_text("Second")
    page.keyboard.press("d")
    expect(stage).to_have_attribute("data-shows", "difference")
    page.keyboard.press("z")
    zooms = page.evaluate(
        "[...document.querySelectorAll('.pane img')].map((one) => getComputedStyle(one).scale"
        " + getComputedStyle(one).transform)"
    )
    assert zooms[0] == zooms[1]
    assert "matrix(2" in zooms[0]
    page.keyboard.press("1")
    expect(page.get_by_role("link", name="The same 1")).to_be_visible()
    expect(page.locator(".question")).to_be_focused()
    page.keyboard.press("5")
    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("link", name="The same 1")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.locator('input[name="one"]')).to_have_value(str(better))
    page.keyboard.press("z")
    page.keyboard.press("Escape")
    expect(page.locator('[data-look="zoom"]')).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    page.wait_for_url("**/review")
