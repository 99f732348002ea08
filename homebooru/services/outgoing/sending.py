"""Sends operations to Immich: as few calls as it allows, one operation an asset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from homebooru.db.engine import Sessions
from homebooru.db.queries.outgoing import pushed
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.changes import AssetChange
from homebooru.domain.outgoing.pushing import NONE, Channel, Values
from homebooru.ports.immich import ImmichUser
from homebooru.services.outgoing.aiming import Aim


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is done to an asset: tags put on, one taken off, a change, or its sidecar read again.

    `description` is what the asset has, for calls that are to change nothing.
    """

    aim: Aim
    add: Values = NONE
    remove: Values = NONE
    change: AssetChange | None = None
    description: str = ""


class Tags:
    """The tags of a user at Immich, by what they are called; made where they are wanted."""

    def __init__(self, sessions: Sessions, user: ImmichUser, owner: UUID) -> None:
        self._sessions = sessions
        self._user = user
        self._owner = owner
        self.there = {tag.value: tag.id for tag in user.tags()}
        with sessions() as session:
            known = pushed.known_tags(session, owner)
            asked = pushed.asked_about(session, owner)
        self._missing = {
            value
            for value, row in known.items()
            if self.there.get(value) != row.remote_id and not _may_return(asked, value, row.made_at)
        }

    def usable(self, values: Values) -> Values:
        """Leave out what somebody deleted or renamed over there, and nobody was asked about yet."""
        return values - self._missing

    def ids(self, values: Collection[str]) -> dict[str, UUID]:
        """Return what Immich calls tags, having made those that are not there.

        One that it would call otherwise is left out.
        """
        new = sorted(value for value in values if value not in self.there)
        if new:
            made = _with_ancestors(new) - self.there.keys()
            self._user.upsert_tags(new)
            tags = self._user.tags()
            mine = [tag for tag in tags if tag.value in made]
            keep = partial(pushed.keep_tags, owner_id=self._owner, tags=mine, made=made)
            in_transaction(self._sessions, keep)
            self.there = {tag.value: tag.id for tag in tags}
        return {value: self.there[value] for value in values if value in self.there}


def send(user: ImmichUser, tags: Tags, operations: Sequence[Operation]) -> None:
    """Send operations; that it answered is no proof that anything stays so."""
    _change(user, [one for one in operations if one.change is not None])
    rest = [one for one in operations if one.change is None]
    calls = [one for one in rest if one.aim.channel is Channel.API]
    _tag(user, tags, [one for one in calls if one.add])
    _untag(user, tags, [one for one in calls if one.remove])
    _refresh(user, [one for one in rest if one.aim.channel is Channel.SIDECAR])


def _tag(user: ImmichUser, tags: Tags, operations: Sequence[Operation]) -> None:
    ids = tags.ids({value for one in operations for value in one.add})
    alike: dict[Values, list[UUID]] = defaultdict(list)
    for one in operations:
        alike[one.add].append(one.aim.target.remote_id)
    for values, assets in alike.items():
        if found := [ids[value] for value in sorted(values) if value in ids]:
            user.tag(found, assets)


def _untag(user: ImmichUser, tags: Tags, operations: Sequence[Operation]) -> None:
    alike: dict[str, list[UUID]] = defaultdict(list)
    for one in operations:
        for value in one.remove:
            alike[value].append(one.aim.target.remote_id)
    for value, assets in alike.items():
        if value in tags.there:
            user.untag(tags.there[value], assets)


def _change(user: ImmichUser, operations: Sequence[Operation]) -> None:
    alike: dict[AssetChange, list[UUID]] = defaultdict(list)
    for one in operations:
        assert one.change is not None
        alike[one.change].append(one.aim.target.remote_id)
    for change, assets in alike.items():
        user.update(assets, change)


def _refresh(user: ImmichUser, operations: Sequence[Operation]) -> None:
    """Have sidecars read again, and found first where Immich may not know of them.

    Whoever is no administrator says of an asset what it says anyway: Immich then looks for its
    sidecar, and reads it.
    """
    new = [one for one in operations if one.aim.new and not one.aim.target.ledger.agreed]
    if new and user.account().is_admin:
        user.discover_sidecars()
        new = []
    alike: dict[str, list[UUID]] = defaultdict(list)
    for one in new:
        alike[one.description].append(one.aim.target.remote_id)
    for description, assets in alike.items():
        user.update(assets, AssetChange(description=description))
    if known := [one.aim.target.remote_id for one in operations if one not in new]:
        user.refresh(known)


def _may_return(asked: Mapping[str, datetime | None], value: str, made_at: datetime) -> bool:
    kept_at = asked.get(value)
    return kept_at is not None and kept_at > made_at


def _with_ancestors(values: Iterable[str]) -> set[str]:
    """Return tags with those that they stand under."""
    parts = (value.split("/") for value in values)
    return {"/".join(one[:end]) for one in parts for end in range(1, len(one) + 1)}
