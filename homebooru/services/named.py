"""Finds by the names of files what no tag finds."""

from __future__ import annotations

from datetime import UTC, datetime

from homebooru.db.engine import Sessions, one_moment
from homebooru.domain.posts import SearchAnswer, UnknownTag
from homebooru.domain.query import parse
from homebooru.domain.query.writing import write_value
from homebooru.domain.scope import Scope
from homebooru.errors import QuerySyntaxError
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder


def by_file_names(
    sessions: Sessions, answer: SearchAnswer, scope: Scope, *, finder: Finder = PLAIN
) -> str | None:
    """Return the search that looks for unknown tags in file names, where that finds something.

    Searches themselves stay exact: this is for one that found nothing.
    """
    if answer.count or not answer.unknown:
        return None
    text = answer.query
    for unknown in sorted(answer.unknown, key=lambda tag: -tag.position):
        text = _instead(text, unknown)
    return text if text != answer.query and _finds(sessions, text, scope, finder) else None


def _instead(text: str, unknown: UnknownTag) -> str:
    """Put the names of files in the place of a tag; what is spelled otherwise stays."""
    end = unknown.position + len(unknown.name)
    if text[unknown.position : end].lower() != unknown.name:
        return text
    return text[: unknown.position] + _named(unknown.name) + text[end:]


def _named(word: str) -> str:
    spellings = dict.fromkeys((word, word.replace("_", " ")))
    terms = [f"filename:{write_value(f'*{spelling}*')}" for spelling in spellings]
    return terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"


def _finds(sessions: Sessions, text: str, scope: Scope, finder: Finder) -> bool:
    try:
        query = parse(text)
    except QuerySyntaxError:
        return False
    with one_moment(sessions) as session, finder.finding(session) as finding:
        return (
            finding.find(
                *ask(session, query, scope, datetime.now(UTC), None, finding=finding)
            ).count()
            > 0
        )
