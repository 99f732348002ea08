"""Tells what a wish about tags would change, before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import tags
from homebooru.db.queries.deriving.claims import read_claims, read_verdicts
from homebooru.db.queries.deriving.orders import Order, affected
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.views import post_views
from homebooru.db.tables import PostRow
from homebooru.domain.claims import Verdict, effective
from homebooru.domain.posts import PostView
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary
from homebooru.domain.vocabulary.acts import Change
from homebooru.domain.vocabulary.ways import changed
from homebooru.domain.vocabulary.wishes import Wish
from homebooru.services.tags.planning import find_ids, plan
from homebooru.services.tags.vocabulary import moved_by

LOOKED_AT = 1000
EXAMPLES = 6

Names = Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a wish would change, as far as whoever asks sees it.

    Of up to LOOKED_AT posts that it may concern each is derived; of more (`is_exact` is false) a
    sample, from which the numbers are estimated. `meanings` tells which names would mean what
    instead of what, `implied` and `not_implied` what would follow from which tag, and what no more.
    """

    posts: int
    is_exact: bool
    gains: Mapping[str, int]
    losses: Mapping[str, int]
    meanings: tuple[tuple[str, str, str], ...]
    implied: tuple[tuple[str, str], ...]
    not_implied: tuple[tuple[str, str], ...]
    examples: tuple[PostView, ...]
    changes_anything: bool


def forecast(sessions: Sessions, wish: Wish, scope: Scope) -> Forecast:
    """Return what a wish would change; nothing is written. Raises as `carry_out` does."""
    with one_moment(sessions) as session:
        ids = find_ids(session, wish)
        held = tags.load_vocabulary(session, ids.values())
        changes = plan(session, wish, ids, held)
        concerned = _concerned(held, changes)
        looked_at, total = _sample(session, concerned, scope)
        different = _compare(session, looked_at, changes)
        share = total / len(looked_at) if looked_at else 0.0
        gains = Counter(tag for one in different.values() for tag in one.gains)
        losses = Counter(tag for one in different.values() for tag in one.losses)
        moves = _Moves.between(held, changed(held, changes))
        names = {tag: name for name, tag in ids.items()}
        names |= tags.tag_names(session, list({*gains, *losses, *moves.tags}))
        return Forecast(
            posts=round(len(different) * share),
            is_exact=len(looked_at) == total,
            gains=_counts(gains, share, names),
            losses=_counts(losses, share, names),
            meanings=tuple(sorted((names[a], names[b], names[c]) for a, b, c in moves.meanings)),
            implied=_pairs(moves.implied, names),
            not_implied=_pairs(moves.not_implied, names),
            examples=_examples(session, different, scope),
            changes_anything=bool(changes),
        )


@dataclass(frozen=True, slots=True)
class _Difference:
    gains: frozenset[int]
    losses: frozenset[int]


def _concerned(held: Vocabulary, changes: Collection[Change]) -> tuple[int, ...]:
    """Return the tags whose posts would be derived anew: see `keep_part`."""
    moved = moved_by(changes)
    after = changed(held, changes)
    means = {words.resolve(tag) for tag in moved for words in (held, after)}
    named = held.aliases.keys() | held.aliases.values() | moved
    same = {tag for tag in named for words in (held, after) if words.resolve(tag) in means}
    return tuple(sorted(same | moved)) if moved else ()


def _sample(session: Session, concerned: Sequence[int], scope: Scope) -> tuple[list[int], int]:
    """Return posts that are concerned, or some of many, and how many there are."""
    if not concerned:
        return [], 0
    posts = affected(Order(0, tuple(concerned), 0, "")).subquery()
    mine = (
        sa.select(PostRow.id).join(posts, posts.c.id == PostRow.id).where(visible(scope), shown())
    ).subquery()
    total = sa.over(sa.func.count()).label("total")
    scattered = sa.select(mine.c.id, total).order_by(sa.func.hashint4(mine.c.id), mine.c.id)
    rows = session.execute(scattered.limit(LOOKED_AT)).all()
    return [row.id for row in rows], rows[0].total if rows else 0


def _compare(
    session: Session, post_ids: Sequence[int], changes: Collection[Change]
) -> dict[int, _Difference]:
    """Return how the tags of posts would differ, by post, of those that would."""
    claims, verdicts = read_claims(session, post_ids), read_verdicts(session, post_ids)
    spoken = {tag for of_post in claims.values() for claim in of_post for tag in claim.tag_ids}
    spoken |= {v.tag_id for of in verdicts.values() for v in of if isinstance(v, Verdict)}
    moved = {tag for c in changes for tag in (c.thing.tag, c.thing.other) if tag is not None}
    before = tags.load_vocabulary(session, spoken | moved)
    after, policy = changed(before, changes), load_policy(session)
    found = {}
    for post in post_ids:
        said, decided = claims.get(post, ()), verdicts.get(post, ())
        old = effective(said, decided, before, policy).tag_ids
        new = effective(said, decided, after, policy).tag_ids
        if old != new or _sorted(old, before) != _sorted(new, after):
            found[post] = _Difference(new - old, old - new)
    return found


def _sorted(tag_ids: Collection[int], vocabulary: Vocabulary) -> dict[int, Category]:
    return {tag: vocabulary.category(tag) for tag in tag_ids}


def _counts(counts: Counter[int], share: float, names: Names) -> dict[str, int]:
    return {names[tag]: round(number * share) for tag, number in counts.most_common()}


@dataclass(frozen=True, slots=True)
class _Moves:
    """Which tags would mean something else, and what would follow from what; all by id."""

    meanings: frozenset[tuple[int, int, int]]
    implied: frozenset[tuple[int, int]]
    not_implied: frozenset[tuple[int, int]]

    @classmethod
    def between(cls, held: Vocabulary, after: Vocabulary) -> _Moves:
        known = held.aliases.keys() | after.aliases.keys()
        meant = ((tag, held.resolve(tag), after.resolve(tag)) for tag in known)
        old, new = _following(held), _following(after)
        return cls(frozenset(m for m in meant if m[1] != m[2]), new - old, old - new)

    @property
    def tags(self) -> frozenset[int]:
        pairs = chain(self.implied, self.not_implied)
        return frozenset(chain(chain.from_iterable(self.meanings), chain.from_iterable(pairs)))


def _following(vocabulary: Vocabulary) -> frozenset[tuple[int, int]]:
    pairs = ((tag, other) for tag, others in vocabulary.implied.items() for other in others)
    return frozenset((tag, other) for tag, other in pairs if tag != other)


def _pairs(found: Iterable[tuple[int, int]], names: Names) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((names[tag], names[other]) for tag, other in found))


def _examples(
    session: Session, different: Mapping[int, _Difference], scope: Scope
) -> tuple[PostView, ...]:
    wanted = sorted(different, reverse=True)[:EXAMPLES]
    rows = session.scalars(sa.select(PostRow).where(any_of(PostRow.id, wanted), visible(scope)))
    return post_views(session, sorted(rows, key=lambda row: -row.id), scope)
