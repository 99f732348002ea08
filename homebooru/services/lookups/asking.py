"""Asks sources about the posts that are due, side by side, and keeps what they say."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.alike import originals
from homebooru.db.queries.lookups import asked, chain, taking
from homebooru.db.queries.lookups.leisure import leave_for_leisure
from homebooru.db.queries.lookups.services import now
from homebooru.db.queries.records import any_of
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RecordRow
from homebooru.domain.lookups.chain import Wanted
from homebooru.domain.lookups.outcomes import Found, Outcome
from homebooru.errors import RemoteError
from homebooru.ports import Progress, Source
from homebooru.services.lookups.patience import seconds_until, waits_until
from homebooru.services.lookups.relay import Relay
from homebooru.services.lookups.reporting import Report
from homebooru.services.lookups.turns import failure_of
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.deriving import derive

LISTED = 5000  # posts that are listed in one transaction
FEW = 10  # pictures at a time where each takes a request of its own
PATIENCE = 20.0  # seconds that are waited for a service here; after more it is the clock's turn


def look_up_due(
    sessions: Sessions,
    sources: Sequence[Source],
    progress: Progress,
    *,
    worker_id: int | None = None,
    hurry: bool = False,
) -> Report:
    """Ask sources about posts until nothing is due that they can be asked about now.

    New posts wait a moment for others, unless somebody is in a `hurry`.
    """
    report = Report()
    shared = _Shared(progress)
    while shared.goes_on() and in_transaction(sessions, chain.pass_over):
        pass
    askers = [_Asker(sessions, source, shared, worker_id, report, hurry) for source in sources]
    for asker in askers:
        asker.list_posts()
    with sessions.begin() as session:
        progress.expect(asked.count_due(session, [source.name for source in sources]))
    turns = Relay(len(askers), shared.goes_on)
    with ThreadPoolExecutor(max(1, len(askers)), thread_name_prefix="source") as threads:
        list(threads.map(turns.run, [asker.ask_all for asker in askers]))
    return report


@dataclass(slots=True)
class _Asker:
    """Asks one source."""

    sessions: Sessions
    source: Source
    progress: Progress
    worker_id: int | None
    report: Report
    hurry: bool

    def list_posts(self) -> None:
        """Write down which posts that were there when it was enabled it is to be asked about."""
        list_some = partial(asked.list_posts, name=self.source.name, limit=LISTED)
        while self.progress.goes_on() and in_transaction(self.sessions, list_some):
            pass

    def ask_all(self) -> bool:
        """Ask until nothing is due, or it is no use for now; tell whether anything was answered."""
        answered = False
        while self.progress.goes_on() and not self._is_left_alone():
            wanted = in_transaction(self.sessions, self._take)
            if wanted is None:
                break
            answered = self._ask(wanted) or answered
        return answered

    def _take(self, session: Session) -> list[Wanted] | None:
        taking.gather(session, self.source.name, hurry=self.hurry)
        limit = self.source.at_once if self.source.at_once > 1 else FEW
        return taking.take(session, self.source.name, limit=limit, worker_id=self.worker_id)

    def _ask(self, wanted: Sequence[Wanted]) -> bool:
        """Ask about posts, in as few requests as can be; tell whether there was an answer.

        What a failure left open is asked by itself when a short wait is over: what was found out
        before it narrowed that down.
        """
        together = len(wanted) if self.source.at_once > 1 else 1
        left, failure, answered = list(wanted), None, False
        try:
            while left and self.progress.goes_on():
                try:
                    answers = self.source.ask(left[:together])
                except RemoteError as error:
                    self.report.closed[self.source.name] = error
                    if self._is_worth_waiting():
                        continue
                    failure = Outcome(failure_of(error).value)
                    break
                in_transaction(self.sessions, partial(self._keep, answers=answers))
                self._tell(answers)
                self.report.closed.pop(self.source.name, None)
                left = [one for one in left if one.post_id not in answers]
                answered = True
        finally:
            self._give_back(left, failure)
        return answered

    def _keep(self, session: Session, *, answers: Mapping[int, Found]) -> None:
        """Write down what was answered, and all that follows: tags, parents, who is asked next."""
        name = self.source.name
        shown = {f"{name}:{found.remote_id}" for found in answers.values() if found.remote_id}
        children = set(asked.children_of(session, shown)) - answers.keys()
        locks.share_vocabulary(session)
        locks.lock_posts(session, answers.keys() | children)
        again = chain.load_periods(session).until_again()
        asked.note(session, name, answers, again, now(session))
        keep_claims(session, {(post, name): one.said for post, one in answers.items() if one.said})
        originals.keep(session, name, answers)
        asked.follow(session, answers)
        if named := _children(name, answers):
            asked.ask_children(session, name, named)
        derive(session, children)
        chain.pass_on(session, any_of(RecordRow.post_id, list(answers)))
        leave_for_leisure(session, any_of(RecordRow.post_id, list(answers)))
        wake(session, Work.TAGGING)

    def _give_back(self, wanted: Sequence[Wanted], outcome: Outcome | None) -> None:
        release = partial(
            taking.release,
            source=self.source.name,
            post_ids=[one.post_id for one in wanted],
            outcome=outcome,
        )
        in_transaction(self.sessions, release)

    def _tell(self, answers: Mapping[int, Found]) -> None:
        name, outcomes = self.source.name, [found.outcome for found in answers.values()]
        self.report.count(name, answers, outcomes)
        self.progress.advance(len(answers), current=self.source.name)

    def _is_left_alone(self) -> bool:
        """Tell whether the source is known to answer nobody yet."""
        error = self.report.closed.get(self.source.name)
        return error is not None and seconds_until(error.until) > 0

    def _is_worth_waiting(self) -> bool:
        """Wait for a source that will soon be asked again; tell whether it will."""
        error = self.report.closed[self.source.name]
        if seconds_until(error.until) > PATIENCE:
            self.progress.report_error(self.source.name, str(error))
            return False
        return waits_until(error.until, PATIENCE, self.progress.goes_on)


def _children(source: str, answers: Mapping[int, Found]) -> dict[str, str]:
    """Return the posts of a source that are said to be children, each with its parent."""
    return {
        child: f"{source}:{found.remote_id}"
        for found in answers.values()
        for child in found.children
    }


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
