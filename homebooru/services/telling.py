"""Posts as JSON: what commands print, and what the API answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from homebooru.domain.posts import LocationView, PostDetails, PostView, SearchAnswer, TagView
from homebooru.domain.tags import Category


def answer_document(answer: SearchAnswer) -> dict[str, Any]:
    """Return what `search --json` prints; the API says more."""
    return {
        "query": answer.query,
        "count": answer.count,
        "posts": [post_document(post) for post in answer.posts],
        "related": [{"tag": tag.name, "count": tag.count} for tag in answer.related],
    }


def post_document(post: PostView) -> dict[str, Any]:
    """Return what is said of a post wherever it is told."""
    return {
        "id": post.id,
        "md5": post.md5,
        "sha256": post.sha256,
        "rating": post.rating,
        "tags": _tags_document(post.tags),
        "locations": [_location_document(location) for location in post.locations],
    }


def details_document(details: PostDetails) -> dict[str, Any]:
    """Return a post with everything that is said about it, as `post --json` prints it."""
    return post_document(details.post) | {
        "claims": [
            {
                "source": claim.source,
                "rating": claim.rating,
                "tags": [{"tag": tag.name, "confidence": sure} for tag, sure in claim.tags],
                "md5": claim.md5,
                "remote_ids": list(claim.remote_ids),
                "claimed_at": claim.claimed_at.isoformat(),
            }
            for claim in details.claims
        ],
        "verdicts": [
            {
                "tag": verdict.tag.name,
                "yes": verdict.yes,
                "by": verdict.by,
                "made_at": verdict.made_at.isoformat(),
            }
            for verdict in details.verdicts
        ],
        "records": [
            {
                "source": record.source,
                "outcome": record.outcome,
                "remote_id": record.remote_id,
                "address": record.address,
                "similarity": record.similarity,
                "asked_at": moment(record.asked_at),
                "is_awaited": record.is_awaited,
            }
            for record in details.records
        ],
    }


def _tags_document(tags: Iterable[TagView]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {category.label: [] for category in Category}
    for tag in tags:
        names[tag.category.label].append(tag.name)
    return names


def _location_document(location: LocationView) -> dict[str, Any]:
    return {
        "kind": location.kind,
        "root": location.root,
        "path": location.path,
        "size": location.size,
        "modified_at": location.modified_at.isoformat(),
        "missing_since": moment(location.missing_since),
    }


def moment(value: datetime | None) -> str | None:
    """Spell a moment, if there is one."""
    return None if value is None else value.isoformat()
