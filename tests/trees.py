"""Searches made up at random: every kind of term, in every kind of company."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from homebooru.domain.query.dates import Ago, DateSpan, Period
from homebooru.domain.query.metatags import FILE_TYPE_NAMES, NAMES, SOURCES, UNITS
from homebooru.domain.query.orders import ORDERS, Order, OrderBy
from homebooru.domain.query.parser import MAX_LIMIT, Query
from homebooru.domain.query.tree import (
    Dated,
    Detail,
    Digest,
    Everything,
    Favourite,
    FileType,
    From,
    Has,
    HashKind,
    Held,
    Holder,
    InImmich,
    Interval,
    Is,
    Kin,
    Measure,
    MetadataFound,
    Mirrored,
    Moment,
    Near,
    Number,
    Pooled,
    PoolKind,
    Rated,
    Related,
    Saved,
    Similar,
    Status,
    Suggested,
    Tag,
    Text,
    TextField,
    Wildcard,
    all_of,
    any_of,
    negated,
)
from homebooru.domain.query.values import plain_pattern
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidTagName

AWKWARD = [
    "or", "and", "tag:or", ":)", ":(", ":", "(o)_(o)", ")", "a)", "(a", "hatsune_miku_(cosplay)",
    "order:score", "rating:x", "re:zero", "\\m/", '"quoted"', "it's", "…", "ß", "a(b",
]  # fmt: skip


def _name(text: str) -> str:
    try:
        return tag_name(text)
    except InvalidTagName:
        assume(False)
        raise


def _pattern(text: str) -> str:
    pattern = plain_pattern(text.replace(",", "").lower())
    assume("*" in pattern and not any(c.isspace() for c in pattern))
    _name(pattern.replace("*", "x"))
    return pattern


tag_names = st.one_of(st.sampled_from(AWKWARD), st.text(min_size=1, max_size=8).map(_name))
patterns = st.text(alphabet="ab_()*:%\\or", min_size=1, max_size=6).map(_pattern)


def some(values, most=3):
    return st.frozensets(st.sampled_from(sorted(values)), min_size=1, max_size=most)


def intervals(most, low=0):
    number = st.integers(low, most)
    pair = st.tuples(number, number).map(sorted)
    return st.one_of(
        pair.map(lambda ends: Interval(*ends)),
        number.map(lambda low: Interval(low, None)),
        number.map(lambda high: Interval(None, high)),
    )


def lists_of(strategy):
    return st.lists(strategy, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def periods(draw):
    day = draw(st.dates())
    parts = (day.year, day.month, day.day)
    return Period(*parts[: draw(st.integers(1, 3))])


@st.composite
def date_spans(draw, points=periods()):  # noqa: B008  made once is fine
    one, other = sorted((draw(points), draw(points)), key=Period.first_day)
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return DateSpan(one, one)
    if kind == 1:
        return DateSpan(one, None)
    if kind == 2:
        return DateSpan(None, one)
    if kind == 3:
        return draw(st.sampled_from(RELATIVE))
    return DateSpan(one, other)


RELATIVE = [
    DateSpan(Ago(0), Ago(0)),
    DateSpan(Ago(1), Ago(1)),
    DateSpan(Ago(1), Ago(0)),
    DateSpan(Ago(-1), None),
    DateSpan(Ago(0), None),
    DateSpan(None, Ago(1)),
    DateSpan(None, Ago(2)),
    DateSpan(Period(2000), Ago(1)),
    DateSpan(Ago(1), Period(2100, 1)),
]


@st.composite
def numbers(draw, most=None):
    measure = draw(st.sampled_from(sorted(Measure)))
    return Number(
        measure, draw(lists_of(intervals(min(most or UNITS[measure].most, UNITS[measure].most))))
    )


@st.composite
def texts(draw, characters=None):
    field = draw(st.sampled_from(sorted(TextField)))
    pattern = plain_pattern(
        draw(st.text(characters, min_size=1, max_size=6) if characters else TEXTS)
    )
    if field is TextField.FOLDER:
        pattern = pattern.strip("/")
    assume(pattern.strip())
    assume(pattern.lower() not in {"any", "none", *SOURCES})
    return Text(field, pattern)


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)

titles = TEXTS.map(lambda text: " ".join(plain_pattern(text).split())).filter(
    lambda name: name.lower() not in {"", "any", "none", "me", *PoolKind}
)

leaves = st.one_of(
    tag_names.map(Tag),
    patterns.map(Wildcard),
    tag_names.map(Wildcard),  # an alias as such
    st.one_of(tag_names.map(Tag), patterns.map(Wildcard)).map(Suggested),
    numbers(),
    st.builds(Dated, st.sampled_from(sorted(Moment)), lists_of(date_spans())),
    st.binary(min_size=16, max_size=16).map(
        lambda digest: Digest(HashKind.MD5, frozenset({digest.hex()}))
    ),
    st.binary(min_size=32, max_size=32).map(
        lambda digest: Digest(HashKind.SHA256, frozenset({digest.hex()}))
    ),
    some(Rating, 4).map(Rated),
    some(set(FILE_TYPE_NAMES.values())).map(FileType),
    some(set(SOURCES.values())).map(From),
    texts(),
    st.builds(Related, st.sampled_from(sorted(Kin)), lists_of(intervals(10**15))),
    st.sampled_from(sorted(Detail)).map(Has),
    st.sampled_from(sorted(Status)).map(Is),
    st.just(MetadataFound()),
    st.builds(Held, st.sampled_from(sorted(Holder)), st.one_of(st.just("*"), titles)),
    st.sampled_from(sorted(PoolKind)).map(Pooled),
    st.one_of(st.just(Favourite()), titles.map(Favourite)),
    titles.map(Saved),
    st.sampled_from(sorted(Mirrored)).map(InImmich),
    some(range(100)).map(Similar),
    titles.map(Near),
)


def trees(of=leaves, most=8):
    """Trees in the one shape that the parser makes."""
    return st.recursive(
        of,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: all_of(*parts)),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: any_of(*parts)),
            inner.map(negated),
        ),
        max_leaves=most,
    )


orders = st.one_of(
    st.sampled_from(list(ORDERS.values())),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).map(
        lambda seed: Order(OrderBy.RANDOM, seed=seed)
    ),
)
limits = st.one_of(st.none(), st.integers(1, MAX_LIMIT))
some_trees = st.one_of(st.just(Everything()), trees())
queries = st.one_of(
    st.builds(Query, some_trees, orders, limits),
    st.builds(
        lambda tree, name, limit: Query(
            all_of(tree, Held(Holder.POOL, name)),
            Order(OrderBy.POOL, descending=False, named=name),
            limit,
        ),
        some_trees, titles.filter(lambda name: name != "*"), limits,
    ),
    st.builds(
        lambda tree, name, limit: Query(
            all_of(tree, Favourite(name)), Order(OrderBy.FAVOURITED, named=name), limit
        ),
        some_trees, titles, limits,
    ),
)  # fmt: skip

names = st.sampled_from(sorted(NAMES))
words = st.one_of(
    st.text(max_size=10),
    st.sampled_from(["-", "~", "(", ")", " ", " or ", " and ", "*", '"', "..", ",", ":"]),
    st.builds("{}:{}".format, names, st.text(max_size=6)),
    st.builds("{}:{}".format, names, st.sampled_from(["5", ">5", "1..2", "none", "2024-05", "a*"])),
)
scribbles = st.lists(words, max_size=8).map("".join)
