"""Posts as the commands print them for people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from homebooru.domain.posts import PostDetails, PostView, SearchAnswer

MANY_TAGS = 60  # characters of tags on the line of a post


def answer_lines(answer: SearchAnswer) -> Iterator[str]:
    """Yield what `search` prints for people."""
    yield _headline(answer)
    for unknown in answer.unknown:
        meant = f" Did you mean {' or '.join(unknown.nearest)}?" if unknown.nearest else ""
        yield f"No post has the tag {unknown.name}.{meant}"
    for drop in answer.drop:
        yield f"Without {drop.term} there would be {_posts(drop.count)}."
    yield from _columns([_row(post) for post in answer.posts])
    if answer.related:
        often = ", ".join(f"{tag.name} ({tag.count:,})" for tag in answer.related)
        yield f"Tags: {often}"


def _headline(answer: SearchAnswer) -> str:
    if len(answer.posts) == answer.count:
        return _posts(answer.count)
    if not answer.posts:
        return f"{_posts(answer.count)}, none from {answer.offset + 1:,} on"
    last = answer.offset + len(answer.posts)
    return f"{_posts(answer.count)}, here {answer.offset + 1:,} to {last:,}"


def _posts(count: int) -> str:
    return "1 post" if count == 1 else f"{count:,} posts"


def _row(post: PostView) -> tuple[str, ...]:
    names = " ".join(tag.name for tag in post.tags)
    short = names if len(names) <= MANY_TAGS else names[: MANY_TAGS - 1].rstrip() + "…"
    place = f"{post.locations[0].root}/{post.locations[0].path}" if post.locations else ""
    return str(post.id), _rating(post), _dimensions(post), short, place


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _rating(post: PostView) -> str:
    return post.rating.value if post.rating else "-"


def _dimensions(post: PostView) -> str:
    return f"{post.width}x{post.height}" if post.width and post.height else "-"


def details_lines(details: PostDetails) -> Iterator[str]:
    """Yield what `post` prints for people."""
    post = details.post
    rating = f"{post.rating.label} (says {post.rating_by})" if post.rating else None
    facts: list[tuple[str, object]] = [
        ("post", post.id),
        ("state", _state(post)),
        ("rating", rating),
        ("picture", _picture(post)),
        ("date", _local(post.dated_at)),
        ("added", _local(post.created_at)),
        ("description", post.description),
        ("place", post.place),
        ("parent", post.parent_id),
        ("earlier", details.earlier and f"post {details.earlier} lay here before"),
        ("children", ", ".join(map(str, details.children))),
        ("sources", " ".join(post.sources)),
        ("md5", post.md5),
        ("sha256", post.sha256),
    ]
    yield from (f"{name:12}{value}" for name, value in facts if value)
    for category in dict.fromkeys(tag.category for tag in post.tags):
        names = " ".join(tag.name for tag in post.tags if tag.category is category)
        yield f"{category.label:12}{names}"
    for location in post.locations:
        gone = " (missing)" if location.missing_since else ""
        yield f"{'file':12}{location.root or 'Immich'}/{location.path}{gone}"
    for claim in details.claims:
        said = " ".join(
            tag.name if sure is None else f"{tag.name} ({sure:.0%})" for tag, sure in claim.tags
        )
        yield f"{claim.source} says: {said or 'no tags'}"
        if claim.remote_ids:
            yield f"{claim.source} says it is: {' '.join(claim.remote_ids)}"
        if claim.md5 and claim.md5 != post.md5:
            yield f"{claim.source} says its md5 is: {claim.md5}"
    for verdict in details.verdicts:
        word = "yes" if verdict.yes else "no"
        yield f"{verdict.by or 'somebody'} decided: {verdict.tag.name}: {word}"


def _state(post: PostView) -> str:
    parts = [post.state]
    parts += ["missing"] if post.missing_since else []
    parts += ["in the trash"] if post.trashed_at else []
    reason = f" ({post.state_reason})" if post.state_reason else ""
    return ", ".join(parts) + reason


def _picture(post: PostView) -> str:
    kind = post.mime or "of unknown kind"
    size = "" if post.size is None else f", {post.size:,} bytes"
    return f"{_dimensions(post)}, {kind}{size}"


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else ""
