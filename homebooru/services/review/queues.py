"""What a queue of review is: it finds questions, and asks them as long as they are open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.deriving.claims import read_claims, read_verdicts
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.tags import load_vocabulary
from homebooru.db.tables import PostRow
from homebooru.domain.claims import Claim, Effective, effective
from homebooru.domain.policy import Policy
from homebooru.domain.query import Query
from homebooru.domain.query.tree import Node
from homebooru.domain.review.items import Item, Key
from homebooru.domain.review.teaching import Open
from homebooru.domain.scope import Scope
from homebooru.domain.vocabulary import Vocabulary
from homebooru.search.asking import ask
from homebooru.search.finding import Finding, Found
from homebooru.services.tags.deriving import tags_in


class Queue(Protocol):
    """Where questions come from. A new queue is a new one of these, in `services/review/known`."""

    @property
    def name(self) -> str:
        """What it is called in addresses."""

    @property
    def posts(self) -> Node:
        """What finds the posts that wait in it."""

    def find(
        self, session: Session, finding: Finding, scope: Scope, skipped: Collection[Key]
    ) -> list[Open]:
        """Return questions to choose a batch from, without those that somebody skipped."""

    def ask(self, session: Session, keys: Sequence[Key], scope: Scope) -> dict[Key, Item]:
        """Return those questions that are still open, as they are put."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a post, and what follows from it."""

    claims: Sequence[Claim]
    outcome: Effective


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some posts, with what it is to be read by."""

    posts: Mapping[int, Told]
    vocabulary: Vocabulary
    policy: Policy


def know(session: Session, post_ids: Collection[int], scope: Scope) -> Known:
    """Return what is said of those of some posts that somebody is shown."""
    mine = sa.select(PostRow.id).where(any_of(PostRow.id, list(post_ids)), visible(scope), shown())
    seen = list(session.scalars(mine))
    claims, verdicts = read_claims(session, seen), read_verdicts(session, seen)
    vocabulary, policy = load_vocabulary(session, tags_in(claims, verdicts)), load_policy(session)
    told = {
        post: Told(
            claims.get(post, ()),
            effective(claims.get(post, ()), verdicts.get(post, ()), vocabulary, policy),
        )
        for post in seen
    }
    return Known(told, vocabulary, policy)


def found_by(session: Session, finding: Finding, node: Node, scope: Scope) -> Found:
    """Return the posts that a term of a search finds."""
    query, asked = ask(session, Query(node), scope, datetime.now(UTC), None, finding=finding)
    return finding.find(query, asked)
