"""Tags that somebody hides: posts stay in their places and counts, and are shown when asked for."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.services.accounts import accounts
from homebooru.services.tags.deriving import retag_due
from homebooru.services.tags.vocabulary import add_alias
from tests.integration.services.conftest import Quiet
from tests.web.visiting import PASSWORD, log_in, token_of


@pytest.fixture
def posts(house):
    return [
        house.add(f"{tags}.png", tags=tags, seed=at)
        for at, tags in enumerate(["cat", "dog", "cat dog"])
    ]


def send(client, where, **fields):
    form = {"csrf_token": token_of(client), **fields}
    return client.post(where, data=form | {"next": "/posts?tags=cat"})


def test_a_hidden_tag_veils_its_posts_until_it_is_shown_again(house, posts, client):
    both = posts[2]
    thumbnail = house.digest_of(both)
    answer = send(client, "/hidden", hide="Dog")
    assert (answer.status_code, answer.location) == (303, "/posts?tags=cat")
    page = client.get("/posts?tags=cat").text
    assert "2 posts" in page
    assert page.count('class="placeholder veil"') == 1
    assert '<span class="name">dog</span> <span class="count number">1</span>' in page
    assert (
        thumbnail
        not in client.get(f"/posts/{both}").text.split("<picture-stage")[1].split("Digests")[0]
    )
    assert (
        thumbnail
        in client.get(f"/posts/{both}?reveal=1").text.split("<picture-stage")[1].split("Digests")[0]
    )
    send(client, "/preferences", hides="0")
    assert "placeholder veil" not in client.get("/posts?tags=cat").text
    assert "You hide" not in client.get(f"/posts/{both}").text
    send(client, "/preferences", hides="1")
    send(client, "/hidden", show="dog")
    assert "placeholder veil" not in client.get("/posts?tags=cat").text


def test_a_hidden_tag_that_gets_another_name_is_hidden_still(posts, client, sessions):
    send(client, "/hidden", hide="dog")
    add_alias(sessions, "dog", "canis")
    retag_due(sessions, Quiet())
    page = client.get("/posts?tags=cat").text
    assert page.count('class="placeholder veil"') == 1
    assert ">canis</a>" in page
    send(client, "/hidden", show="dog")
    assert "placeholder veil" not in client.get("/posts?tags=cat").text


def test_what_belongs_to_a_post_is_veiled_beside_it_too(house, posts, client):
    cat, dog, both = posts
    for child in (dog, both):
        house.set_parent(child, cat)
    send(client, "/hidden", hide="dog")
    shown = family(client.get(f"/posts/{cat}").text)
    assert (house.digest_of(cat) in shown, house.digest_of(dog) in shown) == (True, False)
    assert shown.count("Hidden: post") == 2
    revealed = family(client.get(f"/posts/{dog}?reveal=1").text)
    assert (house.digest_of(dog) in revealed, house.digest_of(both) in revealed) == (True, False)


def family(page: str) -> str:
    return page.split('class="family"')[1].split("</nav>", maxsplit=1)[0]


def test_everybody_hides_for_themselves(posts, app, sessions):
    for name in ("Ada", "Ben"):
        accounts.add_account(sessions, name, PASSWORD)
    ada, ben = app.test_client(), app.test_client()
    log_in(ada, "Ada")
    log_in(ben, "Ben")
    send(ada, "/hidden", hide="cat")
    assert "placeholder veil" in ada.get("/posts").text
    assert "placeholder veil" not in ben.get("/posts").text


def test_nonsense_and_too_much_are_refused(posts, client, monkeypatch):
    assert send(client, "/hidden").status_code == 400
    assert send(client, "/hidden", hide="  ").status_code == 400
    monkeypatch.setattr("homebooru.services.hiding.MOST", 1)
    send(client, "/hidden", hide="cat")
    refused = send(client, "/hidden", hide="dog")
    assert (refused.status_code, "No more than 1 tags" in refused.text) == (400, True)


def test_by_mouse_and_key(posts, visit):
    page = visit(viewport={"width": 1200, "height": 700})
    page.goto("/posts?tags=dog")
    tag = page.locator("#result-tags li", has=page.get_by_role("link", name="cat", exact=True))
    tag.hover()
    tag.get_by_role("button", name="Hide cat from now on").click()
    expect(page.locator(".veiled")).to_have_count(1)
    expect(page.locator(".grid img")).to_have_count(1)
    page.get_by_role("button", name=f"Show post {posts[2]}").click()
    expect(page.locator(".grid img")).to_have_count(2)
    page.reload()
    expect(page.locator(".grid img")).to_have_count(1)
    page.keyboard.press("b")
    expect(page.locator(".grid img")).to_have_count(2)
    page.keyboard.press("b")
    expect(page.locator(".veiled")).to_have_count(1)
