"""Posts as the intake of files sees them: their digests, their looks, whether they are there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.alike import orders
from homebooru.db.queries.immich.groups import refresh_links
from homebooru.db.queries.looks import keep_looks
from homebooru.db.tables import (
    AssetRow,
    AssetWishRow,
    ClaimRow,
    EditRow,
    FormerDigestRow,
    LocationRow,
    PostRow,
    PostVerdictRow,
    TrashedFileRow,
    VerdictRow,
)
from homebooru.domain.intake import Looks, Resident
from homebooru.domain.media import Digests, Facts

INTAKE_LOCK = 7283020


def lock_intake(session: Session) -> None:
    """Be the only one who decides what lies where, until this transaction ends."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(INTAKE_LOCK)))


def find_by_digests(session: Session, sha256s: Collection[bytes]) -> dict[bytes, int]:
    """Return the posts that have these bytes, or had them before they were edited in place."""
    former = sa.select(FormerDigestRow.sha256, FormerDigestRow.post_id).where(
        FormerDigestRow.sha256.in_(sha256s)
    )
    current = sa.select(PostRow.sha256, PostRow.id).where(PostRow.sha256.in_(sha256s))
    rows = [*session.execute(former), *session.execute(current)]
    return {sha256: post_id for sha256, post_id in rows if sha256 is not None}


def digests_of(session: Session, post_ids: Collection[int]) -> set[bytes]:
    """Return the digests that posts have now."""
    rows = session.scalars(sa.select(PostRow.sha256).where(PostRow.id.in_(post_ids)))
    return {sha256 for sha256 in rows if sha256 is not None}


def find_current(session: Session, sha256s: Collection[bytes]) -> set[bytes]:
    """Return which of these digests some post has now."""
    rows = session.scalars(sa.select(PostRow.sha256).where(PostRow.sha256.in_(sha256s)))
    return {sha256 for sha256 in rows if sha256 is not None}


def create_posts(session: Session, digests: Sequence[Digests]) -> list[int]:
    """Make a post for each of these bytes, which nobody has; return their ids."""
    if not digests:
        return []
    new = sa.insert(PostRow).returning(PostRow.id, sort_by_parameter_order=True)
    return list(session.scalars(new, [asdict(one) for one in digests]))


def as_residents(
    session: Session, post_ids: Collection[int], places: Collection[tuple[int, bytes]]
) -> dict[int, Resident]:
    """Return what intake must know of posts; `elsewhere` is outside of `places`."""
    spoken = _spoken_of(PostRow.id)
    elsewhere = sa.exists().where(
        LocationRow.post_id == PostRow.id,
        LocationRow.missing_since.is_(None),
        sa.tuple_(LocationRow.root_id, LocationRow.path).not_in(places),
    )
    whole_once = sa.exists().where(FormerDigestRow.post_id == PostRow.id)
    rows = session.execute(
        sa.select(PostRow, spoken, elsewhere, whole_once).where(PostRow.id.in_(post_ids))
    )
    return {
        post.id: Resident(
            post_id=post.id,
            looks=_looks(post),
            elsewhere=is_elsewhere,
            spoken_of=is_spoken_of,
            is_litter=not (is_spoken_of or was_whole) and is_unfinished(post),
        )
        for post, is_spoken_of, is_elsewhere, was_whole in rows
    }


def is_unfinished(post: PostRow) -> bool:
    """Tell whether a post's file never was a whole picture, as far as anybody knows."""
    return post.state != "ready" or post.damaged


def _spoken_of(post_id: sa.orm.InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.exists().where(VerdictRow.post_id == post_id),
        sa.exists().where(PostVerdictRow.post_id == post_id),
        sa.exists().where(TrashedFileRow.post_id == post_id),
    )


def _looks(post: PostRow) -> Looks | None:
    if post.state != "ready" or post.width is None or post.height is None:
        return None
    return Looks(
        width=post.width,
        height=post.height,
        frames=post.frames or 1,
        duration=post.duration,
        pixel_digest=post.pixel_digest,
        phash=post.phash,
        thumbhash=post.thumbhash,
    )


def keep_facts(session: Session, facts: Mapping[int, Facts]) -> None:
    """Store what was read of pictures; they are ready."""
    rows = [
        {
            "id": post_id,
            "mime": one.mime,
            "width": one.width,
            "height": one.height,
            "frames": one.frames,
            "duration": one.duration,
            "has_sound": one.has_sound,
            "pixel_digest": one.pixel_digest,
            "phash": one.phash,
            "thumbhash": one.thumbhash,
            "state": "ready",
            "state_reason": one.damage,
            "damaged": one.damage is not None,
        }
        for post_id, one in sorted(facts.items())
    ]
    if rows:
        session.execute(sa.update(PostRow), rows)
    looks = {post_id: one.look for post_id, one in facts.items() if one.look}
    keep_looks(session, looks)
    orders.order(session, looks)


def keep_unreadable(session: Session, reasons: Mapping[int, str]) -> None:
    """Say why pictures cannot be shown."""
    rows = [
        {"id": post_id, "state": "unreadable", "state_reason": reason}
        for post_id, reason in sorted(reasons.items())
    ]
    if rows:
        session.execute(sa.update(PostRow), rows)


def forget_looks(session: Session, post_ids: Collection[int]) -> list[bytes]:
    """Let those of some posts that lie nowhere wait for another look, should they come back.

    Return their digests, whose thumbnails nobody needs.
    """
    present = sa.exists().where(
        LocationRow.post_id == PostRow.id, LocationRow.missing_since.is_(None)
    )
    gone = session.scalars(
        sa.update(PostRow)
        .where(PostRow.id.in_(post_ids), ~present)
        .values(state="pending")
        .returning(PostRow.sha256)
        .execution_options(synchronize_session=False)
    )
    return [sha256 for sha256 in gone if sha256 is not None]


def try_again(session: Session, post_id: int) -> None:
    """Let a picture that could not be read wait for another look."""
    session.execute(
        sa.update(PostRow)
        .where(PostRow.id == post_id, PostRow.state == "unreadable")
        .values(state="pending", state_reason=None)
        .execution_options(synchronize_session=False)
    )


def still_having(session: Session, wanted: Mapping[int, bytes]) -> set[int]:
    """Return those posts whose bytes still are what they were when they were handed out."""
    rows = session.execute(
        sa.select(PostRow.id, PostRow.sha256)
        .where(PostRow.id.in_(wanted))
        .order_by(PostRow.id)
        .with_for_update(key_share=True)
    )
    return {row.id for row in rows if row.sha256 == wanted[row.id]}


def take_digests(session: Session, post_id: int, new: Digests, *, forget: bool = False) -> None:
    """Give a post new bytes; the old ones become former ones, unless they are forgotten.

    It waits for its facts again.
    """
    post = session.get_one(PostRow, post_id, populate_existing=True)
    if not forget:
        _keep_former(session, post)
    session.execute(sa.delete(FormerDigestRow).where(FormerDigestRow.sha256 == new.sha256))
    post.sha256, post.md5, post.sha1, post.size = new.sha256, new.md5, new.sha1, new.size
    post.state, post.state_reason, post.damaged = "pending", None, False
    session.flush()


def _keep_former(session: Session, post: PostRow) -> None:
    if post.sha256 is not None:
        session.execute(
            insert(FormerDigestRow)
            .values(sha256=post.sha256, md5=post.md5, sha1=post.sha1, post_id=post.id)
            .on_conflict_do_nothing()
        )


def swap_digests(session: Session, post_id: int, sha256: bytes, size: int) -> bool:
    """Make one of a post's former digests its current one; tell whether it had it."""
    former = session.scalars(
        sa.select(FormerDigestRow).where(
            FormerDigestRow.sha256 == sha256, FormerDigestRow.post_id == post_id
        )
    ).one_or_none()
    if former is None or former.md5 is None or former.sha1 is None:
        return False
    new = Digests(sha256, former.md5, former.sha1, size)
    session.expunge(former)
    take_digests(session, post_id, new)
    return True


def refresh_presence(session: Session, post_ids: Collection[int]) -> None:
    """Keep `missing_since` true: set while a post lies nowhere, to when the last place went."""
    present = sa.exists().where(
        LocationRow.post_id == PostRow.id, LocationRow.missing_since.is_(None)
    )
    last = (
        sa.select(sa.func.max(LocationRow.missing_since))
        .where(LocationRow.post_id == PostRow.id)
        .correlate(PostRow)
        .scalar_subquery()
    )
    since = sa.case((present, sa.null()), else_=sa.func.coalesce(last, sa.func.now()))
    session.execute(
        sa.update(PostRow)
        .where(PostRow.id.in_(post_ids), PostRow.missing_since.is_distinct_from(since))
        .values(missing_since=since)
        .execution_options(synchronize_session=False)
    )


def pending_and_present(session: Session, post_ids: Collection[int]) -> list[int]:
    """Return those posts that have no facts yet although their bytes are there."""
    return list(
        session.scalars(
            sa.select(PostRow.id).where(
                PostRow.id.in_(post_ids),
                PostRow.state == "pending",
                PostRow.missing_since.is_(None),
                sa.exists().where(
                    LocationRow.post_id == PostRow.id,
                    LocationRow.root_id.is_not(None),
                    LocationRow.missing_since.is_(None),
                ),
            )
        )
    )


def never_read(session: Session, post_ids: Collection[int]) -> list[tuple[int, int]]:
    """Pair posts with those that only Immich told of by the SHA-1 that they have, too."""
    other = aliased(PostRow)
    rows = session.execute(
        sa.select(sa.func.min(PostRow.id), other.id)
        .join(other, sa.and_(other.sha1 == PostRow.sha1, other.sha256.is_(None)))
        .where(PostRow.id.in_(post_ids), PostRow.sha256.is_not(None))
        .group_by(other.id)
        .order_by(other.id)
    )
    return [(known, told) for known, told in rows]


def find_litter(session: Session, post_ids: Collection[int]) -> list[int]:
    """Return posts that are nothing but files that never were whole, overwritten since.

    All their places are missing and hold another post now, and no person spoke of them.
    """
    other = aliased(LocationRow)
    overwritten = sa.exists().where(
        other.root_id == LocationRow.root_id,
        other.path == LocationRow.path,
        other.missing_since.is_(None),
        other.post_id != LocationRow.post_id,
    )
    return list(
        session.scalars(
            sa.select(PostRow.id).where(
                PostRow.id.in_(post_ids),
                sa.or_(PostRow.state != "ready", PostRow.damaged),
                ~sa.exists().where(LocationRow.post_id == PostRow.id, ~overwritten),
                sa.exists().where(LocationRow.post_id == PostRow.id),
                ~sa.exists().where(FormerDigestRow.post_id == PostRow.id),
                ~_spoken_of(PostRow.id),
            )
        )
    )


def move_words(session: Session, lost: int, kept: int) -> None:
    """Let what others say of one post be said of another, and its places be the other's.

    The history is then of the other, too, as are assets with their albums and people.
    """
    _move_claims(session, lost, kept)
    _move_places(session, lost, kept)
    for places in (AssetRow, AssetWishRow):
        session.execute(sa.update(places).where(places.post_id == lost).values(post_id=kept))
    refresh_links(session, [lost, kept])
    session.execute(
        sa.update(TrashedFileRow).where(TrashedFileRow.post_id == lost).values(post_id=kept)
    )
    session.execute(sa.update(EditRow).where(EditRow.post_id == lost).values(post_id=kept))
    session.execute(
        sa.update(FormerDigestRow).where(FormerDigestRow.post_id == lost).values(post_id=kept)
    )
    old = session.get_one(PostRow, lost, populate_existing=True)
    if old.sha256 is not None:
        former = insert(FormerDigestRow).values(
            sha256=old.sha256, md5=old.md5, sha1=old.sha1, post_id=kept
        )
        session.execute(former.on_conflict_do_nothing())


def _move_claims(session: Session, lost: int, kept: int) -> None:
    """Move claims of sources that say nothing of the other yet; parents that are named follow."""
    other = aliased(ClaimRow)
    session.execute(
        sa.update(ClaimRow)
        .where(
            ClaimRow.post_id == lost,
            ~sa.exists().where(other.post_id == kept, other.source == ClaimRow.source),
        )
        .values(post_id=kept)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(ClaimRow)
        .where(ClaimRow.parent == f"post:{lost}")
        .values(parent=f"post:{kept}")
        .execution_options(synchronize_session=False)
    )


def _move_places(session: Session, lost: int, kept: int) -> None:
    """Move places; where both lay at one path, the present row stays, else the newer."""
    other = aliased(LocationRow)
    better = sa.or_(
        other.missing_since.is_(None),
        sa.and_(LocationRow.missing_since.is_not(None), other.post_id == kept),
    )
    session.execute(
        sa.delete(LocationRow)
        .where(
            LocationRow.post_id.in_([lost, kept]),
            sa.exists().where(
                other.post_id.in_([lost, kept]),
                other.id != LocationRow.id,
                other.root_id == LocationRow.root_id,
                other.path == LocationRow.path,
                better,
            ),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(LocationRow)
        .where(LocationRow.post_id == lost)
        .values(post_id=kept)
        .execution_options(synchronize_session=False)
    )


def delete_posts(session: Session, post_ids: Collection[int]) -> None:
    session.execute(sa.delete(PostRow).where(PostRow.id.in_(post_ids)))


def children_of(session: Session, post_ids: Iterable[int]) -> list[int]:
    """Return the posts that name one of these as their parent."""
    names = [f"post:{post_id}" for post_id in post_ids]
    return list(session.scalars(sa.select(ClaimRow.post_id).where(ClaimRow.parent.in_(names))))
