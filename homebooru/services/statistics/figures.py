"""Figures of the library; each is what the search beside it finds, so it is right after any edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate, pairwise

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.policy import load_policy
from homebooru.domain.policy import Kind, Policy
from homebooru.domain.posts import TagView
from homebooru.domain.query import Query, parse
from homebooru.domain.query.dates import midnight
from homebooru.domain.query.metatags import SOURCES
from homebooru.domain.query.tree import Moment
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.search.asking import ask_each
from homebooru.search.finding import PLAIN, Finder, Finding, Found
from homebooru.search.plain import Asked
from homebooru.services.searching import related_tags
from homebooru.services.statistics.drawing import drawn_tags
from homebooru.services.timeline import months_over

OVERVIEW: Mapping[str, str] = {
    "posts": "",
    "tagged": "tagcount:>0",
    "untagged": "tagcount:0",
    "known": "metadata:found",
    "reviewed": "is:reviewed",
    "suggestions": "review:suggestion",
    "disagreements": "review:disagreement",
    "favourites": "fav:me",
    "films": "is:video",
    "unreadable": "is:unreadable",
    "missing": "is:missing",
    "trashed": "is:trashed",
}
OWN = "favourites"
"""What only somebody in particular has."""
RATINGS: Mapping[Rating | None, str] = {
    **{rating: f"rating:{rating.value}" for rating in Rating},
    None: "-has:rating",
}
CATEGORIES: Mapping[Category, str] = {
    Category.ARTIST: "arttags:>0",
    Category.COPYRIGHT: "copytags:>0",
    Category.CHARACTER: "chartags:>0",
    Category.SPECIES: "spectags:>0",
    Category.GENERAL: "gentags:>0",
    Category.META: "metatags:>0",
    Category.LORE: "loretags:>0",
}
SOURCE_NAMES = tuple(dict.fromkeys(SOURCES.values()))
LINES = 6
"""Of how many sources the coverage is told over time: those that know most."""
DAYS = 62
"""How young a library is of which each day is told, instead of each month."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How many posts a search finds."""

    query: str
    count: int


@dataclass(frozen=True, slots=True)
class Period:
    """Posts added from a day to another, all that were there then, and those of them a source knows."""

    begin: date
    last: date
    added: Figure
    total: int
    known: Mapping[str, int]

    @property
    def until(self) -> str:
        """Return the search for all posts that were there at its end."""
        return f"added:..{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The library in figures, at one moment; `models` are posts that models alone speak of."""

    overview: Mapping[str, Figure]
    models: Figure
    weight: int
    ratings: Mapping[Rating | None, Figure]
    sources: Mapping[str, Figure]
    categories: Mapping[Category, Figure]
    tags: Mapping[Category, int]
    top: tuple[TagView, ...]
    drawn: tuple[TagView, ...]
    periods: tuple[Period, ...]

    @property
    def tag_count(self) -> int:
        return sum(self.tags.values())


def figures(
    sessions: Sessions,
    scope: Scope,
    *,
    seed: int,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> Figures:
    """Return the library in figures; `seed` says which tags are drawn by chance."""
    now = now or datetime.now(UTC)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        asking = _Asking(session, finding, scope, now, zone)
        policy = load_policy(session)
        models = policy.sources(Kind.MODEL)  # who counts as one is no fact of posts
        lasting = finding.remembered(
            (figures, scope, zone, models), lambda: _lasting(asking, by_models_alone(policy))
        )
        return replace(lasting, drawn=drawn_tags(session, finding, scope, seed))


def _lasting(asking: _Asking, models: str) -> Figures:
    """Return the figures that stay while no post and no tag changes."""
    finding, scope = asking.finding, asking.scope
    by_source = {name: f"from:{name}" for name in SOURCE_NAMES}
    overview = {
        name: text for name, text in OVERVIEW.items() if name != OWN or scope.account is not None
    }
    tables = (overview, RATINGS, CATEGORIES, by_source)
    counted = asking.counted([models, *(text for table in tables for text in table.values())])
    sources = {name: counted[text] for name, text in by_source.items() if counted[text].count}
    [every] = asking.found([""])
    return Figures(
        overview={name: counted[text] for name, text in overview.items()},
        models=counted[models],
        weight=every.weight(),
        ratings={rating: counted[text] for rating, text in RATINGS.items()},
        sources=dict(sorted(sources.items(), key=lambda one: -one[1].count)),
        categories={category: counted[text] for category, text in CATEGORIES.items()},
        tags=finding.tags_by_category(scope),
        top=related_tags(finding, every, scope),
        drawn=(),
        periods=_periods(asking, list(sources)),
    )


def by_models_alone(policy: Policy) -> str:
    """Return the search for posts of whose tags nobody but models spoke."""
    models = sorted(policy.sources(Kind.MODEL) & set(SOURCE_NAMES))
    return f"tagcount:>0 metadata:missing from:{','.join(models)} -from:person"


@dataclass(frozen=True, slots=True)
class _Asking:
    """Asks several searches at one moment, for one person."""

    session: Session
    finding: Finding
    scope: Scope
    now: datetime
    zone: tzinfo | None

    def counted(self, texts: Iterable[str]) -> Mapping[str, Figure]:
        wanted = list(dict.fromkeys(texts))
        counts = self.finding.count_each(*self._ready(wanted))
        return {text: Figure(text, count) for text, count in zip(wanted, counts, strict=True)}

    def found(self, texts: Iterable[str]) -> Sequence[Found]:
        queries, asked = self._ready(texts)
        return [self.finding.find(query, asked) for query in queries]

    def _ready(self, texts: Iterable[str]) -> tuple[Sequence[Query], Asked]:
        said = [parse(text) for text in texts]
        return ask_each(self.session, said, self.scope, self.now, self.zone, finding=self.finding)


def _periods(asking: _Asking, sources: Sequence[str]) -> tuple[Period, ...]:
    """Return the time since the first post in parts, with what the busiest sources know of theirs."""
    zone = asking.zone
    found = asking.found(["", *(f"from:{name}" for name in sources)])
    span = found[0].span(Moment.ADDED)
    if span is None:
        return ()
    begins = _begins(span[0].astimezone(zone).date(), span[1].astimezone(zone).date())
    edges = [midnight(begin, zone) for begin in begins]
    added, *known = [list(each.between(Moment.ADDED, edges))[:-1] for each in found]
    busiest = sorted(zip(sources, known, strict=True), key=lambda one: -sum(one[1]))[:LINES]
    totals = list(accumulate(added))
    sums = {name: list(accumulate(each)) for name, each in busiest}
    return tuple(
        Period(
            begin,
            last := following - timedelta(days=1),
            Figure(added_in(begin, last), added[at]),
            totals[at],
            {name: each[at] for name, each in sums.items()},
        )
        for at, (begin, following) in enumerate(pairwise(begins))
    )


def _begins(first: date, last: date) -> Sequence[date]:
    """Return where each day or month begins, and where the one behind the last does."""
    days = (last - first).days + 1
    if days > DAYS:
        return months_over(first, last)
    return [first + timedelta(days=number) for number in range(days + 1)]


def added_in(begin: date, last: date) -> str:
    """Return the search for what was added from a day to another."""
    return f"added:{begin}" if begin == last else f"added:{begin}..{last}"
