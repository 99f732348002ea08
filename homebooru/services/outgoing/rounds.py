"""Rounds of a push: what is to be done with each asset, done, settled, read back, until it ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.outgoing import pushed, pushes
from homebooru.db.queries.outgoing.pushes import Entry, Target
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.assets import AssetDetail, Visibility
from homebooru.domain.outgoing.facts import FactChange, compare_facts, facts_of
from homebooru.domain.outgoing.pushing import (
    TRIES,
    UNREAD,
    UNSETTLED,
    UNWRITABLE,
    VANISHED,
    Channel,
    Difference,
    Ledger,
    Sending,
    State,
    Values,
    compare,
    is_under_way,
    sending,
)
from homebooru.ports import Progress
from homebooru.ports.immich import ImmichUser
from homebooru.services.outgoing.aiming import Aim, Places
from homebooru.services.outgoing.sending import Operation, Tags, send
from homebooru.services.outgoing.settling import Pause, Settler

LATER = timedelta(minutes=1)
MOST_WAITS = 30


@dataclass(slots=True)
class Pushed:
    """What a push came to: assets that are as wanted for certain, and those that are not."""

    verified: int = 0
    failed: int = 0


@dataclass(slots=True)
class Pusher:
    """A push as it goes on; `reason` is what went wrong, and some of it `waits` to be tried again."""

    sessions: Sessions
    users: Mapping[UUID, ImmichUser]
    progress: Progress
    places: Places
    pause: Pause
    worker_id: int | None
    pushed: Pushed = field(default_factory=Pushed)
    tags: dict[UUID, Tags] = field(default_factory=dict)
    reason: str | None = None
    waits: bool = False
    latest: datetime = datetime.min.replace(tzinfo=UTC)

    def tags_of(self, user: ImmichUser, owner: UUID) -> Tags:
        """Return the tags of a user, read once in a push."""
        if owner not in self.tags:
            self.tags[owner] = Tags(self.sessions, user, owner)
        return self.tags[owner]

    def latest_of(self, details: Mapping[UUID, AssetDetail | None]) -> datetime:
        """Return the latest time of change that Immich ever told in this push, these included.

        It is its own clock: whatever is sent from now on, an asset changes after that.
        """
        told = (detail.asset.updated_at for detail in details.values() if detail is not None)
        self.latest = max((self.latest, *told))
        return self.latest


@dataclass(slots=True)
class Rounds:
    """Operations on some assets of a user, each followed by a look at what came of it."""

    pusher: Pusher
    user: ImmichUser
    tags: Tags
    active: dict[UUID, Aim]
    before: dict[UUID, Difference] = field(default_factory=dict)
    lost: list[Target] = field(default_factory=list)
    acts: list[pushed.Act] = field(default_factory=list)

    def go(self) -> None:
        """Go on until every asset has ended, or is left for later."""
        seen = {Visibility(one.target.visibility) for one in self.active.values()}
        goes_on = self.pusher.progress.goes_on
        settler = Settler(self.user, seen, self.pusher.pause, goes_on)
        details = dict(self.user.details(self.active.keys()))
        while self.active:
            since = self.pusher.latest_of(details)
            waiting = self._round(details)
            details = settler.settle(waiting, since)
            if not goes_on():
                postpone(self.pusher, [one.target for one in self.active.values()], timedelta())
                return
            late = [self.active.pop(one) for one in waiting.keys() - details.keys()]
            in_transaction(self.pusher.sessions, partial(_note_late, aims=late))

    def _round(self, details: Mapping[UUID, AssetDetail | None]) -> dict[UUID, datetime]:
        """Do what is to be done next; return the assets to wait for, by the times they bear."""
        operations: list[Operation] = []
        ends: list[Entry] = []
        waiting: dict[UUID, datetime] = {}
        self.acts = []
        for one, detail in details.items():
            step = self._step(self.active[one], detail)
            if isinstance(step, Entry):
                ends.append(step)
                self._end(one, step)
                continue
            assert detail is not None
            waiting[one] = detail.asset.updated_at
            if step is not None:
                operations.append(step)
        in_transaction(self.pusher.sessions, partial(self._note, operations=operations, ends=ends))
        send(self.user, self.tags, operations)
        return waiting

    def _step(self, one: Aim, detail: AssetDetail | None) -> Entry | Operation | None:
        """Tell how an asset has ended, or what is to be done; None where something is under way."""
        target = one.target
        if detail is None:
            return entry_of(one, State.FAILED, target.ledger, VANISHED)
        theirs = frozenset(tag.value for tag in detail.tags)
        if is_under_way(target.ledger, theirs, detail.asset.updated_at):
            return None
        again = target.wish == "again" and target.remote_id not in self.before
        found = compare(one.wanted, theirs, _ours_there(one, theirs), again=again)
        if one.channel is Channel.SIDECAR:
            self._note_brought(target, found)
        facts = compare_facts(one.facts, facts_of(detail), target.facts)
        if not found and not facts.change:
            known = replace(found.ledger, tries=0)
            end = replace(entry_of(one, State.VERIFIED, known), facts=facts.last)
            return replace(end, seen=theirs, read_at=datetime.now(UTC))
        todo, before = _whole(found, facts), self.before.get(target.remote_id)
        self.before[target.remote_id] = todo
        step = sending(replace(todo, ledger=found.ledger), detail.asset.updated_at, before=before)
        if step.ledger.tries >= TRIES:
            known = replace(found.ledger, tries=0)
            reason = UNWRITABLE if one.channel is Channel.API else UNREAD
            end = entry_of(one, State.FAILED, known, reason)
            return replace(end, seen=theirs, read_at=datetime.now(UTC))
        return self._operation(one, detail, found, facts, step)

    def _note_brought(self, target: Target, found: Difference) -> None:
        """Note what comes and goes by a sidecar now, though Immich may have read it already."""
        brought = (found.add | found.ledger.agreed) - target.ledger.agreed - target.ledger.pending
        if brought or found.remove:
            act = pushed.Act(asset_id=target.asset_id, added=brought, removed=found.remove)
            self.acts.append(act)

    def _operation(
        self,
        one: Aim,
        detail: AssetDetail,
        found: Difference,
        facts: FactChange,
        step: Sending,
    ) -> Operation:
        target = one.target
        if facts.change:
            step = Sending(replace(found.ledger, tries=step.ledger.tries, stamp=step.ledger.stamp))
        elif one.channel is Channel.SIDECAR:
            step = replace(step, ledger=replace(step.ledger, pending=found.add))
        kept = facts.last if facts.change else target.facts
        self.active[target.remote_id] = replace(
            one, target=replace(target, ledger=step.ledger, facts=kept)
        )
        return Operation(
            aim=self.active[target.remote_id],
            add=step.add,
            remove=step.remove,
            change=facts.asked() if facts.change else None,
            description=detail.exif.description if detail.exif else "",
        )

    def _note(
        self, session: Session, *, operations: Sequence[Operation], ends: Sequence[Entry]
    ) -> None:
        """Write down what is about to be sent, and what has come to its end."""
        applied = [entry_of(one.aim, State.APPLIED, one.aim.target.ledger) for one in operations]
        pushes.keep(session, [*applied, *ends])
        pushes.finish(session, [end.asset_id for end in ends])
        pushes.forget(session, [end.asset_id for end in ends if _is_idle(end)])
        calls = [
            pushed.Act(asset_id=one.aim.target.asset_id, added=one.add, removed=one.remove)
            for one in operations
            if one.aim.channel is Channel.API and (one.add or one.remove)
        ]
        pushes.hold(session, [one.aim.target.asset_id for one in operations])
        pushed.note_acts(session, [*calls, *self.acts])

    def _end(self, one: UUID, end: Entry) -> None:
        target = self.active.pop(one).target
        if end.state is State.VERIFIED:
            self.pusher.pushed.verified += 1
            return
        self.pusher.pushed.failed += 1
        self.pusher.progress.report_error(target.path, str(end.reason))
        if end.reason == UNWRITABLE:
            self.lost.append(target)


def postpone(pusher: Pusher, targets: Iterable[Target], after: timedelta) -> None:
    """Let others have assets, or look at them later."""
    ids = [target.asset_id for target in targets]
    in_transaction(pusher.sessions, partial(pushes.release, asset_ids=ids, after=after))


def note_ends(session: Session, *, ends: Sequence[Entry]) -> None:
    """Keep how assets have ended, and strike their orders."""
    pushes.keep(session, ends)
    pushes.finish(session, [end.asset_id for end in ends])


def _note_late(session: Session, *, aims: Sequence[Aim]) -> None:
    """Look later at what Immich has yet to read again, and after a day or so no more."""
    waits = pushes.attempts(session, [one.target.asset_id for one in aims])
    given_up = [one for one in aims if waits.get(one.target.asset_id, 0) > MOST_WAITS]
    ends = [entry_of(one, State.FAILED, one.target.ledger, UNSETTLED) for one in given_up]
    note_ends(session, ends=ends)
    patient = [one.target.asset_id for one in aims if one not in given_up]
    pushes.release(session, patient, after=LATER)


def _ours_there(one: Aim, theirs: Values) -> Ledger:
    """Return what is known of an asset, and that what our sidecar says there is ours.

    Immich may have read it before we asked for that.
    """
    ledger = one.target.ledger
    if one.channel is Channel.API:
        return ledger
    return replace(ledger, agreed=ledger.agreed | (one.wanted & theirs))


def _whole(found: Difference, facts: FactChange) -> Difference:
    """Count what else is to be changed with the tags."""
    return replace(found, add=found.add | {f"\0{name}" for name in facts.change})


def entry_of(one: Aim, state: State, ledger: Ledger, reason: str | None = None) -> Entry:
    """Return a line of the ledger about an asset."""
    target = one.target
    return Entry(
        asset_id=target.asset_id,
        channel=one.channel,
        state=state,
        ledger=ledger,
        wanted=one.wanted,
        facts=target.facts,
        reason=reason,
    )


def _is_idle(end: Entry) -> bool:
    """Tell whether nothing of an asset is ours, nor to be remembered."""
    ledger: Any = end.ledger
    lists = (getattr(ledger, name) for name in pushes.LISTS)
    return end.state is State.VERIFIED and not any(lists) and not end.facts and not end.wanted
