"""Works out anew what sources said, from the answers that were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.alike import originals
from homebooru.db.queries.lookups import asked, chain, kept
from homebooru.db.queries.records import any_of
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import RecordRow
from homebooru.domain.lookups.outcomes import Found, Outcome
from homebooru.ports import Progress, Source
from homebooru.services.tags.claiming import keep_claims
from homebooru.sites import BOORUS

BATCH = 500


def reread(sessions: Sessions, sources: Sequence[Source], progress: Progress) -> int:
    """Read all answers of sources again, as they are understood now; return how many there were.

    No source is asked for what it answered before. Only where a reverse search counts now that
    did not, the booru comes to be asked to which it leads. What makes sense no more stays.
    """
    number = 0
    with sessions.begin() as session:
        progress.expect(kept.count_answers(session, [source.name for source in sources]))
    for source in sources:
        after = 0
        while progress.goes_on():
            with sessions.begin() as session:
                answers = kept.answers_after(session, source.name, after, limit=BATCH)
            if not answers:
                break
            found = {post_id: source.reread(answer) for post_id, answer in answers.items()}
            in_transaction(sessions, partial(_keep, name=source.name, found=found))
            after = max(answers)
            number += len(answers)
            progress.advance(len(answers), current=source.name)
    return number


def _keep(session: Session, *, name: str, found: Mapping[int, Found]) -> None:
    sound = {post: one for post, one in found.items() if one.outcome is not Outcome.CHANGED}
    md5s = kept.told_md5s(session, name, sound)
    locks.share_vocabulary(session)
    locks.lock_posts(session, sound)
    if name not in BOORUS:
        kept.judge(session, name, sound)
        asked.follow(session, sound)
        chain.pass_on(session, any_of(RecordRow.post_id, list(sound)))
        wake(session, Work.LOOKUPS)
    said = {
        (post, name): one.said and replace(one.said, md5=one.said.md5 or md5s.get(post))
        for post, one in sound.items()
    }
    keep_claims(session, said)
    originals.keep(session, name, sound)
