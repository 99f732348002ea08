"""Completes searches while they are typed, and tells what their terms are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.domain.posts import TagView
from homebooru.domain.query import Query, parse
from homebooru.domain.query.caret import Typed, typed_at
from homebooru.domain.query.completion import Completion, Offer, Suggestion, Term, TermKind
from homebooru.domain.query.tree import Node, Not, Tag
from homebooru.domain.query.words import metatags_from, values_from
from homebooru.domain.query.writing import write, write_value
from homebooru.domain.scope import Scope
from homebooru.errors import QuerySyntaxError
from homebooru.search.asking import ask_each
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.search.folders import folders_from
from homebooru.search.titles import titles_from

TAGGED = (None, "tag", "suggested")  # whose values are tags
TAGS = 10
ALIASES = 30
METATAGS = 4
VALUES = 40
FOLDERS = 15
TITLES = 15
PATIENCE = "100ms"
"""How long the posts that would be left are counted before it is given up."""


def complete(
    sessions: Sessions, text: str, at: int, scope: Scope, *, finder: Finder = PLAIN
) -> Completion:
    """Return what the term at a place in a search may become; the search need not make sense."""
    typed = typed_at(text, at)
    offered: list[Suggestion] = []
    with one_moment(sessions) as session:
        if typed.metatag in TAGGED:
            with finder.finding(session) as finding:
                offered = _tags(finding, typed, scope)
        offered += _others(session, typed, scope)
    return Completion(typed.start, typed.end, tuple(offered))


def with_left(
    sessions: Sessions,
    text: str,
    completion: Completion,
    scope: Scope,
    *,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> Completion:
    """Tell of each suggestion how many posts the search finds with it.

    Where that takes too long, is known already, or the search makes no sense with it, it is
    left open.
    """
    searches = [_parsed(_replaced(text, completion, one)) for one in completion.suggestions]
    wanted = [query for query in searches if query is not None]
    if all(isinstance(query.tree, Tag) for query in wanted) or _is_setting(wanted):
        return completion
    now = now or datetime.now(UTC)
    try:
        with one_moment(sessions) as session:
            session.execute(sa.text(f"set local statement_timeout = '{PATIENCE}'"))
            with finder.finding(session) as finding:
                asked = ask_each(session, wanted, scope, now, zone, finding=finding)
                numbers = iter(finding.count_each(*asked))
    except (OperationalError, QuerySyntaxError):
        return completion
    left = [None if query is None else next(numbers) for query in searches]
    pairs = zip(completion.suggestions, left, strict=True)
    return replace(completion, suggestions=tuple(replace(one, left=n) for one, n in pairs))


def read_terms(
    sessions: Sessions, texts: Iterable[str], scope: Scope, *, finder: Finder = PLAIN
) -> tuple[Term, ...]:
    """Tell what each term of a search is, as it stands by itself."""
    found = {text: _parsed(text) for text in texts}
    names = {tag for query in found.values() if query and (tag := _only_tag(query.tree))}
    with one_moment(sessions) as session, finder.finding(session) as finding:
        tags = _meant(finding, names, scope)
    return tuple(_term(text, query, tags) for text, query in found.items())


def _others(session: Session, typed: Typed, scope: Scope) -> Iterator[Suggestion]:
    if typed.metatag is None:
        if typed.prefix:
            for name in metatags_from(typed.prefix)[:METATAGS]:
                yield Suggestion(offer=Offer.METATAG, text=f"{name}:", name=name)
        return
    for value in values_from(typed.metatag, typed.prefix)[:VALUES]:
        yield Suggestion(offer=Offer.VALUE, text=value, name=value)
    for title in titles_from(session, typed.metatag, typed.prefix, scope, limit=TITLES):
        yield Suggestion(offer=Offer.VALUE, text=write_value(title), name=title)
    if typed.metatag == "folder":
        for folder in folders_from(session, typed.prefix, scope, limit=FOLDERS):
            yield Suggestion(offer=Offer.VALUE, text=write_value(folder), name=folder)


def _tags(finding: Finding, typed: Typed, scope: Scope) -> list[Suggestion]:
    """Return the tags with that prefix, and those that another name with it means."""
    prefix = "_".join(typed.prefix.lower().split())
    far = None if scope.sees_all else finding.far
    often = finding.often(prefix, scope, TAGS)
    found = {tag.name: _tag(tag, typed, far) for tag in often}
    for alias, tag in _aliases(finding, prefix, scope):
        found.setdefault(tag.name, replace(_tag(tag, typed, far), alias=alias))
    return sorted(found.values(), key=lambda one: -(one.count or 0))[:TAGS]


def _aliases(finding: Finding, prefix: str, scope: Scope) -> Iterator[tuple[str, TagView]]:
    if not prefix:
        return
    meant = finding.words.other_names(prefix, ALIASES)
    tags = finding.count_tags(set(meant.values()), scope)
    yield from ((name, tags[tag_id]) for name, tag_id in meant.items() if tag_id in tags)


def _tag(tag: TagView, typed: Typed, far: int | None) -> Suggestion:
    """Return a tag as a suggestion; posts are counted no further than `far`."""
    more = far is not None and tag.count > far
    return Suggestion(
        offer=Offer.TAG,
        text=write(Tag(tag.name)) if typed.metatag is None else write_value(tag.name),
        name=tag.name,
        category=tag.category,
        count=far if more else tag.count,
        at_least=more,
    )


def _replaced(text: str, completion: Completion, suggestion: Suggestion) -> str:
    return text[: completion.start] + suggestion.text + text[completion.end :]


def _parsed(text: str) -> Query | None:
    try:
        return parse(text)
    except QuerySyntaxError:
        return None


def _is_setting(queries: Sequence[Query]) -> bool:
    """Tell whether searches differ in how they are answered, not in what they find."""
    return len(queries) > 1 and len({query.tree for query in queries}) == 1


def _only_tag(tree: Node) -> str | None:
    """Return the tag that a term consists of, excluded or not."""
    inner = tree.part if isinstance(tree, Not) else tree
    return inner.name if isinstance(inner, Tag) else None


def _meant(finding: Finding, names: Iterable[str], scope: Scope) -> dict[str, TagView]:
    meant = finding.words.meanings(names)
    seen = finding.count_tags(set(meant.values()), scope)
    return {name: seen[tag_id] for name, tag_id in meant.items() if tag_id in seen}


def _term(text: str, query: Query | None, tags: dict[str, TagView]) -> Term:
    if query is None:
        return Term(text, TermKind.MISTAKE)
    name = _only_tag(query.tree)
    if name is None:
        return Term(text, TermKind.OTHER)
    if name not in tags:
        return Term(text, TermKind.UNKNOWN)
    return Term(text, TermKind.TAG, tags[name].category)
