"""Lets posts look for their copies and variants: those that are new, or show another picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.duplicates import finding, pairs, partners
from homebooru.db.queries.duplicates.finding import Sought
from homebooru.db.queries.duplicates.pairs import Pair
from homebooru.db.retrying import in_transaction
from homebooru.domain.duplicates.kinds import Comparison, Kind
from homebooru.ports import PictureComparer, Progress
from homebooru.services.duplicates.ruling import apply_rules

AT_ONCE = 100
APART = 0.5  # seconds by which the durations of one film may differ, saved anew


def find_due(
    sessions: Sessions,
    comparer: PictureComparer,
    progress: Progress,
    *,
    worker_id: int | None = None,
) -> None:
    """Let posts look for their copies until none is due.

    Each is compared with the few that the indexes name, so the work grows with the posts. Rules
    that may decide do so about what was found.
    """
    with sessions() as session:
        progress.expect(finding.count_orders(session))
    take = partial(finding.take, limit=AT_ONCE, worker_id=worker_id)
    while progress.goes_on() and (some := in_transaction(sessions, take)):
        _Looking(sessions, comparer, some).run()
        progress.advance(len(some))


@dataclass(frozen=True, slots=True)
class _Looking:
    """A batch of posts that look for their copies."""

    sessions: Sessions
    comparer: PictureComparer
    some: Sequence[Sought]

    def run(self) -> None:
        post_ids = [one.post_id for one in self.some]
        try:
            compared = self._compare(*self._candidates())
        except BaseException:
            release = partial(finding.release, post_ids=post_ids)
            in_transaction(self.sessions, release)
            raise
        in_transaction(self.sessions, partial(self._keep, post_ids=post_ids, compared=compared))

    def _candidates(self) -> tuple[set[Pair], dict[int, Sought]]:
        """Return who is to be compared with whom: new candidates, and open pairs once more."""
        prints = {one.post_id: self.comparer.fingerprint(one.key) for one in self.some}
        keep = partial(partners.keep_fingerprints, some=self.some, prints=prints)
        in_transaction(self.sessions, keep)
        with self.sessions.begin() as session:
            known = pairs.known(session, prints)
            wanted = partners.partners(session, prints) | known.keys()
            wanted -= {pair for pair, is_decided in known.items() if is_decided}
            return wanted, finding.read(session, {post for pair in wanted for post in pair})

    def _compare(
        self, wanted: set[Pair], known: Mapping[int, Sought]
    ) -> dict[Pair, Comparison | None]:
        return {
            (one, other): self._look(known[one], known[other])
            for one, other in sorted(wanted)
            if one in known and other in known
        }

    def _look(self, one: Sought, other: Sought) -> Comparison | None:
        if one.pixel_digest is not None and one.pixel_digest == other.pixel_digest:
            return Comparison(Kind.PIXELS)
        if one.moves != other.moves:
            return None
        if abs((one.duration or 0) - (other.duration or 0)) > APART:
            return None
        return self.comparer.compare(one.key, other.key)

    @staticmethod
    def _keep(
        session: Session, *, post_ids: Sequence[int], compared: Mapping[Pair, Comparison | None]
    ) -> None:
        pairs.keep(session, compared)
        apply_rules(session, post_ids)
        finding.done(session, post_ids)
