"""The queues that there are."""

from __future__ import annotations

from collections.abc import Mapping

from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.review.disagreements import Disagreements
from homebooru.services.review.queues import Queue
from homebooru.services.review.suggestions import Suggestions

QUEUES: Mapping[str, Queue] = {queue.name: queue for queue in (Suggestions(), Disagreements())}

WALL = "wall"
"""Where suggestions are answered by the wall, at another pace than one by one."""


def queue_named(name: str) -> Queue:
    """Return a queue. Raises NotFound."""
    queue = Suggestions(WALL) if name == WALL else QUEUES.get(name)
    if queue is None:
        raise NotFound(phrase("There is no queue {name!r}.", name=name[:40]))
    return queue
