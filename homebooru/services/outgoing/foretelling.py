"""Tells what a push would put on assets at Immich, before anything is; Immich is not asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.outgoing import pushes
from homebooru.domain.scope import Scope
from homebooru.services.outgoing.aiming import Aim, Places, foreseen

BATCH, LOOKED_AT = 500, 5000
EXAMPLES = 3
LEAVES = 30


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of the tree of tags: how many tags stand on it, and how often all of them come.

    `leaves` are the most frequent, as they would be called, with how often each comes.
    """

    name: str
    tags: int
    times: int
    leaves: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """An asset with what would be on it, and its post."""

    post_id: int
    name: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """What would be on the first assets: how many `assets` get tags of all `looked_at`."""

    looked_at: int = 0
    more: bool = False
    assets: int = 0
    by_sidecar: int = 0
    times: int = 0
    branches: tuple[Branch, ...] = ()
    examples: tuple[Shown, ...] = ()


@dataclass(slots=True)
class _Count:
    times: Counter[str] = field(default_factory=Counter)
    assets: int = 0
    by_sidecar: int = 0
    examples: list[Shown] = field(default_factory=list)

    def add(self, one: Aim) -> None:
        if one.wanted:
            self.assets += 1
            self.by_sidecar += one.picture is not None
            self.times.update(one.wanted)
            if len(self.examples) < EXAMPLES:
                name = one.target.path.rpartition("/")[2]
                self.examples.append(Shown(one.target.post_id, name, tuple(sorted(one.wanted))))


def foretell(
    sessions: Sessions, places: Places, scope: Scope, *, limit: int = LOOKED_AT
) -> Foretold:
    """Tell what would be put on assets, by what their posts have now."""
    count, looked_at, after = _Count(), 0, 0
    while looked_at < limit:
        with one_moment(sessions) as session:
            targets = pushes.targets_after(
                session, after, scope, limit=min(BATCH, limit - looked_at)
            )
            for one in foreseen(session, targets, places):
                count.add(one)
        if not targets:
            break
        looked_at, after = looked_at + len(targets), targets[-1].asset_id
    with sessions() as session:
        more = bool(pushes.targets_after(session, after, scope, limit=1))
    return Foretold(
        looked_at=looked_at,
        more=more,
        assets=count.assets,
        by_sidecar=count.by_sidecar,
        times=count.times.total(),
        branches=_branches(count.times),
        examples=tuple(count.examples),
    )


def _branches(times: Mapping[str, int]) -> tuple[Branch, ...]:
    branches: dict[str, Counter[str]] = defaultdict(Counter)
    for value, often in sorted(times.items()):
        branch, _, leaf = value.rpartition("/")
        branches[branch][leaf] = often
    return tuple(
        Branch(name, len(leaves), leaves.total(), tuple(leaves.most_common(LEAVES)))
        for name, leaves in sorted(branches.items())
    )
