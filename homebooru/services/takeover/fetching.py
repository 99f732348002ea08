"""Fetches pictures that another program has and the library has not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from homebooru.db.engine import Sessions
from homebooru.db.queries import posts
from homebooru.domain.takeover.originals import Fetched, Original
from homebooru.errors import RemoteMissing, Unreadable
from homebooru.ports import Progress
from homebooru.ports.originals import OriginalGiver, OriginalKeeper

BATCH = 500


def missing_here(sessions: Sessions, originals: Sequence[Original]) -> list[Original]:
    """Return those of which there is no post: what lies in the trash here is not fetched again."""
    missing = []
    for start in range(0, len(originals), BATCH):
        some = originals[start : start + BATCH]
        with sessions() as session:
            known = posts.find_by_digests(session, {bytes.fromhex(one.sha256) for one in some})
        missing += [one for one in some if bytes.fromhex(one.sha256) not in known]
    return missing


def fetch(
    originals: Sequence[Original],
    giver: OriginalGiver,
    keeper: OriginalKeeper,
    progress: Progress,
) -> Fetched:
    """Fetch pictures; each that is kept is whole, so it can be stopped and done again at any time.

    A picture that cannot be had is passed over. Raises a RemoteError where none can be.
    """
    progress.expect(len(originals))
    fetched = Fetched()
    for one in originals:
        if keeper.has(one):
            fetched.before += 1
        else:
            _fetch(one, giver, keeper, fetched)
        progress.advance(current=one.name)
    return fetched


def _fetch(
    original: Original, giver: OriginalGiver, keeper: OriginalKeeper, fetched: Fetched
) -> None:
    try:
        giver.give(original.number, partial(keeper.keep, original))
        fetched.new += 1
    except (RemoteMissing, Unreadable) as error:
        fetched.failed[original.name] = str(error)
