"""The queue of what models suggest and are not sure enough of to be believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homebooru.db.queries.reviewing.measures import TagScore, read_known, read_scores
from homebooru.db.queries.views import tag_views
from homebooru.domain.editing.edits import Edit
from homebooru.domain.policy import Kind
from homebooru.domain.posts import TagView
from homebooru.domain.query.tree import Detail, Has, Node, Suggested, Tag
from homebooru.domain.review.items import Choice, Item, Key, Stance
from homebooru.domain.review.teaching import Open
from homebooru.domain.scope import Scope
from homebooru.phrases import phrase
from homebooru.search.finding import Finding
from homebooru.services.review.queues import Known, found_by, know

TAGS = 12
LOOKED_AT = 60
"""Of how many tags, and of how many posts of each, the most teaching questions are chosen."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Whether a tag that a model suggests belongs to a post."""

    name: str = "suggestions"
    posts: Node = Has(Detail.SUGGESTION)

    def find(
        self, session: Session, finding: Finding, scope: Scope, skipped: Collection[Key]
    ) -> list[Open]:
        waiting = found_by(session, finding, self.posts, scope).suggested(TAGS)
        known = read_known(session, waiting)
        views = tag_views(session, waiting)
        ranked = sorted(waiting, key=lambda tag: -waiting[tag] / (1 + known.get(tag, 0)))[:TAGS]
        each = {tag: _some_posts(session, finding, views[tag], scope) for tag in ranked}
        told = know(session, {post for posts in each.values() for post in posts}, scope)
        return [
            Open(key, str(tag), sure, waiting[tag], known.get(tag, 0))
            for tag, posts in each.items()
            for key, sure in _open(told, tag, posts)
            if key not in skipped
        ]

    def ask(self, session: Session, keys: Sequence[Key], scope: Scope) -> dict[Key, Item]:
        known = know(session, {key.post_id for key in keys}, scope)
        tags = {int(key.about) for key in keys if key.about.isdigit() and len(key.about) < 10}
        views = tag_views(session, tags)
        scores = read_scores(session, tags)
        return {
            key: belongs(known, key, int(key.about), views[int(key.about)], scores)
            for key in keys
            if key.about.isdigit() and sure_of(known, key.post_id, int(key.about)) is not None
        }


def sure_of(known: Known, post_id: int, tag: int) -> float | None:
    """Return how sure a suggestion of a tag is, None where there is none (any more)."""
    if post_id not in known.posts:
        return None
    suggestions = known.posts[post_id].outcome.suggestions
    return next((one.confidence for one in suggestions if one.tag_id == tag), None)


def belongs(
    known: Known, key: Key, tag: int, view: TagView, scores: Iterable[TagScore] = ()
) -> Item:
    """Return the question whether a suggested tag belongs to a post."""
    sure = sure_of(known, key.post_id, tag)
    return Item(
        key=key,
        question=phrase("Does “{tag}” belong to it?", tag=view.name.replace("_", " ")),
        choices=(
            Choice(
                name="yes",
                words=phrase("Yes"),
                edit=Edit(add=frozenset({view.name})),
                stance=Stance.YES,
            ),
            Choice(
                name="no",
                words=phrase("No"),
                edit=Edit(remove=frozenset({view.name})),
                stance=Stance.NO,
            ),
        ),
        why=tuple(_reasons(known, key.post_id, tag, view, scores)),
        sure=sure,
    )


def _reasons(
    known: Known, post_id: int, tag: int, view: TagView, scores: Iterable[TagScore]
) -> Iterable[str]:
    for claim in known.posts[post_id].claims:
        kind = known.policy.voice(claim.source).kind
        meant = {known.vocabulary.resolve(said): sure for said, sure in claim.guesses()}
        if kind in (Kind.MODEL, Kind.REVERSE) and tag in meant:
            yield phrase(
                "{source} is {sure} % sure of it; it is believed from {enough} % on.",
                source=claim.source,
                sure=round(100 * meant[tag]),
                enough=round(100 * known.policy.threshold(claim.source, view.category)),
            )
        elif kind is Kind.BOORU and tag not in known.vocabulary.close(meant):
            yield phrase("{source} knows the picture, and does not say it.", source=claim.source)
    for score in scores:
        if score.tag_id == tag and score.all.samples:
            yield phrase(
                "Of {count} answers of {source} about this tag {right} were right.",
                count=score.all.samples,
                source=score.source,
                right=score.all.right,
            )


def _some_posts(session: Session, finding: Finding, tag: TagView, scope: Scope) -> Sequence[int]:
    return found_by(session, finding, Suggested(Tag(tag.name)), scope).page(0, LOOKED_AT)


def _open(known: Known, tag: int, posts: Iterable[int]) -> Iterable[tuple[Key, float]]:
    for post in posts:
        sure = sure_of(known, post, tag)
        if sure is not None:
            yield Key(post, str(tag)), sure
