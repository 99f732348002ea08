"""Asks a reverse search about posts by their looks: a small picture is sent, never the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked
from homebooru.db.queries.policy import load_policy
from homebooru.domain.lookups.chain import Wanted
from homebooru.domain.lookups.matches import Finding, judged
from homebooru.domain.lookups.outcomes import Found, Outcome
from homebooru.ports import Previews, ReverseSearch
from homebooru.sites import BOORUS


class ByLikeness:
    """A reverse search as a source of the chain.

    How alike is alike enough is what the household says now; where a match leads depends on
    which boorus may be asked.
    """

    at_once: ClassVar[int] = 1

    def __init__(self, search: ReverseSearch, previews: Previews, sessions: Sessions) -> None:
        self._search = search
        self._previews = previews
        self._sessions = sessions

    @property
    def name(self) -> str:
        return self._search.name

    def ask(self, wanted: Sequence[Wanted]) -> Mapping[int, Found]:
        return {one.post_id: self._ask(one) for one in wanted}

    def reread(self, answer: Mapping[str, Any]) -> Found:
        return self._judged(self._search.found(answer))

    def adopt(self, answer: Mapping[str, Any]) -> Found:
        return self._judged(self._search.adopted(answer))

    def _ask(self, wanted: Wanted) -> Found:
        picture = self._previews.preview(wanted.sha256)
        if picture is None:
            return Found(outcome=Outcome.UNAVAILABLE)
        return self._judged(self._search.by_picture(picture))

    def _judged(self, finding: Finding) -> Found:
        with self._sessions.begin() as session:
            policy = load_policy(session)
            boorus = BOORUS.intersection(asked.enabled(session))
        voice = policy.voice(self.name)
        best_first = sorted(boorus, key=lambda name: (-policy.trust(name), name))
        return judged(finding, sure=voice.likeness, hint=voice.hint, boorus=best_first)
