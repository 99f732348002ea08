"""Posts for tests, made as indexing would have left them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import LocationRow, PostRow, PostVerdictRow, RootRow
from homebooru.domain.claims import YES, About
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag, tag_name
from homebooru.services.editing.applying import apply_edit
from homebooru.services.tags.claiming import keep_claims

SPRING = 1_700_000_000_000_000_000  # nanoseconds; files get one second more per post
CATEGORIES = {category.label: category for category in Category}


def said_tags(text: str) -> tuple[SaidTag, ...]:
    """Read `1girl artist:somebody`: names, each with the category in front of it, if any."""
    tags = []
    for word in text.split():
        prefix, _, rest = word.partition(":")
        known = prefix in CATEGORIES and bool(rest)
        name, category = (rest, CATEGORIES[prefix]) if known else (word, None)
        tags.append(SaidTag(tag_name(name), category))
    return tuple(tags)


def make_root(session: Session, path: str = "/pictures") -> RootRow:
    """Return the root at `path`, made if it is not there."""
    root = session.scalar(sa.select(RootRow).where(RootRow.path == path.encode()))
    if root is None:
        root = RootRow(path=path.encode(), name=path.rsplit("/", 1)[-1], state="online")
        session.add(root)
        session.flush()
    return root


def make_location(
    session: Session,
    post: PostRow,
    *,
    name: str,
    folder: str = "",
    root: str = "/pictures",
    missing_since: datetime | None = None,
    mtime_ns: int | None = None,
) -> LocationRow:
    """Put one more file of a post into a folder."""
    location = LocationRow(
        post_id=post.id,
        root_id=make_root(session, root).id,
        path="/".join(part for part in (folder, name) if part).encode(),
        name=name,
        folder=folder,
        size=post.size or 0,
        mtime_ns=SPRING + post.id * 1_000_000_000 if mtime_ns is None else mtime_ns,
        sha256=post.sha256,
        missing_since=missing_since,
    )
    session.add(location)
    session.flush()
    return location


def make_post(session: Session, **wanted: Any) -> PostRow:
    """Make a post with a file and what a source says of it; the effective tags follow."""
    [post] = make_posts(session, [wanted])
    return post


def make_posts(session: Session, wanted: Iterable[Mapping[str, Any]]) -> list[PostRow]:
    """Make posts, each of what `_make_silent` takes, in a fraction of the time of one by one."""
    made = [_make_silent(session, **one) for one in wanted]
    keep_claims(session, {(post.id, source): said for post, source, said in made})
    posts = [post for post, *_ in made]
    for post in posts:
        session.refresh(post)
    return posts


def _make_silent(
    session: Session,
    *,
    tags: str | Iterable[str] = "",
    rating: Rating | str | None = None,
    source: str = "text",
    said: Said | None = None,
    name: str | None = None,
    folder: str = "",
    root: str | None = "/pictures",
    mtime_ns: int | None = None,
    missing_since: datetime | None = None,
    trashed_at: datetime | sa.Function[datetime] | None = None,
    **columns: Any,
) -> tuple[PostRow, str, Said]:
    """Make a post with a file of which nothing is known yet; return it, and what `source` says.

    `said` says it all at once, instead of `tags` and `rating`. Without a `root` the post has no
    file. That it is trash is a person's word. `columns` are those of the post (state, width, ...).
    """
    number = (session.scalar(sa.select(sa.func.max(PostRow.id))) or 0) + 1
    seed = str(number).encode()
    values: dict[str, Any] = {
        "sha256": hashlib.sha256(seed).digest(),
        "md5": hashlib.md5(seed).digest(),
        "sha1": hashlib.sha1(seed).digest(),
        "mime": "image/png",
        "size": 1000 + number,
        "width": 800,
        "height": 600,
        "frames": 1,
        "state": "ready",
        "missing_since": missing_since,
        "created_at": datetime.fromtimestamp(SPRING // 1_000_000_000 + number, UTC),
    }
    post = PostRow(**(values | columns))
    session.add(post)
    session.flush()
    if root is not None:
        make_location(
            session,
            post,
            name=name or f"{number}.png",
            folder=folder,
            root=root,
            missing_since=missing_since,
            mtime_ns=mtime_ns,
        )
    if trashed_at is not None:
        word = PostVerdictRow(post_id=post.id, about=About.TRASH, value=YES, made_at=trashed_at)
        session.add(word)
        session.flush()
    text = tags if isinstance(tags, str) else " ".join(tags)
    given = said or Said(tags=said_tags(text), rating=Rating(rating) if rating else None)
    return post, source, given


def edit_post(
    session: Session,
    post_id: int,
    edit: str | Edit,
    *,
    account_id: int | None = 1,
    reason: str | None = None,
) -> int | None:
    """Let a person edit a post, as the tag box has it; return the line of the history."""
    wanted = read_edit(edit) if isinstance(edit, str) else edit
    by = Hand(account_id=account_id, reason=reason)
    return apply_edit(session, wanted, [post_id], by).get(post_id)
