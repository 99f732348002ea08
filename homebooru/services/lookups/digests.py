"""Asks a booru about posts by the digests of their files, the newest first, or by their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from homebooru.domain.lookups.chain import Wanted
from homebooru.domain.lookups.outcomes import KNOWN, MISS, Found, Outcome
from homebooru.errors import RemoteError
from homebooru.ports import Booru


class ByDigest:
    """A booru as a source of the chain."""

    def __init__(self, booru: Booru) -> None:
        self._booru = booru

    @property
    def name(self) -> str:
        return self._booru.name

    @property
    def at_once(self) -> int:
        return self._booru.at_once

    def ask(self, wanted: Sequence[Wanted]) -> Mapping[int, Found]:
        """Ask for posts to which something led by their numbers, for all others by digests."""
        unknown = [one for one in wanted if one.lead is None]
        answers: dict[int, Found] = {}
        try:
            if unknown:
                answers |= self._by_digest(unknown)
            for one in wanted:
                if one.lead is not None:
                    answers[one.post_id] = self._by_number(one.lead, one.similarity)
        except RemoteError:
            if not answers:
                raise
        return answers

    def reread(self, answer: Mapping[str, Any]) -> Found:
        return self._booru.found(answer)

    def adopt(self, answer: Mapping[str, Any]) -> Found:
        return self._booru.adopted(answer)

    def _by_digest(self, wanted: Sequence[Wanted]) -> Mapping[int, Found]:
        found = self._booru.by_md5([md5 for one in wanted for md5 in one.md5s])
        return {one.post_id: best for one in wanted if (best := _best(one, found))}

    def _by_number(self, lead: str, similarity: float | None) -> Found:
        """Return a post; one that is there goes on being asked for by its number."""
        found = self._booru.by_id(lead)
        return replace(found, similarity=similarity) if found.outcome in KNOWN else found


def _best(wanted: Wanted, found: Mapping[str, Found]) -> Found | None:
    """Return the most that is known of any of a post's digests, the newest first.

    None where there is no answer for some, and none of the others is known.
    """
    answers = [found[md5] for md5 in wanted.md5s if md5 in found]
    known = [one for one in answers if one.outcome in KNOWN]
    unclear = [one for one in answers if one.outcome is Outcome.CHANGED]
    if not known and len(answers) < len(wanted.md5s):
        return None
    return next(iter([*known, *unclear]), MISS)
