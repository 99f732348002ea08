"""Asks every question in every way, in turn, and compares the answers."""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from search_questions import PAGE, Question
from search_rivals import Rival, by_arrays, by_joins
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.domain.query import parse
from homebooru.domain.scope import EVERYTHING
from homebooru.search.asking import ask
from homebooru.search.finding import Finder
from homebooru.services.searching import RELATED, named, search

Answer = tuple[int, list[int], dict[int, int]]
Times = dict[str, list[float]]
RIVALS = {"arrays": by_arrays, "joins": by_joins}
WAYS = ("service", "index", *RIVALS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How often and of whom is asked; `patience` is how many seconds SQL has for a statement.

    `given_up` counts the questions of each kind that SQL had not answered by then: what they took
    is the least that they would have taken.
    """

    sessions: Sessions
    finder: Finder
    rounds: int
    sql_rounds: int
    patience: float
    given_up: Counter[tuple[str, str]] = field(default_factory=Counter)

    def times(self, questions: Mapping[str, Sequence[Question]]) -> dict[str, Times]:
        """Return the milliseconds of each way by kind of question."""
        return {kind: self._of_kind(kind, asked) for kind, asked in questions.items()}

    def given_up_by_way(self) -> dict[str, int]:
        """Return how often each rival was given up, over all kinds."""
        return {
            way: sum(self.given_up[one] for one in self.given_up if one[1] == way) for way in RIVALS
        }

    def _of_kind(self, kind: str, asked: Sequence[Question]) -> Times:
        times: Times = {way: [] for way in WAYS}
        for place, question in enumerate(asked):
            answers: dict[str, Answer | None] = {}
            for number in range(max(self.rounds, self.sql_rounds)):
                if number < self.rounds:
                    index_first = (place + number) % 2 == 1
                    answers["index"] = self._ours(question, times, index_first=index_first)
                if number < self.sql_rounds:
                    for way, rival in RIVALS.items():
                        took, answers[way] = self._by_sql(question, rival)
                        times[way].append(took)
                        self.given_up[kind, way] += answers[way] is None
            _compare(question, answers)
        return times

    def _ours(self, question: Question, times: Times, *, index_first: bool) -> Answer:
        """Ask the service and the index in turn: whoever is second finds the sets at hand."""
        if not index_first:
            times["service"].append(_timed(lambda: self._serve(question))[0])
        took, answer = self._by_index(question)
        times["index"].append(took)
        if index_first:
            times["service"].append(_timed(lambda: self._serve(question))[0])
        return answer

    def _serve(self, question: Question) -> None:
        search(
            self.sessions, question.text, EVERYTHING,
            limit=PAGE, offset=question.offset, finder=self.finder,
        )  # fmt: skip

    def _by_index(self, question: Question) -> tuple[float, Answer]:
        """Ask the index for all that it knows of the answer, with the names of tags.

        To be exact is its own business, so it is brought to the present moment first.
        """
        with one_moment(self.sessions) as session:
            return _timed(lambda: self._from_index(session, question))

    def _from_index(self, session: Session, question: Question) -> Answer:
        said, now = parse(question.text), datetime.now(UTC)
        with self.finder.finding(session) as finding:
            query, asked = ask(session, said, EVERYTHING, now, None, finding=finding)
            found = finding.find(query, asked)
            ids = list(found.page(question.offset, PAGE))
            count, related = found.count(), dict(found.related(RELATED))
            finding.tags_of(ids)
            named(finding.words, related)
        return count, ids, related

    def _by_sql(self, question: Question, rival: Rival) -> tuple[float, Answer | None]:
        """Ask three statements; one that is given up counts as long as it was waited for."""
        query = parse(question.text)
        with one_moment(self.sessions) as session:
            query, asked = ask(session, query, EVERYTHING, datetime.now(UTC), None)
        taken, parts = 0.0, []
        for part in ("count", "page", "related"):
            with one_moment(self.sessions) as session:
                session.execute(
                    sa.text(f"set local statement_timeout = {self.patience * 1000:.0f}")
                )
                found = rival(session, query, asked)
                given = {"count": (), "page": (question.offset, PAGE), "related": (RELATED,)}[part]
                took, one = _timed(lambda: _or_none(getattr(found, part), given))  # noqa: B023
                taken += took
                parts.append(one)
        if None in parts:
            return taken, None
        count, ids, related = parts
        return taken, (count, list(ids), dict(related))


def _or_none(ask: Callable[..., object], given: tuple[int, ...]) -> object | None:
    try:
        return ask(*given)
    except OperationalError:
        return None


def _timed(ask: Callable[[], Answer]) -> tuple[float, Answer]:
    start = time.perf_counter()
    answer = ask()
    return 1000 * (time.perf_counter() - start), answer


def _compare(question: Question, answers: Mapping[str, Answer | None]) -> None:
    told = [answer for answer in answers.values() if answer is not None]
    if any(answer != told[0] for answer in told):
        sys.exit(f"The answers differ: {question.text!r} {answers}")


def figures(times: Sequence[float]) -> dict[str, float]:
    """Return median, 95th percentile and worst of some milliseconds."""
    many = times if len(times) > 1 else [*times, *times]
    p95 = statistics.quantiles(many, n=20, method="inclusive")[-1]
    return {
        "median_ms": round(statistics.median(many), 2),
        "p95_ms": round(p95, 2),
        "worst_ms": round(max(many), 2),
    }
