"""Tells on the command line how far the mirror is, and how far Immich has followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from homebooru.db.engine import Sessions
from homebooru.domain.immich.wishes import NOTHING_FOLLOWED, Followed
from homebooru.services.immich import answering, progress
from homebooru.services.immich.progress import MirrorState, Question


@dataclass(frozen=True, slots=True)
class Mirrored:
    """How far each user's assets are, and what people are asked about them."""

    mirrors: Mapping[UUID, MirrorState]
    followed: Mapping[UUID, Followed]
    questions: tuple[Question, ...]

    @classmethod
    def read(cls, sessions: Sessions) -> Mirrored:
        return cls(
            progress.mirrors(sessions),
            answering.followed_by_user(sessions),
            tuple(progress.questions(sessions)),
        )

    def lines(self, owner_id: UUID) -> Iterator[str]:
        """Yield what there is to say of a user."""
        if (state := self.mirrors.get(owner_id)) is None or state.synced_at is None:
            yield "    not read yet"
            return
        yield f"    assets: {state.assets}, read {state.synced_at:%Y-%m-%d %H:%M}"
        if state.brake:
            yield f"    in doubt: {state.brake}"
        told = self.followed.get(owner_id, NOTHING_FOLLOWED)
        if told.waiting or told.inside:
            yield f"    in its trash for us: {told.inside}; still to follow: {told.waiting}"
        if told.undone:
            yield f"    taken out of its trash by somebody: {told.undone}; see the page /immich"
        for reason, count in told.failed:
            yield f"    could not follow: {count}. {reason}"

    def spelled(self) -> dict[str, Any]:
        """Return the same for programs."""
        return {
            "mirrors": [self._spelled(state) for state in self.mirrors.values()],
            "questions": [
                {"tag": one.tag, "value": one.value, "gone": one.is_gone, "posts": one.posts}
                for one in self.questions
            ],
        }

    def _spelled(self, state: MirrorState) -> dict[str, Any]:
        times = {
            name: None if (at := getattr(state, name)) is None else at.isoformat()
            for name in ("synced_at", "census_at")
        }
        told = self.followed.get(state.owner_id, NOTHING_FOLLOWED)
        return {
            **asdict(state),
            **times,
            "owner_id": str(state.owner_id),
            "followed": asdict(told),
        }
