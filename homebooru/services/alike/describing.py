"""Lets models describe the posts that are due, while whoever served before goes on serving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.alike import orders, spaces
from homebooru.db.queries.looks import Undescribed
from homebooru.db.queries.lookups import services
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import SpaceRow
from homebooru.errors import ModelBusy, ModelUnusable, RemoteError
from homebooru.phrases import phrase
from homebooru.ports import Embedder, Previews, Progress
from homebooru.services.alike import registry

LISTED = 5000  # posts that are listed in one transaction
AT_ONCE = 16
MENDED = timedelta(minutes=10)  # until a model that did not work is tried again


def embed_due(
    sessions: Sessions,
    there: Sequence[Embedder],
    previews: Previews,
    progress: Progress,
    *,
    worker_id: int | None = None,
) -> None:
    """Let each model that somebody wanted describe posts until none is due."""
    with sessions() as session:
        open_now = session.scalars(sa.select(SpaceRow.name).where(spaces.IS_OPEN)).all()
    models = {one.name: one for one in there}
    for name in open_now:
        if model := models.get(name):
            _Describing(sessions, model, previews, progress, worker_id).run()
        else:
            _close(sessions, name, phrase("The files of this model are not there any more."))


@dataclass(frozen=True, slots=True)
class _Describing:
    """One model at work."""

    sessions: Sessions
    model: Embedder
    previews: Previews
    progress: Progress
    worker_id: int | None

    def run(self) -> None:
        """Describe everything that is due; where the model does not work, it is left alone a while."""
        try:
            self._describe_all()
        except ModelBusy:
            pass  # whoever has it is at the same work, or names tags with it; what is due stays so
        except (ModelUnusable, RemoteError) as error:
            self.progress.report_error(self.model.name, str(error))
            _close(self.sessions, self.model.name, str(error))

    def _describe_all(self) -> None:
        if self.model.version() != self._known_version():
            self._begin_anew()
        while self.progress.goes_on() and in_transaction(self.sessions, self._list):
            pass
        with self.sessions() as session:
            row = spaces.find(session, self.model.name)
            self.progress.expect(0 if row is None else spaces.count_left(session, row))
        take = partial(orders.take, name=self.model.name, limit=AT_ONCE, worker_id=self.worker_id)
        while self.progress.goes_on() and (some := in_transaction(self.sessions, take)):
            self._describe(some)
        in_transaction(self.sessions, self._settle)

    def _known_version(self) -> str | None:
        with self.sessions() as session:
            row = spaces.find(session, self.model.name)
            return None if row is None else row.version

    def _begin_anew(self) -> None:
        """Describe everything once more: the model's files are others by now."""
        space = registry.space_of(self.model)
        with self.sessions.begin() as session:
            row = spaces.find(session, space.name, lock=True)
            was_wanted = row is not None and row.wanted
            registry.keep(session, space).wanted = was_wanted

    def _list(self, session: Session) -> bool:
        row = spaces.find(session, self.model.name, lock=True)
        return row is not None and orders.list_some(session, row, LISTED)

    def _describe(self, some: Sequence[Undescribed]) -> None:
        """Describe posts by small copies; one without thumbnails cannot be, and is left out."""
        post_ids = [one.post_id for one in some]
        seen = {one.post_id: self.previews.preview(one.sha256) for one in some}
        pictures = {post_id: picture for post_id, picture in seen.items() if picture}
        try:
            found = self.model.see(list(pictures.values())) if pictures else []
            self._check(found)
        except BaseException:
            release = partial(orders.release, name=self.model.name, post_ids=post_ids)
            in_transaction(self.sessions, release)
            raise
        described = dict(zip(pictures, found, strict=True))
        in_transaction(self.sessions, partial(self._keep, post_ids=post_ids, found=described))
        self.progress.advance(len(some), current=self.model.name)

    def _check(self, found: Sequence[bytes]) -> None:
        """Raise ModelUnusable where descriptions do not fit into the model's table."""
        with self.sessions() as session:
            row = spaces.find(session, self.model.name)
            if row is not None:
                registry.check_fit(row, found)

    def _keep(self, session: Session, post_ids: Sequence[int], found: dict[int, bytes]) -> None:
        row = spaces.find(session, self.model.name, lock=True)
        if row is not None:  # else somebody dropped it meanwhile
            spaces.keep_vectors(session, row, found)
            orders.done(session, row.name, post_ids)

    def _settle(self, session: Session) -> None:
        """Let the model serve, if it shall, and has described everything."""
        row = spaces.find(session, self.model.name, lock=True)
        if row and row.wanted and not row.serves and orders.is_through(session, row):
            spaces.serve(session, row.name)


def _close(sessions: Sessions, name: str, reason: str) -> None:
    """Leave a model alone for a while, and say why."""
    with sessions.begin() as session:
        row = spaces.find(session, name, lock=True)
        if row is not None:
            row.closed_until, row.reason = services.now(session) + MENDED, reason
