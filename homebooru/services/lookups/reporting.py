"""What came of asking: who knew how much, how fast it went, and who could not be asked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from pyroaring import BitMap

from homebooru.domain.lookups.outcomes import ANSWERED, KNOWN, Outcome
from homebooru.errors import RemoteError
from homebooru.phrases import Phrase, joined, phrase

MINUTE = 60.0


@dataclass(slots=True)
class Report:
    """How often each source knew a post or not, and what kept it from answering."""

    outcomes: dict[str, Counter[Outcome]] = field(default_factory=dict)
    closed: dict[str, RemoteError] = field(default_factory=dict)
    posts: BitMap = field(default_factory=BitMap)
    began: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, source: str, posts: Iterable[int], outcomes: Iterable[Outcome]) -> None:
        """Count what a source answered about posts; several threads may do so."""
        with self._lock:
            self.posts.update(posts)
            self.outcomes.setdefault(source, Counter()).update(outcomes)

    @property
    def a_minute(self) -> float:
        """How many pictures were asked about in a minute."""
        return len(self.posts) * MINUTE / max(time.monotonic() - self.began, 0.001)

    def told(self) -> Phrase | None:
        """Say in a few sentences what came of it; None where nobody answered anything."""
        if not self.posts:
            return None
        speed = phrase(
            "Pictures asked about: {pictures}, {rate} a minute.",
            pictures=f"{len(self.posts):,}",
            rate=f"{self.a_minute:,.0f}",
        )
        return joined([speed, *(self._rate(name) for name in sorted(self.outcomes))])

    def _rate(self, source: str) -> Phrase:
        counted = self.outcomes[source]
        answered = _sum(counted, ANSWERED)
        return phrase(
            "{source} knew {known} of {answered} ({share} %).",
            source=source,
            known=f"{_sum(counted, KNOWN):,}",
            answered=f"{answered:,}",
            share=f"{100 * _sum(counted, KNOWN) / max(answered, 1):.0f}",
        )


def _sum(counted: Counter[Outcome], outcomes: Collection[Outcome]) -> int:
    return sum(counted[outcome] for outcome in outcomes)
