"""Lets taggers look at the posts that are due: pictures are read while the model is at others."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, leisure, services, taking
from homebooru.db.queries.lookups.files import files_of
from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.retrying import in_transaction
from homebooru.domain.lookups.chain import Wanted
from homebooru.domain.lookups.manners import Failure
from homebooru.domain.lookups.outcomes import Found, Outcome
from homebooru.domain.said import Said
from homebooru.domain.taggers import Framing
from homebooru.errors import FileGone, Inaccessible, ModelBusy, ModelUnusable, Unreadable
from homebooru.ports import PictureFramer, Progress, Tagger
from homebooru.services.lookups.reporting import Report
from homebooru.services.tags.claiming import keep_claims

LISTED = 5000  # posts that are listed in one transaction
BATCHES = 3  # in hand: one at the model, one ready, one that is being read
STORED = 64  # posts in one transaction, where the model is that fast
STORE_AFTER = 1.0  # seconds that an answer waits for others
BREATH = 0.5  # seconds between two looks whether to go on
REST = 5.0  # seconds that are waited where another process has the model
FOREVER = timedelta(days=36_500)  # a model says the same again, until it is another one
LATER = timedelta(hours=1)  # until a file that was not there is looked for again
MENDED = timedelta(minutes=10)  # until a model that did not work is tried again
AGAIN: Mapping[Outcome, timedelta] = {Outcome.HIT: FOREVER, Outcome.MISS: FOREVER}


def tag_due(
    sessions: Sessions,
    taggers: Sequence[Tagger],
    framer: PictureFramer,
    progress: Progress,
    *,
    worker_id: int | None = None,
    report: Report | None = None,
    at_leisure: bool = True,
) -> Report:
    """Let each tagger look at posts until none is due, nor any that can wait (`at_leisure`)."""
    report = report or Report()
    for tagger in taggers:
        _Tagging(sessions, tagger, framer, progress, worker_id, report, at_leisure).run()
    return report


@dataclass(slots=True)
class _Tagging:
    """One tagger at work."""

    sessions: Sessions
    tagger: Tagger
    framer: PictureFramer
    progress: Progress
    worker_id: int | None
    report: Report
    at_leisure: bool
    reading: dict[Future[bytes], int] = field(default_factory=dict)
    read: list[tuple[int, bytes]] = field(default_factory=list)
    looking: dict[Future[list[Said]], list[int]] = field(default_factory=dict)
    answers: dict[int, Found] = field(default_factory=dict)
    waits_since: float = 0.0
    version: str = ""
    is_exhausted: bool = False

    def run(self) -> None:
        """Look at everything that is due; where the model does not work, it is left alone a while."""
        try:
            self._begin()
            framing = self._load()
            while framing and (self._fill(framing) or self._in_hand()):
                self._hand_over()
                self._wait()
                self._store()
        except CancelledError:
            pass  # we are leaving
        except ModelBusy:
            self._rest()  # whoever has it is at the same work
        except ModelUnusable as error:
            self._close(str(error))
        finally:
            self._give_back()

    def _begin(self) -> None:
        """See what is to be done; a new version of the model looks at all posts again."""
        self.version = self.tagger.version()
        list_some = partial(asked.list_posts, name=self.tagger.name, limit=LISTED)
        while self.progress.goes_on() and in_transaction(self.sessions, list_some):
            pass
        name = f"tagger_{self.tagger.name}"
        with self.sessions() as session:
            known = setting(session, name)
        after: int | None = 0 if known != self.version else None
        while after is not None and self.progress.goes_on():
            again = partial(
                leisure.look_again, source=self.tagger.name, version=self.version, after=after
            )
            after = in_transaction(self.sessions, again)
        if known != self.version and self.progress.goes_on():
            with self.sessions.begin() as session:
                keep_setting(session, name, self.version)

    def _load(self) -> Framing | None:
        """Have the model in memory if there is anything to look at."""
        with self.sessions() as session:
            waiting = leisure.count_waiting(session, self.tagger.name)
        self.progress.expect(waiting)
        return self.tagger.load() if waiting else None

    def _in_hand(self) -> int:
        looked_at = sum(map(len, self.looking.values()))
        return len(self.reading) + len(self.read) + looked_at + len(self.answers)

    def _fill(self, framing: Framing) -> bool:
        """Have pictures read ahead; tell whether there are more."""
        room = BATCHES * self.tagger.at_once - self._in_hand() + len(self.answers)
        if not self.progress.goes_on():
            self._give_back()
            return False
        if room >= self.tagger.at_once and not self.is_exhausted:
            wanted, files = in_transaction(self.sessions, partial(self._take, limit=room))
            self.is_exhausted = wanted is None
            for one in wanted or ():
                self._read(one, files.get(one.post_id), framing)
        return not self.is_exhausted

    def _take(
        self, session: Session, limit: int
    ) -> tuple[list[Wanted] | None, Mapping[int, bytes]]:
        """Take posts that are due, and where there are none, some that could wait."""
        take = partial(
            taking.take, session, self.tagger.name, limit=limit, worker_id=self.worker_id
        )
        wanted = take()
        is_idle = wanted is None and self.at_leisure
        if is_idle and leisure.hurry_some(session, self.tagger.name, limit):
            wanted = take()
        return wanted, files_of(session, [one.post_id for one in wanted or ()])

    def _read(self, wanted: Wanted, file: bytes | None, framing: Framing) -> None:
        if file is None:
            self._postpone([wanted.post_id])
        else:
            self.reading[self.framer.frame(file, wanted.sha256, framing)] = wanted.post_id

    def _hand_over(self) -> None:
        """Give the model what was read, a whole batch if more is to come."""
        for future in [future for future in self.reading if future.done()]:
            self._sort_in(self.reading.pop(future), future)
        together = self.tagger.at_once
        while len(self.read) >= together or (self.read and not self.reading):
            some, self.read = self.read[:together], self.read[together:]
            look = self.tagger.look([frame for _, frame in some])
            self.looking[look] = [post_id for post_id, _ in some]

    def _sort_in(self, post_id: int, future: Future[bytes]) -> None:
        try:
            self.read.append((post_id, future.result()))
        except (FileGone, Inaccessible, CancelledError):
            self._postpone([post_id])
        except Unreadable as error:
            self._answer(post_id, Found(outcome=Outcome.MISS, answer=self._told(str(error))))

    def _wait(self) -> None:
        """Wait for a picture or for the model, and take the answers that are there."""
        awaited: list[Future[Any]] = [*self.reading, *self.looking]
        if awaited:
            wait(awaited, timeout=BREATH, return_when=FIRST_COMPLETED)
        for future in [future for future in self.looking if future.done()]:
            posts = self.looking.pop(future)
            for post_id, said in zip(posts, future.result(), strict=True):
                found = Found(outcome=Outcome.HIT, said=said, answer=self._told())
                self._answer(post_id, found)

    def _told(self, reason: str | None = None) -> dict[str, str]:
        return {"version": self.version} | ({"reason": reason} if reason else {})

    def _answer(self, post_id: int, found: Found) -> None:
        self.waits_since = self.waits_since if self.answers else time.monotonic()
        self.answers[post_id] = found

    def _store(self) -> None:
        """Write down what the model said, once it is worth a transaction."""
        is_late = time.monotonic() - self.waits_since >= STORE_AFTER
        is_all = len(self.answers) == self._in_hand()
        if self.answers and (len(self.answers) >= STORED or is_late or is_all):
            in_transaction(self.sessions, self._keep)
            self.report.count(
                self.tagger.name, self.answers, [one.outcome for one in self.answers.values()]
            )
            self.progress.advance(len(self.answers), current=self.tagger.name)
            self.answers = {}

    def _keep(self, session: Session) -> None:
        name = self.tagger.name
        keep_claims(session, {(post_id, name): one.said for post_id, one in self.answers.items()})
        asked.note(session, name, self.answers, AGAIN, services.now(session))

    def _postpone(self, post_ids: Sequence[int]) -> None:
        """Look again later for files that are not there now."""
        release = partial(taking.release, source=self.tagger.name, post_ids=post_ids, wait=LATER)
        in_transaction(self.sessions, release)

    def _close(self, reason: str) -> None:
        """Leave a model alone that does not work, and say why."""
        self.progress.report_error(self.tagger.name, reason)
        with self.sessions.begin() as session:
            row = services.lock(session, self.tagger.name)
            row.closed_until = services.now(session) + MENDED
            row.failure, row.reason = Failure.UNAVAILABLE, reason

    def _rest(self) -> None:
        ends = time.monotonic() + REST
        while time.monotonic() < ends and self.progress.goes_on():
            time.sleep(BREATH)

    def _give_back(self) -> None:
        """Let others have what is in hand; the model's answer to it is not waited for."""
        begun: list[Future[Any]] = [*self.reading, *self.looking]
        for future in begun:
            future.cancel()
        left = [
            *self.reading.values(),
            *(post_id for post_id, _ in self.read),
            *(post_id for posts in self.looking.values() for post_id in posts),
            *self.answers,
        ]
        self.reading, self.read, self.looking, self.answers = {}, [], {}, {}
        release = partial(taking.release, source=self.tagger.name, post_ids=left)
        in_transaction(self.sessions, release)
