"""What people did in Immich with tags of ours: a word on single pictures, a question where it is more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from homebooru.domain.fields import path_in_tags_list
from homebooru.domain.outgoing.naming import read_back
from homebooru.domain.outgoing.profile import Profile
from homebooru.domain.spelling import CATEGORIES

SINGLE = 20
"""From so many pictures a tag may be taken at once and still mean a word on each."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A tag of ours that is not on an asset any more, or one like ours that came to be there."""

    asset_id: int
    value: str


@dataclass(slots=True)
class Acts:
    """What differences mean: words on assets, and questions of tags by what became of them."""

    words: list[Difference] = field(default_factory=list)
    taken: dict[str, list[int]] = field(default_factory=dict)
    gone: dict[str, list[int]] = field(default_factory=dict)


def weigh(lost: Iterable[Difference], values: Collection[str]) -> Acts:
    """Tell what it means that assets lost tags; `values` are those that there still are in Immich."""
    by_value: dict[str, list[int]] = {}
    for one in lost:
        by_value.setdefault(one.value, []).append(one.asset_id)
    acts = Acts()
    for value, assets in by_value.items():
        if value not in values:
            acts.gone[value] = assets
        elif len(assets) > SINGLE:
            acts.taken[value] = assets
        else:
            acts.words += [Difference(asset, value) for asset in assets]
    return acts


def names_of(values: Iterable[str], profile: Profile) -> Mapping[str, str]:
    """Return which tags of ours values spell that stand where we write; others are left out."""
    names = {}
    for value in values:
        path = path_in_tags_list(value)
        if profile.root and path[0] != profile.root:
            continue
        *above, leaf = path[1:] if profile.root else path
        category = CATEGORIES.get(above[-1].lower()) if above else None
        if category is not None and (name := read_back(leaf, category, profile)):
            names[value] = name
    return names
