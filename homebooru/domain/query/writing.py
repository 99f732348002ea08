"""Writes a search as text: what is parsed again is the same search."""

from __future__ import annotations

import re
from collections.abc import Iterable

from homebooru.domain.query.dates import Ago, DateSpan, Period
from homebooru.domain.query.metatags import LISTS, NAMES, UNITS
from homebooru.domain.query.orders import NAMES as ORDER_NAMES
from homebooru.domain.query.orders import NEWEST_FIRST, Order, OrderBy
from homebooru.domain.query.parser import Query
from homebooru.domain.query.tokens import EMOTICONS, WORDS, is_balanced
from homebooru.domain.query.tree import (
    And,
    Dated,
    Digest,
    Everything,
    Favourite,
    FileType,
    From,
    Has,
    Held,
    InImmich,
    Interval,
    Is,
    MetadataFound,
    Near,
    Node,
    Not,
    Number,
    Or,
    Pooled,
    Rated,
    Related,
    Saved,
    Similar,
    Suggested,
    Tag,
    Text,
    Wildcard,
)
from homebooru.domain.query.values import WHOLE, Unit

TOMORROW = Ago(-1)
DAY_BEFORE_YESTERDAY = Ago(2)
VALUE = re.compile(r"[^\s()'\"\\]+")
EYES = {face[:-1] for face in EMOTICONS}  # a parenthesis behind them would be their mouth


def unparse(query: Query) -> str:
    """Return the plainest text that asks for the same."""
    settings = []
    if query.order.by in LISTS:
        settings.append(f"{query.order.by}:{write_value(query.order.named or '')}")
    elif query.order != NEWEST_FIRST or (query.says_order and isinstance(query.tree, Saved)):
        settings.append(f"order:{_order(query.order)}")
    if query.limit is not None:
        settings.append(f"limit:{query.limit}")
    terms = _inside(query.tree) if settings and isinstance(query.tree, Or) else write(query.tree)
    return " ".join(part for part in (terms, *settings) if part)


def write(node: Node) -> str:
    """Return the text of a tree; that of everything is empty."""
    match node:
        case And(parts):
            return " ".join(_inside(part) for part in parts)
        case Or(parts):
            return " or ".join(_inside(part) for part in parts)
        case Not(part):
            return f"-{_inside(part)}"
    return _leaf(node)


def _inside(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, And | Or) else write(node)


def _leaf(node: Node) -> str:  # noqa: C901, PLR0911, PLR0912  a line for each kind
    match node:
        case Tag(name):
            return _word(name)
        case Wildcard(pattern):
            return _word(pattern) if "*" in pattern else f"unaliased:{write_value(pattern)}"
        case Suggested(Tag(name) | Wildcard(name)):
            return f"suggested:{write_value(name)}"
        case Number(measure, spans):
            return f"{measure}:{_intervals(spans, UNITS[measure])}"
        case Dated(moment, dates):
            return f"{moment}:{','.join(_dates(span) for span in dates)}"
        case Digest(kind, digests):
            return f"{kind}:{_list(digests)}"
        case Rated(ratings):
            return f"rating:{_list(ratings)}"
        case FileType(types):
            return f"filetype:{_list(types)}"
        case From(sources):
            return f"from:{_list(sources)}"
        case Text(field, pattern):
            return f"{field}:{_quoted(pattern)}"
        case Related(kin, ids):
            return f"{kin}:{_intervals(ids, WHOLE)}"
        case Has(detail):
            return f"has:{detail}"
        case Is(status):
            return f"is:{status}"
        case MetadataFound():
            return "metadata:found"
        case Held(holder, "*"):
            return f"{holder}:any"
        case Held(holder, pattern):
            return f"{holder}:{write_value(pattern)}"
        case Pooled(kind):
            return f"pool:{kind}"
        case InImmich(state):
            return f"immich:{state}"
        case Similar(ids, pictures):
            return f"similar:{','.join([*map(str, sorted(ids)), *sorted(pictures)])}"
        case Near(text):
            return f"near:{_quoted(text)}"
        case Favourite(owner):
            return f"fav:{write_value(owner)}"
        case Saved(name):
            return f"search:{write_value(name)}"
    assert isinstance(node, Everything)
    return ""


def _word(name: str) -> str:
    """Return a tag as it is read wherever it stands."""
    prefix, colon, _ = name.partition(":")
    is_plain = (
        name not in WORDS
        and name[0] not in "()"
        and not (colon and prefix in NAMES)
        and name[-1] != "("  # a `)` behind it would be taken for its own
        and name not in EYES
        and is_balanced(name)
    )
    return name if is_plain else f"tag:{_quoted(name)}"


def write_value(text: str) -> str:
    """Return the value of a metatag as it is read wherever it stands, quoted where it must be."""
    return text if VALUE.fullmatch(text) and text not in EYES else _quoted(text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _list(words: Iterable[str]) -> str:
    return ",".join(sorted(words))


def _intervals(spans: Iterable[Interval], unit: Unit) -> str:
    return ",".join(_interval(span, unit) for span in spans)


def _interval(span: Interval, unit: Unit) -> str:
    if span.low is None or span.high is None:
        low, high = (None if end is None else unit.write(end) for end in (span.low, span.high))
        return _open(low, high)
    if span.low == span.high and unit.plain:
        return unit.write(span.low)
    return f"{unit.write(span.low)}..{unit.write(span.high)}"


def _dates(span: DateSpan) -> str:
    if span.first == TOMORROW:
        return ">today"
    if span.last == DAY_BEFORE_YESTERDAY:
        return "<yesterday"
    if span.first is None or span.last is None:
        return _open(_date(span.first), _date(span.last))
    if span.first == span.last:
        return f"{_date(span.first)}"
    return f"{_date(span.first)}..{_date(span.last)}"


def _date(part: Period | Ago | None) -> str | None:
    if isinstance(part, Ago):
        return "yesterday" if part.days else "today"
    return None if part is None else str(part)


def _open(low: str | None, high: str | None) -> str:
    return f"<={high}" if low is None else f">={low}"


def _order(order: Order) -> str:
    if order.by is OrderBy.CUSTOM:
        return order.by.value
    if order.by is OrderBy.RANDOM:
        return "random" if order.seed is None else _quoted(f"random:{order.seed}")
    return ORDER_NAMES[order]
