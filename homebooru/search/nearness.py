"""Puts the posts that are nearest to a picture or to words in the place of `similar:` and `near:`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries import looks
from homebooru.db.queries.alike import asked as pictures
from homebooru.db.queries.alike import nearest, spaces
from homebooru.db.queries.scope import visible
from homebooru.db.tables import LookRow, PostRow, ReadTextRow
from homebooru.domain.alike.spaces import BUILT_IN_BEFORE
from homebooru.domain.query import Query
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tokens import Piece
from homebooru.domain.query.tree import (
    And,
    Interval,
    Is,
    Leaf,
    Measure,
    Near,
    Node,
    Not,
    Number,
    Similar,
    Status,
    all_of,
    leaves,
    mapped,
)
from homebooru.domain.scope import Scope
from homebooru.phrases import phrase
from homebooru.search.finding import Finding
from homebooru.search.plain import Asked

MOST = 500
"""As many of the nearest are found, however far they are."""
LEFT = 10_000
"""Posts that wait to be described, of which is looked whether they would be asked about."""
NOWHERE = Piece("", 0)

Ask = Near | Similar


def check_nearness(session: Session, said: Query, ready: Query, scope: Scope) -> None:
    """Raise QuerySyntaxError where a search is to be near to what nobody described."""
    for leaf in dict.fromkeys(leaves(ready.tree)):
        if isinstance(leaf, Ask):
            _Nearness(session, scope, _place(said, leaf)).directions(leaf)


def nearest_put_in(session: Session, finding: Finding, query: Query, asked: Asked) -> Query:
    """Return a search that names the posts nearest to what it is to be near, nearest first.

    They are the nearest of those that the rest of the search finds, where that stands beside; all
    of these, unless they are more than MOST, which the search then tells. So it does of those that
    are not described yet.
    """
    wanted = dict.fromkeys(leaf for leaf in leaves(query.tree) if isinstance(leaf, Ask))
    if not wanted:
        return query
    nearness = _Nearness(session, asked.scope, NOWHERE)
    near = {leaf: nearness.nearest(finding, leaf, _rest(query, leaf), asked) for leaf in wanted}

    def put_in(leaf: Leaf) -> Node:
        if not isinstance(leaf, Ask):
            return leaf
        return Number(Measure.ID, tuple(Interval(one, one) for one in sorted(near[leaf].ids)))

    first = next(iter(near.values()))
    order = query.order
    if not query.says_order and first.ids:
        order = Order(OrderBy.CUSTOM, descending=False, named=",".join(map(str, first.ids)))
    is_cut = any(one.is_cut for one in near.values())
    return replace(
        query,
        tree=mapped(query.tree, put_in),
        order=order,
        nearest=MOST if is_cut else None,
        undescribed=len(frozenset().union(*(one.undescribed for one in near.values()))),
    )


def direction_of_post(
    session: Session, post_id: int
) -> tuple[sa.FromClause, Sequence[float]] | None:
    """Return where a post points, and the table of what it is compared with.

    That is of the model that serves, or of our own descriptor where that lacks the post: of how it
    was before its last change, while it still describes posts anew. None where nobody looked yet.
    """
    row = spaces.serving(session) or spaces.find(session, BUILT_IN_BEFORE)
    vector = None if row is None else spaces.find_vector(session, row, post_id)
    if row is not None and vector is not None:
        return spaces.vectors_of(row), vector
    look = looks.find_look(session, post_id)
    return None if look is None else (LookRow.__table__, look)


def _place(said: Query, leaf: Ask) -> Piece:
    """Return where a term stands, or the saved search that brought it."""
    return said.mentions.get(leaf) or next(iter(said.mentions.values()), NOWHERE)


def _rest(query: Query, leaf: Ask) -> Query:
    """Return what else all posts must fulfil that are found because they are near."""
    parts = query.tree.parts if isinstance(query.tree, And) else (query.tree,)
    others = [part for part in parts if not any(isinstance(one, Ask) for one in leaves(part))]
    rest = replace(query, tree=all_of(*others) if leaf in parts else all_of())
    if isinstance(leaf, Near) or not leaf.ids:
        return rest
    itself = Number(Measure.ID, tuple(Interval(one, one) for one in sorted(leaf.ids)))
    return replace(rest, tree=all_of(rest.tree, Not(itself)))


@dataclass(frozen=True, slots=True)
class _Nearest:
    ids: Sequence[int]
    is_cut: bool
    undescribed: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Nearness:
    """What somebody may compare posts with; mistakes are told at a place in their search."""

    session: Session
    scope: Scope
    at: Piece

    def nearest(self, finding: Finding, leaf: Ask, rest: Query, asked: Asked) -> _Nearest:
        """Return those of what the rest finds that are nearest to any that is asked for."""
        among = finding.find(rest, asked)
        waiting = self._unread(finding, rest, asked)
        found: dict[int, float] = {}
        undescribed: set[int] = set()
        for vectors, direction in self.directions(leaf):
            left = among.within(spaces.waiting(self.session, vectors, LEFT))
            undescribed |= spaces.lacking(self.session, vectors, {*left, *waiting})
            for post, distance in nearest.nearest(self.session, vectors, direction, among, MOST):
                found[post] = min(distance, found.get(post, distance))
        ids = sorted(found, key=lambda post: (found[post], -post))[:MOST]
        return _Nearest(ids, len(ids) == MOST < among.count(), frozenset(undescribed))

    @staticmethod
    def _unread(finding: Finding, rest: Query, asked: Asked) -> Sequence[int]:
        """Return those of what the rest finds whose pictures were not read yet."""
        unread = replace(rest, tree=all_of(rest.tree, Is(Status.PENDING)))
        return finding.find(unread, asked).page(0, LEFT)

    def directions(self, leaf: Ask) -> list[tuple[sa.FromClause, Sequence[float]]]:
        """Return what posts are compared with, and the table in which theirs is."""
        if isinstance(leaf, Near):
            return [self._of_words(leaf.text)]
        posts = [self._of_post(post) for post in sorted(leaf.ids)]
        return posts + [self._of_picture(key) for key in sorted(leaf.pictures)]

    def _of_picture(self, key: str) -> tuple[sa.FromClause, Sequence[float]]:
        row = pictures.find(self.session, key, self.scope)
        if row is None:
            self._refuse(
                key, phrase("This picture was forgotten, or is not yours. Search with it again.")
            )
        vectors, direction, _ = pictures.direction_of(self.session, row)
        return vectors, direction

    def _of_post(self, post_id: int) -> tuple[sa.FromClause, Sequence[float]]:
        seen = sa.select(PostRow.id).where(PostRow.id == post_id, visible(self.scope))
        if self.session.scalar(seen) is None:
            self._refuse(post_id, phrase("There is no post {post_id}.", post_id=post_id))
        direction = direction_of_post(self.session, post_id)
        if direction is None:
            self._refuse(
                post_id,
                phrase("What post {post_id} looks like is not known yet.", post_id=post_id),
            )
        return direction

    def _of_words(self, text: str) -> tuple[sa.FromClause, Sequence[float]]:
        row = spaces.reading(self.session)
        if row is None:
            self.at.fail(
                phrase(
                    "near: needs a model that reads words, and none describes posts here. "
                    "An administrator chooses one under System, Sources."
                )
            )
        read = sa.select(ReadTextRow.vector).where(
            ReadTextRow.space == row.name, ReadTextRow.text == text
        )
        vector = self.session.scalar(read)
        if vector is None:
            self.at.fail(
                phrase(
                    "The model {name} did not read these words yet. Search for them in the "
                    "gallery; where that tells the same, its files are not there any more.",
                    name=row.name,
                )
            )
        numbers = np.frombuffer(vector, looks.HALF).astype(np.float32)
        return spaces.vectors_of(row), numbers.tolist()

    def _refuse(self, named: int | str, message: str) -> NoReturn:
        """Tell of a post at its number, and of a picture at its key."""
        for part in self.at.split(","):
            if part.text == str(named):
                part.fail(message)
        self.at.fail(message)
