"""Tells what is wanted of assets at Immich, and by which channel it gets there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.queries.deriving.claims import read_verdicts
from homebooru.db.queries.outgoing import beside, ledger, orders, pushed
from homebooru.db.queries.outgoing.pushes import ON, SETTING, Target
from homebooru.db.queries.outgoing.wishing import liked
from homebooru.db.queries.policy import setting
from homebooru.db.queue import Work, wake_to_follow
from homebooru.domain.claims import About, PostVerdict
from homebooru.domain.outgoing.profile import Profile
from homebooru.domain.outgoing.pushing import NONE, Channel, Values
from homebooru.domain.outgoing.sidecars import List
from homebooru.services.outgoing.choosing import choose, load_profile

Key = orders.Key
Places = Callable[[str], Key | None]
"""Where a file lies here that Immich calls by a path of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What is wanted of an asset.

    `waits` tells that its sidecar is yet to be written; `reason` why it could not be. It is `new`
    where Immich may not know of it.
    """

    target: Target
    channel: Channel = Channel.API
    wanted: Values = NONE
    facts: Mapping[str, Any] = field(default_factory=dict)
    picture: Key | None = None
    waits: bool = False
    reason: str | None = None
    new: bool = False


def aim(session: Session, targets: Sequence[Target], places: Places) -> list[Aim]:
    """Return what is wanted of assets now, as the household's profile has it."""
    pictures = _pictures(session, targets, places)
    beside = [one for one in targets if one.asset_id in pictures]
    others = [one for one in targets if one.asset_id not in pictures]
    is_on = setting(session, SETTING) == ON
    calls = _by_call(session, others) if is_on else map(_as_it_is, others)
    return [*_by_sidecar(session, beside, pictures), *calls]


def _as_it_is(one: Target) -> Aim:
    """Want nothing new: while nothing is pushed, pushes can only be taken back."""
    if one.wish == "undo":
        return _rid(one)
    facts = {name: ours for name, (ours, *_) in one.facts.items()}
    return Aim(target=one, wanted=one.ledger.agreed | one.ledger.pending, facts=facts)


def _rid(one: Target) -> Aim:
    """Want nothing of ours, not even what was put back when a push was undone."""
    return Aim(target=replace(one, ledger=replace(one.ledger, kept=NONE)))


def foreseen(session: Session, targets: Sequence[Target], places: Places) -> Iterator[Aim]:
    """Yield what would be wanted of assets, whose sidecars need not be written yet."""
    pictures = _pictures(session, targets, places)
    for one in _by_call(session, targets):
        place = pictures.get(one.target.asset_id)
        yield replace(one, channel=Channel.API if place is None else Channel.SIDECAR, picture=place)


def _by_call(session: Session, targets: Sequence[Target]) -> Iterator[Aim]:
    """Yield what the profile has of posts."""
    profile = load_profile(session)
    posts = sorted({one.post_id for one in targets if one.wish != "undo"})
    wishes, facts = choose(session, posts, profile), _facts(session, posts, profile)
    asked = {owner: pushed.asked_about(session, owner) for owner in {t.owner_id for t in targets}}
    for one in targets:
        if one.wish == "undo" or one.post_id not in wishes:
            yield _rid(one)
        else:
            tags = frozenset(wishes[one.post_id].entries.get(List.TAGS, ()))
            waiting = {value for value, kept_at in asked[one.owner_id].items() if kept_at is None}
            yield Aim(target=one, wanted=tags - waiting, facts=facts.get(one.post_id, {}))


def _pictures(session: Session, targets: Iterable[Target], places: Places) -> dict[int, Key]:
    """Return where assets of external libraries lie whose sidecars we write, or wrote."""
    found = {
        one.asset_id: place
        for one in targets
        if one.library_id is not None and (place := places(one.path)) is not None
    }
    allowed = set(orders.allowed_roots(session))
    written = ledger.kept_of(session, found.values())
    return {
        asset: place for asset, place in found.items() if place[0] in allowed or place in written
    }


def _by_sidecar(
    session: Session, targets: Sequence[Target], pictures: Mapping[int, Key]
) -> Iterator[Aim]:
    keys = [pictures[one.asset_id] for one in targets]
    kept = ledger.kept_of(session, keys, whole=True)
    found = beside.keep_places(session, pictures)
    if strays := [one.asset_id for one in targets if one.asset_id in found and one.ledger.holds]:
        orders.order_assets(session, strays, "write")
        wake_to_follow(session, Work.SIDECARS)
    undone = [pictures[one.asset_id] for one in targets if one.wish == "undo"]
    if leaving := [key for key in undone if key in kept]:
        orders.order_pictures(session, leaving, "undo")
        wake_to_follow(session, Work.SIDECARS)
    waiting = orders.reasons_at(session, keys)
    for one in targets:
        key = pictures[one.asset_id]
        ours = kept.get(key, [])
        yield replace(
            _rid(one) if one.wish == "undo" else Aim(target=one),
            channel=Channel.SIDECAR,
            wanted=frozenset(t for each in ours for t in each.owned.entries.get(List.TAGS, ())),
            picture=key,
            waits=key in waiting,
            reason=waiting.get(key),
            new=all(each.before is None for each in ours),
        )


def _facts(session: Session, posts: Collection[int], profile: Profile) -> dict[int, dict[str, Any]]:
    if not (profile.favourites or profile.stars or profile.descriptions):
        return {}
    words = read_verdicts(session, sorted(posts))
    favourites = liked(session, posts) if profile.favourites else frozenset()
    facts: dict[int, dict[str, Any]] = {}
    for post in posts:
        said = {w.about: w.value for w in words.get(post, ()) if isinstance(w, PostVerdict)}
        own: dict[str, Any] = {"favourite": True} if post in favourites else {}
        if profile.stars and said.get(About.STARS):
            own["stars"] = int(said[About.STARS] or 0)
        if profile.descriptions and said.get(About.DESCRIPTION):
            own["description"] = said[About.DESCRIPTION]
        facts[post] = own
    return facts
