"""In what order questions are asked: those first whose answer teaches the most."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from homebooru.domain.review.items import Key


@dataclass(frozen=True, slots=True)
class Open:
    """A question that could be asked.

    `subject` is what the answer says something of beyond this post: a tag, or a category of
    disagreements. `waiting` is how many posts wait with the same subject, `known` how many
    answers about it there are.
    """

    key: Key
    subject: str
    sure: float
    waiting: int
    known: int


def uncertainty(sure: float) -> float:
    """Return how open a question is: 1 where a yes is as likely as a no, 0 where it is known."""
    return 4 * sure * (1 - sure)


def worth(one: Open, before: int) -> float:
    """Return how much an answer teaches: uncertainty times waiting posts by answers known.

    What is asked of the same subject `before` it counts as known, so that a few questions about
    each of many tags come first, and not hundreds about the most frequent one.
    """
    return uncertainty(one.sure) * one.waiting / (1 + one.known + before)


def most_teaching(questions: Iterable[Open], limit: int) -> list[Open]:
    """Return the questions to ask, in their order; of equals the older post comes first."""
    asked: Counter[str] = Counter()
    waiting = [(-worth(one, 0), one.key.post_id, one.key.about, 0, one) for one in questions]
    heapq.heapify(waiting)
    chosen: list[Open] = []
    while waiting and len(chosen) < limit:
        *_, before, one = waiting[0]
        if before == asked[one.subject]:
            heapq.heappop(waiting)
            chosen.append(one)
            asked[one.subject] += 1
        else:  # others of its subject were chosen since it was weighed
            now = asked[one.subject]
            again = (-worth(one, now), one.key.post_id, one.key.about, now, one)
            heapq.heapreplace(waiting, again)
    return chosen
