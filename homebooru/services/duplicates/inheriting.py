"""Carries what is known of one post over to another that shows the same picture, and back.

Posts that turn out to be one (`services/library/settling.unite`) and those that somebody decides
about go the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.queries.deriving.claims import read_claims
from homebooru.db.queries.duplicates import carrying
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.views import tag_views
from homebooru.domain.claims import Claim
from homebooru.domain.policy import HISTORY, MERGED, Kind, Policy
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag
from homebooru.services.tags.claiming import keep_claims


def carry_keepsakes(session: Session, lost: int, kept: int) -> dict[str, Any]:
    """Carry favourites and places in pools over; return what it takes to carry them back."""
    liked = carrying.like_too(session, lost, kept)
    places, joined = carrying.take_places(session, lost, kept)
    return {"liked": liked, "places": places, "joined": joined}


def carry_keepsakes_back(
    session: Session, lost: int, kept: int, carried: Mapping[str, Any]
) -> None:
    carrying.like_no_more(session, kept, carried["liked"])
    places = [(pool, position) for pool, position in carried["places"]]
    carrying.give_places_back(session, lost, kept, places, carried["joined"])


def carry_claims(session: Session, lost: int, kept: int) -> None:
    """Let a post have, as a claim of its own, what others say of a copy of it; derive it.

    What models guess is left out: they look at the better file themselves. So is what tags tell
    of the file (meta).
    """
    keep_claims(session, {(kept, f"{MERGED}{lost}"): heard_of(session, lost)})


def heard_of(session: Session, lost: int) -> Said | None:
    """Return what others say of a post that is worth as much said of its copy; None for nothing."""
    claims, policy = read_claims(session, [lost]).get(lost, []), load_policy(session)
    heard = sorted(
        (one for one in claims if _counts(one, policy)), key=lambda one: policy.trust(one.source)
    )
    return _union(session, heard, policy)


def carry_claims_back(session: Session, lost: int, kept: int) -> None:
    keep_claims(session, {(kept, f"{MERGED}{lost}"): None})


def _counts(claim: Claim, policy: Policy) -> bool:
    return (
        claim.source != HISTORY
        and policy.voice(claim.source).kind is not Kind.MODEL
        and policy.trust(claim.source) > 0
    )


def _union(session: Session, heard: list[Claim], policy: Policy) -> Said | None:
    """Return all that some voices say, the least trusted first: of the rest the last word stands."""
    if not heard:
        return None
    sure = {
        tag
        for claim in heard
        for tag, confidence in claim.guesses()
        if confidence >= policy.threshold(claim.source, Category.GENERAL)
    }
    tags = sorted(tag_views(session, sure).values(), key=lambda tag: tag.name)
    told: dict[str, Any] = {
        name: value
        for claim in heard
        for name in ("rating", "score", "stars", "description", "place", "taken_at")
        if (value := getattr(claim, name)) is not None
    }
    return Said(
        tags=tuple(SaidTag(tag.name, None) for tag in tags if tag.category is not Category.META),
        sources=tuple(dict.fromkeys(one for claim in reversed(heard) for one in claim.sources)),
        **told,
    )
