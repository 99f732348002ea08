"""The months of a search: as links, as a list over the grid, by keys, and as a line to pull along."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

BEGIN = datetime(2023, 11, 1, 12, tzinfo=UTC)
POSTS, A_MONTH = 120, 20
MONTHS = [
    "April 2024",
    "March 2024",
    "February 2024",
    "January 2024",
    "December 2023",
    "November 2023",
]


@pytest.fixture
def gallery(house):
    """Six months of twenty posts each, two a day."""
    house.add_all(waiting(number, *divmod(number, A_MONTH)) for number in range(POSTS))
    return house


def waiting(number, month, day):
    added = BEGIN.replace(year=2023 + (month + 10) // 12, month=(month + 10) % 12 + 1)
    return {
        "name": f"{number}.png",
        "content": b"%d" % number,
        "state": "pending",
        "thumbnails": False,
        "created_at": added + timedelta(days=day // 2),
    }


def test_months_are_links_to_the_page_on_which_they_begin(gallery, client):
    page = client.get("/posts/dates?limit=25").text
    links = re.findall(r'href="(/posts[^"]*page[^"]*)"[^>]*>([^<]+) <span[^>]*>(\d+)<', page)
    assert [(name, int(count)) for _, name, count in links] == [(name, A_MONTH) for name in MONTHS]
    january = links[3][0].replace("&amp;", "&")
    assert january == "/posts?limit=25&page=3"
    assert f'id="post-{3 * A_MONTH}"' in client.get(january).text
    assert "not in the order of a date" in client.get("/posts/dates?tags=order:score").text


def test_a_month_that_is_none_is_refused(client):
    assert client.get("/posts/dates?month=2024-13").status_code == 400
    assert client.get("/posts/dates?tags=(").status_code == 400


def test_the_grid_goes_by_days_months_and_years_and_along_the_line(gallery, visit):
    page = visit(viewport={"width": 1200, "height": 700})
    page.goto("/posts?limit=25")
    line = page.get_by_role("slider", name="Date", exact=True)
    expect(line).to_have_attribute("aria-valuetext", "April 2024, 20 posts")
    for key, place in (("m", 20), ("d", 22), ("D", 20), ("y", 80), ("Y", 0), ("m", 20)):
        page.keyboard.press(key)
        expect(page.locator(f'.item[data-index="{place}"] a')).to_be_focused()
    line.press("End")
    expect(line).to_have_attribute("aria-valuetext", "November 2023, 20 posts")
    line.press("PageUp")
    expect(line).to_have_attribute("aria-valuetext", "January 2024, 20 posts")
    box = line.bounding_box()
    page.mouse.move(box["x"] + 10, box["y"] + box["height"] * 0.25)
    expect(line.locator(".time-word")).to_have_text("March 2024")
    page.mouse.down()
    page.mouse.up()
    expect(line).to_have_attribute("aria-valuetext", "March 2024, 20 posts")
    page.get_by_role("link", name="Dates").click()
    page.get_by_role("dialog").get_by_role("link", name="February 2024").click()
    expect(page.locator(f'.item[data-index="{2 * A_MONTH}"] a')).to_be_focused()
