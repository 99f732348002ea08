"""The index by itself, of a library that is copied until it is as large as wanted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from search_questions import PAGE, Question
from sqlalchemy.orm import Session

from homebooru.db.tables import PostRow
from homebooru.domain.query import parse
from homebooru.domain.scope import EVERYTHING
from homebooru.search.asking import ask
from homebooru.search.index import snapshot
from homebooru.search.index.bitmaps import Ids
from homebooru.search.index.finding import IndexFinding
from homebooru.search.index.reading import Batch, read_posts
from homebooru.search.index.related import Related
from homebooru.search.index.table import PostTable
from homebooru.search.index.words import WordTable, read_words
from homebooru.services.searching import RELATED

EDITED = 250  # posts


def loaded(session: Session, file: Path) -> IndexFinding:
    """Return the index that a file holds."""
    held = snapshot.load(file, snapshot.head_of(session, ""))
    assert held is not None
    table, words, _ = held
    return IndexFinding(session, table, words, Related(table.tags))


def grown(session: Session, copies: int) -> IndexFinding:
    """Return an index that holds each post of the library so many times, each with ids of its own."""
    table, words = PostTable(), WordTable()
    words.put(read_words(session))
    batches = list(read_posts(session))
    last = int(batches[-1].ids[-1])
    for copy in range(copies):
        for batch in batches:
            table.put(_moved(batch, copy * last))
    return IndexFinding(session, table, words, Related(table.tags))


def times(
    index: IndexFinding, questions: Mapping[str, Sequence[Question]], rounds: int
) -> dict[str, list[float]]:
    """Return the milliseconds that page, count and related tags take, by kind of question."""
    taken: dict[str, list[float]] = {kind: [] for kind in questions}
    for number in range(rounds + 1):
        for kind, asked in questions.items():
            each = [_answered(index, question) for question in asked]
            taken[kind] += each if number else []  # the first round puts tags in order
    return taken


def edits(index: IndexFinding) -> list[float]:
    """Return the milliseconds that the index takes to take up a post that changed, for many posts.

    Each loses a tag and gets it back. They are spread over all copies, and nobody asked for them
    before.
    """
    last = index.session.scalars(sa.select(sa.func.max(PostRow.id))).one()
    taken = []
    for place, post_id in enumerate(np.linspace(1, index.table.size - 1, EDITED, dtype=int)):
        copy, number = divmod(int(post_id) - 1, last)
        for post in read_posts(index.session, [number + 1]):
            there = _moved(post, copy * last)
            fewer = np.delete(post.tags, place % len(post.tags)) if len(post.tags) else post.tags
            less = replace(there, tags=fewer, lengths=np.array([len(fewer)]))
            taken += [_put(index.table, less), _put(index.table, there)]
    return taken


def _put(table: PostTable, post: Batch) -> float:
    start = time.perf_counter()
    table.put(post)
    return 1000 * (time.perf_counter() - start)


def _answered(index: IndexFinding, question: Question) -> float:
    said, now = parse(question.text), datetime.now(UTC)
    query, asked = ask(index.session, said, EVERYTHING, now, None, finding=index)
    start = time.perf_counter()
    found = index.find(query, asked)
    found.count()
    found.page(question.offset, PAGE)
    found.related(RELATED)
    return 1000 * (time.perf_counter() - start)


def _moved(batch: Batch, by: int) -> Batch:
    """Return the same posts with later ids."""

    def later(ids: Ids) -> Ids:
        return ids + np.uint32(by)

    def each(members: Mapping[Any, Ids]) -> dict[Any, Ids]:
        return {name: later(ids) for name, ids in members.items()}

    owners, addresses = batch.addresses
    return replace(
        batch,
        ids=later(batch.ids),
        parents=np.where(batch.parents > 0, later(batch.parents), batch.parents),
        ratings=each(batch.ratings),
        mimes=each(batch.mimes),
        sources=each(batch.sources),
        telling=each(batch.telling),
        liked=each(batch.liked),
        mirrored=each(batch.mirrored),
        held={holder: each(held) for holder, held in batch.held.items()},
        located=replace(batch.located, posts=later(batch.located.posts)),
        addresses=(later(owners), addresses),
    )
