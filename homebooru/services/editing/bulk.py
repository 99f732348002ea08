"""Edits of all posts that a search finds, and what such an edit would change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from homebooru.db.engine import Sessions, one_moment
from homebooru.domain.editing.batches import BatchView, Preview
from homebooru.domain.editing.edits import Edit, Untouched
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.query import Query, parse
from homebooru.domain.query.tree import Node, Tag, all_of, negated
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.search.asking import ask, ask_each
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.editing.batches import edit_posts
from homebooru.services.editing.new_tags import new_tags


def edit_found(
    sessions: Sessions,
    query: str,
    script: str,
    scope: Scope,
    by: Hand,
    *,
    create: bool = False,
    finder: Finder = PLAIN,
) -> BatchView:
    """Make an edit of all posts that a search finds now; raises as `edit_posts` and searches do."""
    wanted = _searched(query)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        found = finding.find(*ask(session, wanted, scope, datetime.now(UTC), None, finding=finding))
        ids = found.page(0, found.count())
    return edit_posts(sessions, ids, script, scope, by, query=query, create=create)


def preview(
    sessions: Sessions, query: str, script: str, scope: Scope, *, finder: Finder = PLAIN
) -> Preview:
    """Return what an edit of all posts that a search finds would change."""
    wanted, edit = _searched(query), read_edit(script)
    parts = [*_parts(edit), *_others(edit)]
    queries = [wanted, *(replace(wanted, tree=all_of(wanted.tree, part)) for _, part in parts)]
    with one_moment(sessions) as session:
        with finder.finding(session) as finding:
            ready, asked = ask_each(
                session, queries, scope, datetime.now(UTC), None, finding=finding
            )
            posts, *counts = finding.count_each(ready, asked)
        changed = {name: count for (name, _), count in zip(parts, counts, strict=True)}
        return Preview(
            posts=posts,
            gains={name: changed[name] for name in sorted(edit.add)},
            losses={name: changed[name] for name in sorted(edit.remove)},
            others={name: changed[name] for name, _ in _others(edit)},
            new=new_tags(session, edit.add, scope),
        )


def _searched(text: str) -> Query:
    query = parse(text)
    if query.limit is not None:
        raise InvalidInput(
            phrase("limit: says how long a page is; an edit is of all that is found.")
        )
    return query


def _parts(edit: Edit) -> list[tuple[str, Node]]:
    """Return for each tag of an edit what a post has to be so that the edit changes it."""
    missing = [(name, negated(Tag(name))) for name in sorted(edit.add)]
    return [*missing, *((name, Tag(name)) for name in sorted(edit.remove))]


def _others(edit: Edit) -> list[tuple[str, Node]]:
    """Return what else an edit changes that a search can tell apart: the rating."""
    if isinstance(edit.rating, Untouched):
        return []
    name = "none" if edit.rating is None else edit.rating.value
    return [(f"rating:{name}", parse(f"-rating:{name}").tree)]
