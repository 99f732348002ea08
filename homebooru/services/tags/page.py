"""All there is to say of a tag, for somebody who sees some of its posts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from homebooru.db.engine import Sessions
from homebooru.db.queries.reviewing.measures import TagScore, read_scores
from homebooru.db.queries.tags import read_categories
from homebooru.db.queries.vocabulary.states import read_descriptions
from homebooru.domain.policy import PERSON
from homebooru.domain.posts import PostView, TagView
from homebooru.domain.query.tree import Tag
from homebooru.domain.query.writing import write
from homebooru.domain.scope import Scope
from homebooru.domain.vocabulary.acts import ActView
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.searching import search
from homebooru.services.tags.browsing import TagEntry, TagWish, browse_tags
from homebooru.services.tags.history import list_acts
from homebooru.services.tags.links import LinkWish, TagLink, list_aliases, list_implications

EXAMPLES = 12
MOST_LINKS = 500
ACTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TagPage:
    """A tag with what it means and what follows from it, examples, and who changed it last.

    `meaning` is the tag that it is an alias of. `category_by` is whose word its category is.
    `scores` tell how often models are right about it.
    """

    tag: TagEntry
    category_by: str | None
    description: str
    meaning: str | None
    aliases: tuple[str, ...]
    implies: tuple[str, ...]
    implied_by: tuple[str, ...]
    examples: tuple[PostView, ...]
    related: tuple[TagView, ...]
    acts: tuple[ActView, ...]
    scores: tuple[TagScore, ...]

    @property
    def is_categorised_by_person(self) -> bool:
        return self.category_by == PERSON


def get_tag_page(
    sessions: Sessions, wish: TagWish, scope: Scope, *, finder: Finder = PLAIN
) -> TagPage:
    """Return the page of the tag that is wished. Raises NotFound where the asker knows none."""
    tag = _find(sessions, wish, scope, finder)
    answer = search(sessions, write(Tag(tag.name)), scope, limit=EXAMPLES, finder=finder)
    with sessions.begin() as session:
        description = read_descriptions(session, [tag.id]).get(tag.id, "")
        category = read_categories(session, [tag.id])[tag.id]
        scores = read_scores(session, [tag.id])
    own = LinkWish(antecedent=tag.name)
    towards = LinkWish(consequent=tag.name)
    means = list_aliases(sessions, own, scope, limit=1)
    return TagPage(
        tag=tag,
        category_by=category.by,
        description=description,
        meaning=means[0].consequent if means else None,
        aliases=_names(list_aliases(sessions, towards, scope, limit=MOST_LINKS)),
        implies=tuple(
            link.consequent for link in list_implications(sessions, own, scope, limit=MOST_LINKS)
        ),
        implied_by=_names(list_implications(sessions, towards, scope, limit=MOST_LINKS)),
        examples=answer.posts,
        related=tuple(other for other in answer.related if other.name != tag.name),
        acts=list_acts(sessions, scope, tag=tag.name, limit=ACTS),
        scores=tuple(score for score in scores if score.all.samples),
    )


def _find(sessions: Sessions, wish: TagWish, scope: Scope, finder: Finder) -> TagEntry:
    for tag in browse_tags(sessions, wish, scope, limit=1, finder=finder):
        return tag
    raise NotFound(phrase("There is no such tag."))


def _names(links: Iterable[TagLink]) -> tuple[str, ...]:
    return tuple(link.antecedent for link in links)
