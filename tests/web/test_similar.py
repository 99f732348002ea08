"""What looks like a post, as a page, as a part of the post's page, and for programs."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from homebooru.db.queries import looks
from homebooru.domain.ratings import Rating
from homebooru.imaging import descriptor
from homebooru.services.accounts import accounts
from tests import corpus
from tests.web.visiting import PASSWORD, log_in


def add(house, name, picture, **columns):
    """Add a picture with its look, as reading it would."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    post = house.add(name, buffer.getvalue(), **columns)
    with house.deps.sessions.begin() as session:
        looks.keep_looks(session, {post: descriptor.look_of(picture)})
    return post


def painting(seed):
    coarse = np.random.default_rng(seed).integers(0, 255, (5, 7, 3), np.uint8)
    return Image.fromarray(coarse).resize((480, 320), Image.Resampling.BICUBIC)


def test_a_smaller_copy_is_found_and_what_may_not_be_seen_is_not(house, client, sessions):
    first = add(house, "one.png", painting(1), rating=Rating.GENERAL)
    small = add(house, "small.png", painting(1).resize((240, 160)), rating=Rating.GENERAL)
    secret = add(house, "secret.png", painting(1).resize((120, 80)), rating=Rating.EXPLICIT)
    other = add(house, "other.png", painting(2), rating=Rating.GENERAL)
    told = client.get(f"/api/posts/{first}/similar").json["similar"]
    assert {one["id"] for one in told[:2]} == {small, secret}
    assert all(one["likeness"] > 0.9 for one in told[:2])
    assert other not in {one["id"] for one in told if one["likeness"] > 0.9}
    page = client.get(f"/posts/{first}/similar").text
    assert f"/posts/{small}" in page
    assert client.get("/posts/999/similar").status_code == 404
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Tim", PASSWORD, ceiling=Rating.GENERAL)
    log_in(client, "Tim")
    told = client.get(f"/api/posts/{first}/similar").json["similar"]
    assert small in {one["id"] for one in told}
    assert secret not in {one["id"] for one in told}
    assert client.get(f"/posts/{secret}/similar").status_code == 404


def test_the_strip_comes_with_the_page_of_a_post(house, page):
    first = add(house, "one.png", painting(1))
    small = add(house, "small.png", painting(1).resize((240, 160)))
    house.add("plain.png", corpus.png(seed=9))
    page.goto(f"/posts/{first}")
    tabs = page.get_by_role("tablist", name="Posts like this one")
    tabs.scroll_into_view_if_needed()
    tabs.get_by_role("tab", name="Looks like this").press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Same subject")).to_contain_text("No other post")
    tabs.get_by_role("tab", name="Looks like this").click()
    page.get_by_role("tabpanel", name="Looks like this").get_by_role("link").first.click()
    expect(page).to_have_url(f"{page.url.split('/posts')[0]}/posts/{small}")
