"""A long search in a real browser, scrolled to its end and back."""

from __future__ import annotations

import io

import pytest

from homebooru.cli.bars import Bar, BarProgress
from homebooru.domain.scope import EVERYTHING
from homebooru.services.searching import search
from scripts.make_library.inventing import invent
from scripts.make_library.library import Wish
from scripts.make_library.writing import write_library
from tests import corpus

POSTS = 2_000
LIMIT = 200
TALLEST = 20_000  # pixels; a list of all these posts is taller
ELEMENTS = 350

TRAVEL = """async (down) => {
    const grid = document.querySelector("post-grid");
    const seen = new Map();
    const told = { elements: 0, blocks: 0 };
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const isThere = () => down
        ? grid.blocks.ended.after && window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 1
        : grid.blocks.ended.before && window.scrollY <= 0;
    for (let arrived = 0; arrived < 2; arrived = isThere() ? arrived + 1 : 0) {
        await frame();
        const items = document.querySelectorAll(".item");
        for (const { dataset } of items) seen.set(Number(dataset.index), Number(dataset.post));
        told.elements = Math.max(told.elements, items.length);
        told.blocks = Math.max(told.blocks, grid.blocks.list.length);
        window.scrollBy({ top: (down ? 0.8 : -0.8) * window.innerHeight, behavior: "instant" });
    }
    const places = [...seen.keys()].sort((one, other) => one - other);
    return { ...told, places, posts: places.map((place) => seen.get(place)) };
}"""


@pytest.fixture
def found(sessions):
    """The posts of a made-up library in the order in which the gallery lists them."""
    write_library(sessions, Wish(invent(), POSTS), BarProgress("Posts", Bar(io.StringIO())))
    pages = range(0, POSTS, LIMIT)
    return [
        post.id
        for offset in pages
        for post in search(sessions, "", EVERYTHING, limit=LIMIT, offset=offset).posts
    ]


@pytest.fixture
def page(visit):
    page = visit(viewport={"width": 1000, "height": 700})
    page.set_default_timeout(60_000)
    picture = corpus.png(64, 48)
    page.route("**/media/**", lambda way: way.fulfill(body=picture, content_type="image/png"))
    return page


def test_thousands_of_posts_are_all_shown_in_order_by_few_elements_to_the_end_and_back(found, page):
    page.goto(f"/posts?limit={LIMIT}", wait_until="load")
    page.evaluate(f"customElements.get('post-grid').tallest = {TALLEST}")
    page.evaluate("document.dispatchEvent(new CustomEvent('preferences', {detail: {size: '120'}}))")
    for down in (True, False):
        journey = page.evaluate(TRAVEL, down)
        assert journey["posts"] == found
        assert journey["places"] == list(range(len(found)))
        assert journey["elements"] < ELEMENTS
        assert journey["blocks"] < len(found) / LIMIT
    page.wait_for_function(
        "() => [...document.querySelectorAll('.item img')].slice(0, 12).every(each => each.naturalWidth)"
    )
