"""The page of figures: what stands behind each link is what the figure says, for everybody."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.ratings import Rating
from homebooru.services.accounts import accounts
from homebooru.services.tags.counting import fold_counts
from homebooru.web.statistics.charts import HEIGHT, WIDTH, bar_chart, line_chart, scale
from tests.web.visiting import PASSWORD, log_in

FIGURE = re.compile(r'<a href="(/posts(?:\?tags=[^"]*)?)">([\d,]+)</a>')
SHARE = re.compile(r'<a href="/posts\?tags=(from:[^"+]+)\+(added:[^"]+)">([\d.]+) %</a>')
FOUND = re.compile(r'<h1 id="count" class="number">([\d,]+) post')


@pytest.fixture
def library(house, sessions):
    for number in range(8):
        house.add(
            f"{number}.png",
            tags="cat night" if number % 2 else "",
            seed=number,
            thumbnails=False,
            rating=Rating.EXPLICIT if number % 3 else Rating.GENERAL,
            created_at=datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=number),
        )
    fold_counts(sessions)


def posts_at(client, where):
    found = FOUND.search(client.get(where).text)
    return int(found[1]) if found else 0


@pytest.mark.usefixtures("library", "ada")
def test_behind_each_figure_are_as_many_posts(client, sessions):
    accounts.add_account(sessions, "Tim", PASSWORD, ceiling=Rating.GENERAL)
    for name, count in (("Ada", 8), ("Tim", 3)):
        log_in(client, name)
        page = client.get("/statistics").text
        links = [(unescape(where), int(number)) for where, number in FIGURE.findall(page)]
        assert ("/posts", count) in links
        assert len(links) > 20
        for where, number in dict(links).items():
            assert posts_at(client, where) == number, where
        shares = SHARE.findall(page)
        assert len(shares) >= count
        for source, until, share in shares:
            known, total = (
                posts_at(client, f"/posts?tags={text}") for text in (f"{source}+{until}", until)
            )
            assert float(share) == round(100 * known / total, 1)
        assert ("Room on the disk" in page) is (name == "Ada")


@pytest.mark.usefixtures("library")
def test_charts_are_named_told_and_followed_by_their_numbers(client):
    page = client.get("/statistics").text
    for name in ("growth-chart", "added-chart", "coverage-chart"):
        assert f'aria-labelledby="{name}-title {name}-told"' in page
    assert "8 posts at the end of 8 January 2024" in page
    assert page.count("The numbers behind it") == 2
    drawn = [
        client.get(f"/statistics?seed={seed}").text.split('id="explore"')[1] for seed in (3, 3)
    ]
    assert drawn[0] == drawn[1]
    assert client.get("/statistics?seed=x").status_code == 200


def test_an_empty_gallery_has_a_page_of_nothing(client):
    page = client.get("/statistics").text
    assert "There are no tags yet." in page
    assert "growth-chart" not in page


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=80))
def test_charts_hold_what_they_draw(values):
    begins = [date(2020, 1, 1) + timedelta(days=number) for number in range(len(values))]
    top, levels = scale(max(values))
    assert max(values) <= top == levels[-1]
    assert len(levels) <= 6
    points = line_chart(begins, {"posts": values}).lines["posts"].split()
    places = [tuple(map(float, point.split(","))) for point in points]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    for (x, y, width, height), value in zip(bar_chart(begins, values).bars, values, strict=True):
        assert 0 <= x <= x + width <= WIDTH + 0.2
        assert y + height == pytest.approx(HEIGHT, abs=0.2)
        assert height == pytest.approx(HEIGHT * value / top, abs=0.2)
