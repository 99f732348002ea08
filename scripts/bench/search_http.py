"""Asks searches over HTTP, of a web server as `serve` starts it, on connections that stay open."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain
from random import Random
from typing import Any
from urllib.parse import urlencode

from search_questions import PAGE, Question

from homebooru.domain.query import parse, unparse

Address = Callable[[Question], str]


def page_address(question: Question) -> str:
    """Return where the gallery answers: the page of HTML that people see."""
    number = question.offset // PAGE + 1
    # as many posts as anywhere else, a number that the gallery does not offer
    text = unparse(replace(parse(question.text), limit=PAGE))
    return "/posts?" + urlencode({"tags": text, "page": number})


def api_address(question: Question) -> str:
    """Return where the API answers."""
    behind = {} if question.after is None else {"after": question.after}
    return "/api/posts?" + urlencode({"q": question.text, "limit": PAGE, **behind})


@dataclass(slots=True)
class Visitor:
    """Somebody with one connection."""

    host: str
    port: int
    _connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.host, self.port)

    def milliseconds(self, address: str) -> float:
        """Return how long an answer takes until its last byte is there."""
        start = time.perf_counter()
        self.get(address)
        return 1000 * (time.perf_counter() - start)

    def get(self, address: str, **headers: str) -> bytes:
        try:
            return self._get(address, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError):  # it had been idle for long
            self._connection.close()
            return self._get(address, headers)

    def _get(self, address: str, headers: Mapping[str, str]) -> bytes:
        self._connection.request("GET", address, headers={"Accept-Encoding": "gzip", **headers})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise AssertionError(f"{address} answers {answer.status}")
        return body

    def found(self, text: str) -> dict[str, Any]:
        """Return what the API finds."""
        address = api_address(Question(text))
        document: dict[str, Any] = json.loads(self.get(address, **{"Accept-Encoding": "identity"}))
        return document


def times(
    visitor: Visitor, questions: Mapping[str, Sequence[Question]], address: Address, rounds: int
) -> dict[str, list[float]]:
    """Return the milliseconds of each kind of question, asked one after another."""
    taken: dict[str, list[float]] = {kind: [] for kind in questions}
    for _ in range(rounds):
        for kind, asked in questions.items():
            taken[kind] += [visitor.milliseconds(address(question)) for question in asked]
    return taken


def times_at_once(
    visitors: Sequence[Visitor],
    questions: Mapping[str, Sequence[Question]],
    address: Address,
    rounds: int,
    look: float = 0.0,
) -> list[float]:
    """Return the milliseconds of all questions, asked by several at once, each in another order.

    Everybody looks at an answer for `look` seconds in the mean before they ask again; without,
    as much is asked as the machine can answer.
    """
    every = [address(question) for question in chain.from_iterable(questions.values())]

    def ask(number: int) -> list[float]:
        first = number * len(every) // len(visitors)
        mine = (every[first:] + every[:first]) * rounds
        pauses = Random(number)  # noqa: S311  no secret, but the same each time
        taken = []
        for one in mine:
            time.sleep(pauses.uniform(0, 2 * look))
            taken.append(visitors[number].milliseconds(one))
        return taken

    with ThreadPoolExecutor(len(visitors)) as pool:
        return list(chain.from_iterable(pool.map(ask, range(len(visitors)))))
