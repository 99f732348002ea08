"""Tells how sidecars are, and what would be written, before anything is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.outgoing import beside, ledger
from homebooru.db.queries.outgoing.previewing import candidates
from homebooru.db.queries.roots import find_root
from homebooru.domain.intake import spelled
from homebooru.domain.outgoing.sidecars import Kept, List, RootSidecars, Wish, heeding
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound, NotWritten
from homebooru.phrases import phrase
from homebooru.ports import SidecarKeeper
from homebooru.services.outgoing.choosing import choose, load_profile

LOOKED_AT = 1000
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A sidecar that would be written: its path, and the tags in it."""

    path: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be written beside the first pictures of a root.

    Of the `looked_at` there are `new` sidecars, `changed` ones, and `refused` ones by reason;
    `groups` is the tree of tags with how often each branch comes.
    """

    looked_at: int = 0
    more: bool = False
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: Mapping[str, int]
    groups: Mapping[str, int]
    examples: tuple[Example, ...] = ()


def sidecars_by_root(sessions: Sessions) -> dict[int, RootSidecars]:
    """Return how the sidecars of each root are, where anything was ever written or ordered."""
    with one_moment(sessions) as session:
        return ledger.count_by_root(session)


def preview(
    sessions: Sessions, keeper: SidecarKeeper, root_id: int, scope: Scope, *, limit: int = LOOKED_AT
) -> Preview:
    """Tell what would be written beside the pictures of a root; nothing is. Raises NotFound."""
    with one_moment(sessions) as session:
        root = find_root(session, root_id)
        if root is None:
            raise NotFound(phrase("There is no such folder in the library."))
        path = root.path
        wishes, more = _wishes(session, root_id, scope, limit)
    plans = keeper.plan(path, wishes)
    refused = Counter(str(plan) for plan in plans.values() if isinstance(plan, NotWritten))
    real = {p: plan for p, plan in plans.items() if not isinstance(plan, NotWritten)}
    changing = {picture: plan for picture, plan in real.items() if plan.changes}
    tags = {picture: wishes[picture][0].entries.get(List.TAGS, ()) for picture in changing}
    return Preview(
        looked_at=len(wishes),
        more=more,
        new=sum(plan.now is None for plan in changing.values()),
        changed=sum(plan.now is not None for plan in changing.values()),
        same=len(real) - len(changing),
        refused=dict(refused.most_common()),
        groups=dict(Counter(_group(tag) for each in tags.values() for tag in each).most_common()),
        examples=tuple(
            Example(spelled(changing[picture].path), tags[picture])
            for picture in sorted(changing)[:EXAMPLES]
        ),
    )


def _wishes(
    session: Session, root_id: int, scope: Scope, limit: int
) -> tuple[dict[bytes, tuple[Wish, list[Kept]]], bool]:
    profile = load_profile(session)
    unreviewed = bool(profile.kinds)
    places = candidates(session, root_id, scope, unreviewed=unreviewed, limit=limit + 1)
    more = len(places) > limit
    places = dict(list(places.items())[:limit])
    chosen = choose(session, sorted(set(places.values())), profile)
    keys = [(root_id, picture) for picture in places]
    kept, held = ledger.kept_of(session, keys), beside.held_at(session, keys)
    wishes = {
        picture: (
            heeding(chosen[post], held.get((root_id, picture))),
            kept.get((root_id, picture), []),
        )
        for picture, post in places.items()
        if post in chosen
    }
    return {p: w for p, w in wishes.items() if w[0] or w[1]}, more


def _group(tag: str) -> str:
    return tag.rpartition("/")[0]
