"""What files and their sidecars say becomes claims: each the union over all places of a post."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import product

from sqlalchemy.orm import Session

from homebooru.db.queries import statements
from homebooru.domain.said import Said
from homebooru.domain.words import SOURCES, union
from homebooru.services.tags.claiming import keep_claims


def keep_statements(session: Session, location_id: int, said: Mapping[str, Said]) -> None:
    """Keep what one location says now, by source, in place of all it said before."""
    keep_all_statements(session, {location_id: said})


def keep_all_statements(
    session: Session,
    said: Mapping[int, Mapping[str, Said]],
    unclear: Collection[tuple[int, str]] = (),
) -> None:
    """Keep what many locations say now, by location and source.

    A source that is `unclear` at a location, since its sidecar is broken, keeps its last word.
    """
    statements.replace(session, said, unclear)


def claim_statements(session: Session, post_ids: Collection[int]) -> None:
    """Turn what all locations of the posts say into claims; what nobody says any more goes.

    A location that is missing keeps its word: nothing known of a picture is lost with a file.
    Posts of which nothing is said are derived as well, since the times of their files count.
    """
    said: dict[tuple[int, str], Said | None] = dict.fromkeys(product(post_ids, SOURCES))
    for key, voices in statements.of_posts(session, post_ids).items():
        said[key] = union(voices)
    keep_claims(session, said)
