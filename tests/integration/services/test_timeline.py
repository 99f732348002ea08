"""The months of a search: each is just a part of the list of posts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.services.searching import search
from homebooru.services.timeline import months_of
from tests.factories import make_post

WEST = timezone(timedelta(hours=-5))
MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
ADDED = [MIDNIGHT + timedelta(hours=hours) for hours in (-900, -30, -1, 0, 2, 6, 30, 800, 9000)]


@pytest.fixture
def library(sessions):
    """Posts around the beginning of a month, dated the other way round; one has no date."""
    with sessions.begin() as session:
        for number, (added, dated) in enumerate(zip(ADDED, [*ADDED[:0:-1], None], strict=True)):
            rating = Rating.EXPLICIT if number == 3 else Rating.GENERAL
            make_post(session, tags="cat", rating=rating, created_at=added, dated_at=dated)
    return sessions


def parts(library, text, scope, zone, **more):
    """Return by month, or day, which posts of the search the stretches stand for."""
    line = [post.id for post in search(library, text, scope, limit=50, zone=zone).posts]
    stretches = months_of(library, text, scope, zone=zone, **more)
    return {each.begin: line[each.offset : each.offset + each.count] for each in stretches}


@pytest.mark.parametrize("zone", [UTC, WEST], ids=["utc", "west"])
@pytest.mark.parametrize("text", ["", "cat", "order:id", "order:date", "cat order:date_asc"])
@pytest.mark.parametrize("scope", [EVERYTHING, Scope(ceiling=Rating.GENERAL)], ids=["all", "some"])
def test_each_month_is_the_part_of_the_list_that_lies_in_it(library, text, scope, zone):
    expected = {}
    for post in search(library, text, scope, limit=50, zone=zone).posts:
        if moment := post.dated_at if "order:date" in text else post.created_at:
            expected.setdefault(moment.astimezone(zone).date().replace(day=1), []).append(post.id)
    assert list(parts(library, text, scope, zone).items()) == list(expected.items())


def test_the_days_of_a_month_are_told_from_its_beginning(library):
    march = date(2024, 3, 1)
    days = months_of(library, "", EVERYTHING, days_of=march, zone=UTC)
    assert [(day.begin.day, day.count, day.offset) for day in days] == [(2, 1, 0), (1, 3, 1)]
    [month] = [each for each in months_of(library, "", EVERYTHING, zone=UTC) if each.begin == march]
    assert sum(day.count for day in days) == month.count


@pytest.mark.parametrize("text", ["order:random", "order:score", "dog"])
def test_what_is_not_in_the_order_of_a_date_has_no_months(library, text):
    assert months_of(library, text, EVERYTHING) == ()
