"""Reading a post with everything said about it, and its neighbours in a search."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.counts import count_tags
from homebooru.db.queries.lookups.chain import FAR
from homebooru.db.queries.lookups.kept import records_of
from homebooru.db.queries.lookups.permitted import is_permitted
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.views import post_views, tag_views
from homebooru.db.tables import AccountRow, ClaimRow, PostRow, VerdictRow
from homebooru.domain.derived import own_parent
from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.paging import Side
from homebooru.domain.policy import HISTORY, Policy
from homebooru.domain.posts import (
    ClaimView,
    PostDetails,
    PostView,
    RecordView,
    TagView,
    VerdictView,
)
from homebooru.domain.query import parse
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.search.naming import meanings
from homebooru.services.searching import LARGEST_ID, is_seen
from homebooru.sites import SITES, STEPS, TAGGERS

RELATIVES = 60


def get_post(
    sessions: Sessions, post_id: int, scope: Scope, *, finder: Finder = PLAIN
) -> PostDetails:
    """Return a post, missing and trashed ones too; raises NotFound where the scope hides it.

    Its tags come with the number of posts that the asker sees in the grid.
    """
    with one_moment(sessions) as session:
        with finder.finding(session) as finding:
            post = _post(session, post_id, scope)
            counts = _counts(session, finding, post.tag_ids, scope)
        claims, verdicts = _claims(session, post_id), _verdicts(session, post_id)
        said = {tag.name for claim in claims for tag, _ in claim.tags}
        details = PostDetails(
            post=post_views(session, [post], scope, counts)[0],
            claims=claims,
            verdicts=verdicts,
            children=_children(session, post_id, scope),
            earlier=_earlier(session, post_id, scope),
            family=_family(session, post, scope),
            aliases=_aliases(session, said | {verdict.tag.name for verdict in verdicts}),
            records=_records(session, post_id),
            is_apart=not is_permitted(session, post_id),
        )
        policy = load_policy(session)
        return replace(
            details,
            suggested=_suggested(details, policy, policy.floor),
            sure=_suggested(details, policy, policy.threshold),
        )


def neighbours(
    sessions: Sessions,
    post_id: int,
    text: str,
    scope: Scope,
    *,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> tuple[int | None, int | None]:
    """Return the posts before and after one in a search; None at its ends.

    Both are None for a post that the search does not find. Raises QuerySyntaxError.
    """
    query = parse(text)
    now = now or datetime.now(UTC)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        if not is_seen(session, post_id, scope):
            return None, None
        found = finding.find(*ask(session, query, scope, now, zone, finding=finding))
        if not found.has(post_id):
            return None, None
        before, after = (found.beside(post_id, side, 1) for side in (Side.BEFORE, Side.AFTER))
        return (before[0] if before else None, after[0] if after else None)


def _counts(
    session: Session, finding: Finding, tag_ids: Sequence[int], scope: Scope
) -> Mapping[int, int]:
    """Count to the end, which in a part of the gallery not every finding does."""
    if finding.far is None:
        tags = finding.count_tags(tag_ids, scope)
    else:
        tags = count_tags(session, tag_ids, scope)
    return {tag_id: tag.count for tag_id, tag in tags.items()}


def _post(session: Session, post_id: int, scope: Scope) -> PostRow:
    wanted = sa.select(PostRow).where(PostRow.id == post_id, visible(scope))
    post = session.scalars(wanted).one_or_none() if 0 < post_id <= LARGEST_ID else None
    if post is None:
        raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
    return post


def _claims(session: Session, post_id: int) -> tuple[ClaimView, ...]:
    """Return what others say; what HomeBooru itself saw is told as the post's family."""
    of_others = sa.and_(ClaimRow.post_id == post_id, ClaimRow.source != HISTORY)
    mine = sa.select(ClaimRow).where(of_others).order_by(ClaimRow.source)
    claims = session.scalars(mine).all()
    tags = tag_views(session, {tag for claim in claims for tag in claim.tag_ids})
    return tuple(
        ClaimView(
            source=claim.source,
            tags=_said(claim, tags),
            rating=Rating(claim.rating) if claim.rating else None,
            md5=claim.md5,
            remote_ids=tuple(claim.remote_ids),
            claimed_at=claim.claimed_at,
        )
        for claim in claims
    )


def _said(claim: ClaimRow, tags: Mapping[int, TagView]) -> tuple[tuple[TagView, float | None], ...]:
    sure: Sequence[float | None] = claim.confidences or (None,) * len(claim.tag_ids)
    said = ((tags[tag], confidence) for tag, confidence in zip(claim.tag_ids, sure, strict=True))
    return tuple(sorted(said, key=lambda pair: pair[0].name))


def _records(session: Session, post_id: int) -> tuple[RecordView, ...]:
    """Return what sources answered, in the order in which they are asked."""
    views = [
        RecordView(
            source=record.source,
            label=_label(record.source),
            outcome=Outcome(record.outcome) if record.outcome else None,
            remote_id=record.remote_id,
            address=_seen_at(record.source, record.remote_id),
            similarity=record.similarity,
            asked_at=record.asked_at,
            is_awaited=record.waits_since is not None and record.due < FAR,
            is_enabled=is_enabled,
            closed_until=service.closed_until if is_closed else None,
            failure=service.failure if is_closed else None,
        )
        for record, service, is_enabled, is_closed in records_of(session, post_id)
    ]
    order = list(STEPS)
    known = [view for view in views if view.source in STEPS]
    return tuple(sorted(known, key=lambda view: (STEPS[view.source], order.index(view.source))))


def _label(source: str) -> str:
    """Return what people know a source as."""
    return SITES[source].label if source in SITES else TAGGERS.get(source, source)


def _seen_at(source: str, remote_id: str | None) -> str | None:
    """Return where people see what a source found."""
    if remote_id is None or source not in SITES:
        return None
    return SITES[source].page_of(remote_id) or remote_id


def _verdicts(session: Session, post_id: int) -> tuple[VerdictView, ...]:
    rows = session.execute(
        sa.select(VerdictRow, AccountRow.name)
        .outerjoin(AccountRow, AccountRow.id == VerdictRow.account_id)
        .where(VerdictRow.post_id == post_id)
        .order_by(VerdictRow.made_at, VerdictRow.tag_id)
    ).all()
    tags = tag_views(session, {verdict.tag_id for verdict, _ in rows})
    return tuple(
        VerdictView(tag=tags[verdict.tag_id], yes=verdict.yes, by=name, made_at=verdict.made_at)
        for verdict, name in rows
    )


def _earlier(session: Session, post_id: int, scope: Scope) -> int | None:
    """Return the post that lay where this one lies, if the asker may see it."""
    saw = session.get(ClaimRow, (post_id, HISTORY))
    earlier = own_parent(saw.parent) if saw else None
    mine = sa.select(PostRow.id).where(PostRow.id == earlier, visible(scope))
    return None if earlier is None else session.scalar(mine)


def _family(session: Session, post: PostRow, scope: Scope) -> tuple[PostView, ...]:
    """Return those next to a post and the post itself, the parent first; at most `RELATIVES`."""
    eldest = post.parent_id or post.id
    related = sa.or_(PostRow.id == eldest, any_of(PostRow.parent_id, [eldest, post.id]))
    seen = sa.or_(PostRow.id == post.id, sa.and_(related, visible(scope), shown()))
    nearest = (PostRow.id != post.id, PostRow.id != eldest, PostRow.id)
    rows = session.scalars(sa.select(PostRow).where(seen).order_by(*nearest).limit(RELATIVES)).all()
    in_order = sorted(rows, key=lambda row: (row.id != eldest, row.id))
    return post_views(session, in_order, scope) if len(rows) > 1 else ()


def _aliases(session: Session, names: Collection[str]) -> dict[str, str]:
    """Return what those of these tags mean that mean another one."""
    meant = meanings(session, names)
    spelled = tag_views(session, set(meant.values()))
    return {name: spelled[tag].name for name, tag in meant.items() if spelled[tag].name != name}


def _children(session: Session, post_id: int, scope: Scope) -> tuple[int, ...]:
    children = sa.select(PostRow.id).where(PostRow.parent_id == post_id, visible(scope), shown())
    return tuple(session.scalars(children.order_by(PostRow.id)))


def _suggested(
    details: PostDetails, policy: Policy, enough: Callable[[str, Category], float]
) -> tuple[TagView, ...]:
    """Return what machines are sure enough of, where nobody decided and it does not count anyway."""
    settled = {details.meant(verdict.tag) for verdict in details.verdicts}
    settled |= {tag.name for tag in details.post.tags}
    asked = policy.suggesting(claim.source for claim in details.claims)
    possible = {
        tag
        for claim in details.claims
        if claim.source in asked
        for tag, confidence in claim.tags
        if details.meant(tag) not in settled
        and (confidence or 0) >= enough(claim.source, tag.category)
    }
    return tuple(sorted(possible, key=lambda tag: tag.name))
