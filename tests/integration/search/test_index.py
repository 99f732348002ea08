"""The index answers as plain SQL does, whatever is asked of whatever is there."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.domain.paging import Side
from homebooru.domain.query import Query
from homebooru.domain.query.tree import Everything, Moment
from homebooru.search.asking import ask
from homebooru.search.finding import PlainFinding
from homebooru.search.index.finding import IndexFinding
from homebooru.search.index.reading import read_posts
from homebooru.search.index.related import Related
from homebooru.search.index.table import PostTable
from homebooru.search.index.words import WordTable, read_words
from tests.libraries import NOW, TAGS, ZONES, asked_for, fill, posts, scopes

COUNT_TAGS = sa.text(
    "update tag set count = (select count(*) from post where tag.id = any(tag_ids))"
)
PREFIXES = ["", "c", "cat", "a_", "100%", "ne", "*"]
PATTERNS = ["*", "c*", "*a*", "*_b", "a_b", "*s*t", "100%*"]


def of_words(finding, scope, corpus):
    """Return all that a moment tells of tags."""
    ids = range(1, len(TAGS) + 1)
    words = finding.words
    return {
        "meanings": words.meanings([*TAGS, "unheard"]),
        "fitting": {name: sorted(tags) for name, tags in words.fitting(PATTERNS).items()},
        "views": words.views(ids),
        "other": [words.other_names(prefix, 3) for prefix in PREFIXES],
        "of": finding.tags_of(range(1, len(corpus) + 1)),
        "seen": finding.seen_tags(ids, scope),
        "counted": finding.count_tags(ids, scope),
        "sharing": [
            list(finding.sharing({1: 5, 3: 4, 9: 4, 77: 1}, scope, post, 2).items())
            for post in range(len(corpus) + 1)
        ],
        "often": [list(finding.often(prefix, scope, 9)) for prefix in PREFIXES],
    }


YEARS = [datetime(year, 1, 1, tzinfo=UTC) for year in range(1990, 2030)]


def everything(finding, query, asked, corpus):
    """Return all that a search can tell."""
    found = finding.find(query, asked)
    places = range(1, len(corpus) + 1)
    return {
        "count": found.count(),
        "all": list(found.page(0, 100)),
        "pages": [list(found.page(offset, 2)) for offset in range(len(corpus) + 1)],
        "after": [list(found.beside(place, Side.AFTER, 2)) for place in places],
        "before": [list(found.beside(place, Side.BEFORE, 2)) for place in places],
        "spots": [found.spot(place) for place in places],
        "has": [found.has(place) for place in places],
        "related": found.related(2),
        "suggested": found.suggested(1),
        "span": {moment: found.span(moment) for moment in Moment},
        "between": {moment: list(found.between(moment, YEARS)) for moment in Moment},
        "each": list(finding.count_each([query, Query(Everything()), query], asked)),
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    corpus=st.lists(posts, min_size=1, max_size=6),
    scope=scopes,
    data=st.data(),
    zone=st.sampled_from(ZONES),
)
def test_the_index_and_sql_tell_the_same(sessions, corpus, scope, zone, data):
    wanted = data.draw(st.lists(asked_for(scope), min_size=1, max_size=4))
    with sessions() as session:
        fill(session, corpus)
        table = PostTable()
        for batch in read_posts(session):
            table.put(batch)
        words = WordTable()
        words.put(read_words(session))
        index = IndexFinding(session, table, words, Related(table.tags))
        plain = PlainFinding(session)

        session.execute(COUNT_TAGS)
        assert of_words(index, scope, corpus) == of_words(plain, scope, corpus)
        for query in wanted:
            question = ask(session, query, scope, NOW, zone)
            assert everything(index, *question, corpus) == everything(plain, *question, corpus), (
                query
            )
