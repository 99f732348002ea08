"""The index answers as plain SQL does, whatever is asked of whatever is there."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.domain.paging import Side
from homebooru.domain.query import Query
from homebooru.domain.query.tree import Everything, Tag, Wildcard, leaves
from homebooru.search.finding import PlainFinding
from homebooru.search.index.finding import IndexFinding
from homebooru.search.index.reading import read_posts
from homebooru.search.index.related import Related
from homebooru.search.index.table import PostTable
from homebooru.search.naming import fitting_tags, meanings
from homebooru.search.plain import Asked
from tests.libraries import NOW, ZONES, fill, posts, queries, scopes


def asked_of(session, query, scope, zone):
    names = [leaf.name for leaf in leaves(query.tree) if isinstance(leaf, Tag)]
    patterns = [leaf.pattern for leaf in leaves(query.tree) if isinstance(leaf, Wildcard)]
    return Asked(
        scope=scope,
        now=NOW,
        zone=zone,
        tags=meanings(session, names),
        wildcards=fitting_tags(session, patterns),
    )


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
        "each": list(finding.count_each([query, Query(Everything()), query], asked)),
    }


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    corpus=st.lists(posts, min_size=1, max_size=6),
    wanted=st.lists(queries, min_size=1, max_size=4),
    scope=scopes,
    zone=st.sampled_from(ZONES),
)
def test_the_index_and_sql_tell_the_same(sessions, corpus, wanted, scope, zone):
    with sessions() as session:
        fill(session, corpus)
        table = PostTable()
        for batch in read_posts(session):
            table.put(batch)
        index = IndexFinding(session, table, Related(table.tags))
        plain = PlainFinding(session)

        for query in wanted:
            asked = asked_of(session, query, scope, zone)
            assert everything(index, query, asked, corpus) == everything(
                plain, query, asked, corpus
            ), query
