"""Asks boorus about the posts that are due, side by side, and keeps what they say."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.lookups import asked
from homebooru.db.queries.lookups.asked import Wanted
from homebooru.db.queries.lookups.services import now
from homebooru.db.queries.records import any_of
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RecordRow
from homebooru.domain.lookups.outcomes import KNOWN, MISS, Found, Outcome
from homebooru.errors import RemoteError
from homebooru.ports import Booru, Progress
from homebooru.services.lookups.turns import failure_of
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deriving import derive

LISTED = 5000  # posts that are listed in one transaction
FEW = 10  # pictures at a time where each takes a request of its own
PATIENCE = 20.0  # seconds that are waited for a service here; after more it is the clock's turn
BREATH = 0.2  # seconds between two looks whether to go on

AGAIN: Mapping[Outcome, timedelta] = {
    Outcome.HIT: timedelta(days=180),
    Outcome.HIDDEN: timedelta(days=180),
    Outcome.MISS: timedelta(days=30),
    Outcome.CHANGED: timedelta(days=1),
}


@dataclass(slots=True)
class Report:
    """How often each source knew a post or not, and what kept it from answering."""

    outcomes: dict[str, Counter[Outcome]] = field(default_factory=dict)
    closed: dict[str, RemoteError] = field(default_factory=dict)


def look_up_due(
    sessions: Sessions,
    boorus: Sequence[Booru],
    progress: Progress,
    *,
    worker_id: int | None = None,
) -> Report:
    """Ask boorus about posts until nothing is due that they can be asked about now."""
    report = Report()
    shared = _Shared(progress)
    askers = [_Asker(sessions, booru, shared, worker_id, report) for booru in boorus]
    for asker in askers:
        asker.list_posts()
    with sessions.begin() as session:
        progress.expect(asked.count_due(session, [booru.name for booru in boorus]))
    with ThreadPoolExecutor(max(1, len(askers)), thread_name_prefix="booru") as threads:
        # who comes last has something to do once the others are through
        while any(list(threads.map(_Asker.ask_all, askers))) and progress.goes_on():
            pass
    return report


@dataclass(slots=True)
class _Asker:
    """Asks one booru."""

    sessions: Sessions
    booru: Booru
    progress: Progress
    worker_id: int | None
    report: Report

    def list_posts(self) -> None:
        """Write down which posts that were there when it was enabled it is to be asked about."""
        list_some = partial(asked.list_posts, name=self.booru.name, limit=LISTED)
        while self.progress.goes_on() and in_transaction(self.sessions, list_some):
            pass

    def ask_all(self) -> bool:
        """Ask until nothing is due, or it is no use for now; tell whether anything was answered."""
        answered = False
        while self.progress.goes_on():
            wanted = in_transaction(self.sessions, self._take)
            if not wanted:
                break
            if self._ask(wanted):
                answered = True
            elif not self._is_worth_waiting():
                break
        return answered

    def _take(self, session: Session) -> list[Wanted]:
        limit = self.booru.at_once if self.booru.at_once > 1 else FEW
        return asked.take(session, self.booru.name, limit=limit, worker_id=self.worker_id)

    def _ask(self, wanted: Sequence[Wanted]) -> bool:
        """Ask about posts, in as few requests as can be; tell whether there was an answer."""
        together = len(wanted) if self.booru.at_once > 1 else 1
        left = list(wanted)
        try:
            while left and self.progress.goes_on():
                some = left[:together]
                found = self.booru.by_md5([md5 for one in some for md5 in one.md5s])
                answers = {one.post_id: best for one in some if (best := _best(one, found))}
                in_transaction(self.sessions, partial(self._keep, answers=answers))
                self._tell(answers)
                left = [one for one in left if one.post_id not in answers]
                if len(answers) < len(some):
                    break  # it failed in between, and says so to whoever asks next
        except RemoteError as error:
            self.report.closed[self.booru.name] = error
            self._give_back(left, Outcome(failure_of(error).value))
            return False
        except BaseException:
            self._give_back(left, None)
            raise
        self._give_back(left, None)
        self.report.closed.pop(self.booru.name, None)
        return True

    def _keep(self, session: Session, *, answers: Mapping[int, Found]) -> None:
        """Write down what was answered, and all that follows: tags, parents, who is asked next."""
        name = self.booru.name
        shown = {f"{name}:{found.remote_id}" for found in answers.values() if found.remote_id}
        children = set(asked.children_of(session, shown)) - answers.keys()
        locks.share_vocabulary(session)
        locks.lock_posts(session, answers.keys() | children)
        asked.note(session, name, answers, AGAIN, now(session))
        said = {(post, name): found.said for post, found in answers.items() if found.said}
        keep_claims(session, said)
        derive(session, children)
        asked.ask_the_last(session, any_of(RecordRow.post_id, list(answers)))

    def _give_back(self, wanted: Sequence[Wanted], outcome: Outcome | None) -> None:
        release = partial(
            asked.release,
            source=self.booru.name,
            post_ids=[one.post_id for one in wanted],
            outcome=outcome,
        )
        in_transaction(self.sessions, release)

    def _tell(self, answers: Mapping[int, Found]) -> None:
        counted = self.report.outcomes.setdefault(self.booru.name, Counter())
        counted.update(found.outcome for found in answers.values())
        self.progress.advance(len(answers), current=self.booru.name)

    def _is_worth_waiting(self) -> bool:
        """Wait for a booru that will soon be asked again; tell whether it will."""
        error = self.report.closed[self.booru.name]
        left = _seconds_until(error.until)
        if left > PATIENCE:
            self.progress.report_error(self.booru.name, str(error))
            return False
        ends = time.monotonic() + left
        while (left := ends - time.monotonic()) > 0 and self.progress.goes_on():
            time.sleep(min(BREATH, left))
        return True


def _seconds_until(moment: datetime | None) -> float:
    return (moment - datetime.now(UTC)).total_seconds() if moment else 0.0


def _best(wanted: Wanted, found: Mapping[str, Found]) -> Found | None:
    """Return the most that is known of any of a post's digests, the newest first.

    None where there is no answer for some, and none of the others is known.
    """
    answers = [found[md5] for md5 in wanted.md5s if md5 in found]
    known = [one for one in answers if one.outcome in KNOWN]
    unclear = [one for one in answers if one.outcome is Outcome.CHANGED]
    if not known and len(answers) < len(wanted.md5s):
        return None
    return next(iter([*known, *unclear]), MISS)


class _Shared(Progress):
    """Progress that several threads may tell."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lock = threading.Lock()

    def expect(self, total: int | None) -> None:
        with self._lock:
            self._progress.expect(total)

    def advance(self, done: int = 1, *, current: str | None = None) -> None:
        with self._lock:
            self._progress.advance(done, current=current)

    def report_error(self, what: str, reason: str) -> None:
        with self._lock:
            self._progress.report_error(what, reason)

    def goes_on(self) -> bool:
        with self._lock:
            return self._progress.goes_on()
