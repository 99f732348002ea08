"""What an export holds of posts: their bytes' digests, and all that anybody said of them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.tags import tag_names
from homebooru.db.queries.transfer.references import reference, references_of
from homebooru.db.tables import (
    ClaimRow,
    EditRow,
    FavouriteRow,
    FormerDigestRow,
    LocationRow,
    PostRow,
    PostVerdictRow,
    RecordRow,
    RootRow,
    VerdictRow,
)
from homebooru.domain.claims import About
from homebooru.domain.derived import own_parent
from homebooru.domain.transfer import told
from homebooru.domain.transfer.shapes import Line

PAGE = 250
FACTS = ("mime", "size", "width", "height", "duration", "frames", "has_sound", "rating")
Row = TypeVar("Row")
Says = Mapping[int, list[Any]]


def count_posts(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(PostRow)) or 0


def post_lines(session: Session, accounts: Mapping[int, str]) -> Iterator[tuple[int, list[Line]]]:
    """Yield pages of posts in the order of their ids: how many were looked at, and their lines.

    A post that nothing names anywhere else is left out: its bytes were never read.
    """
    after = 0
    while True:
        rows = session.execute(
            sa.select(PostRow, *reference())
            .where(PostRow.id > after)
            .order_by(PostRow.id)
            .limit(PAGE)
        ).all()
        if not rows:
            return
        posts = {post.id: name for post, name in rows if name is not None}
        page = _Page(session, posts, accounts)
        yield len(rows), [page.line(post) for post, name in rows if name is not None]
        after = rows[-1][0].id
        session.expunge_all()


class _Page:
    """Some posts with all that is said of them, read at once."""

    def __init__(
        self, session: Session, posts: Mapping[int, str], accounts: Mapping[int, str]
    ) -> None:
        self._session, self._accounts, self._posts = session, accounts, posts
        self._claims = self._by_post(ClaimRow.post_id, ClaimRow.source)
        self._verdicts = self._by_post(VerdictRow.post_id, VerdictRow.tag_id)
        self._words = self._by_post(PostVerdictRow.post_id, PostVerdictRow.about)
        self._likes = self._by_post(FavouriteRow.post_id, FavouriteRow.account_id)
        self._records = self._by_post(RecordRow.post_id, RecordRow.source)
        self._edits = self._by_post(EditRow.post_id, EditRow.id)
        self._former = self._by_post(FormerDigestRow.post_id, FormerDigestRow.sha256)
        self._files = self._read_files()
        self._tags = tag_names(session, sorted(self._tag_ids()))
        self._named = references_of(session, self._parents())
        self._made = self._when_made()

    def line(self, post: PostRow) -> Line:
        """Return the line of a post. `tags`, `rating` and `files` tell what follows from the rest."""
        digests = {name: getattr(post, name) for name in ("sha256", "md5", "sha1")}
        return {
            "kind": "post",
            "id": self._posts[post.id],
            **{name: digest.hex() if digest else None for name, digest in digests.items()},
            **{name: getattr(post, name) for name in FACTS},
            "made_at": told(post.created_at),
            "tags": sorted(self._tags[tag] for tag in post.tag_ids if tag in self._tags),
            "files": self._files[post.id],
            "former": [self._digests(row) for row in self._former[post.id]],
            "claims": [self._claim(row) for row in self._claims[post.id]],
            "words": [
                *sorted(map(self._verdict, self._verdicts[post.id]), key=lambda w: str(w["about"])),
                *map(self._word, self._words[post.id]),
            ],
            "favourites": [
                {"by": self._accounts[row.account_id], "made_at": told(row.made_at)}
                for row in self._likes[post.id]
            ],
            "records": [
                self._record(row) for row in self._records[post.id] if row.outcome is not None
            ],
            "edits": [self._edit(row) for row in self._edits[post.id]],
        }

    def _by_post(
        self, post_id: InstrumentedAttribute[int], order: InstrumentedAttribute[Any]
    ) -> Says:
        found: dict[int, list[Any]] = defaultdict(list)
        wanted = sa.select(post_id.class_).where(any_of(post_id, list(self._posts)))
        for row in self._session.scalars(wanted.order_by(post_id, order)):
            found[row.post_id].append(row)
        return found

    def _read_files(self) -> Mapping[int, list[str]]:
        wanted = (
            sa.select(LocationRow.post_id, RootRow.path.label("root"), LocationRow.path)
            .join(RootRow, RootRow.id == LocationRow.root_id)
            .where(any_of(LocationRow.post_id, list(self._posts)), LocationRow.kind == "folder")
            .where(LocationRow.missing_since.is_(None))
        )
        found: dict[int, list[str]] = defaultdict(list)
        for row in self._session.execute(wanted.order_by(RootRow.path, LocationRow.path)):
            found[row.post_id].append(os.fsdecode(row.root + b"/" + row.path))
        return found

    def _tag_ids(self) -> set[int]:
        said = {tag for rows in self._claims.values() for row in rows for tag in row.tag_ids}
        said |= {row.tag_id for rows in self._verdicts.values() for row in rows}
        changed = {c[0] for c in self._changes() if isinstance(c[0], int)}
        shown = self._session.scalars(
            sa.select(sa.func.unnest(PostRow.tag_ids)).where(any_of(PostRow.id, list(self._posts)))
        )
        return said | changed | set(shown)

    def _changes(self) -> Iterator[list[Any]]:
        return (c for rows in self._edits.values() for row in rows for c in row.changes)

    def _parents(self) -> list[int]:
        """Return the posts of ours that are named as parents."""
        named = [row.parent for rows in self._claims.values() for row in rows]
        named += [r.value for rows in self._words.values() for r in rows if r.about == About.PARENT]
        for about, *words in self._changes():
            if about == About.PARENT:
                named += [word[0] for word in words if word is not None]
        return sorted({one for name in named if (one := own_parent(name)) is not None})

    def _when_made(self) -> Mapping[int, str]:
        """Return when those edits were made that others take back."""
        ids = [row.undoes_id for rows in self._edits.values() for row in rows if row.undoes_id]
        wanted = sa.select(EditRow.id, EditRow.made_at).where(any_of(EditRow.id, ids))
        return {row.id: told(row.made_at) for row in self._session.execute(wanted)}

    def _by(self, account_id: int | None) -> str | None:
        return None if account_id is None else self._accounts.get(account_id)

    def _parent(self, name: str | None) -> str | None:
        own = own_parent(name)
        return name if own is None else self._named.get(own)

    def _digests(self, row: FormerDigestRow) -> Line:
        return {
            "sha256": row.sha256.hex(),
            "md5": row.md5.hex() if row.md5 else None,
            "sha1": row.sha1.hex() if row.sha1 else None,
        }

    def _claim(self, row: ClaimRow) -> Line:
        plain = ("rating", "sources", "md5", "remote_ids", "score", "stars", "description", "place")
        return {
            "source": row.source,
            "tags": [self._tags[tag] for tag in row.tag_ids],
            "confidences": row.confidences,
            **{name: getattr(row, name) for name in plain},
            "parent": self._parent(row.parent),
            "taken_at": told(row.taken_at) if row.taken_at else None,
            "claimed_at": told(row.claimed_at),
        }

    def _verdict(self, row: VerdictRow) -> Line:
        said = {"about": f"tag:{self._tags[row.tag_id]}", "value": row.yes, "reason": row.reason}
        return said | {"by": self._by(row.account_id), "made_at": told(row.made_at)}

    def _word(self, row: PostVerdictRow) -> Line:
        value = self._parent(row.value) if row.about == About.PARENT else row.value
        said = {"about": row.about, "value": value, "reason": None}
        return said | {"by": self._by(row.account_id), "made_at": told(row.made_at)}

    def _record(self, row: RecordRow) -> Line:
        plain = ("source", "outcome", "remote_id", "answer", "similarity")
        return {name: getattr(row, name) for name in plain} | {
            "asked_at": told(row.asked_at) if row.asked_at else None,
            "due": told(row.due),
        }

    def _edit(self, row: EditRow) -> Line:
        return {
            "made_at": told(row.made_at),
            "by": self._by(row.account_id),
            "via": row.via,
            "batch": row.batch_id,
            "undoes": self._made.get(row.undoes_id) if row.undoes_id else None,
            "changes": [self._change(*change) for change in row.changes],
        }

    def _change(self, about: int | str, before: Any, after: Any) -> Line:
        name = f"tag:{self._tags[about]}" if isinstance(about, int) else about
        return {
            "about": name,
            "before": self._then(about, before),
            "after": self._then(about, after),
        }

    def _then(self, about: int | str, word: Sequence[Any] | None) -> Line | None:
        """Return a word as it was before an edit, or after it."""
        if word is None:
            return None
        value, made_at, account_id, reason = word
        shown = self._parent(value) if about == About.PARENT else value
        by = self._by(account_id)
        return {"value": shown, "by": by, "made_at": made_at, "reason": reason}
