"""What people decided on posts, written."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.tables import PostVerdictRow, VerdictRow
from homebooru.domain.claims import About


def keep_verdict(
    session: Session,
    post_id: int,
    tag_id: int,
    *,
    yes: bool,
    account_id: int | None,
    reason: str | None,
) -> None:
    """Store a person's word on a tag, as the newest one."""
    new = insert(VerdictRow).values(
        post_id=post_id, tag_id=tag_id, yes=yes, account_id=account_id, reason=reason
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[VerdictRow.post_id, VerdictRow.tag_id],
            set_={
                "yes": yes,
                "account_id": account_id,
                "reason": reason,
                "made_at": sa.func.clock_timestamp(),
            },
        )
    )


def remove_verdict(session: Session, post_id: int, tag_id: int) -> None:
    """Forget a person's word on a tag."""
    session.execute(
        sa.delete(VerdictRow).where(VerdictRow.post_id == post_id, VerdictRow.tag_id == tag_id)
    )


def keep_post_verdict(
    session: Session, post_id: int, about: About, value: str | None, account_id: int | None
) -> None:
    """Store a person's word on a post."""
    new = insert(PostVerdictRow).values(
        post_id=post_id, about=about, value=value, account_id=account_id
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[PostVerdictRow.post_id, PostVerdictRow.about],
            set_={
                "value": value,
                "account_id": account_id,
                "made_at": sa.func.clock_timestamp(),
            },
        )
    )


def remove_post_verdict(session: Session, post_id: int, about: About) -> None:
    """Forget a person's word on a post."""
    session.execute(
        sa.delete(PostVerdictRow).where(
            PostVerdictRow.post_id == post_id, PostVerdictRow.about == about
        )
    )
