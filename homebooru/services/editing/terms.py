"""Completes what is written in the tag box, and tells what its terms are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.tags import find_tags
from homebooru.db.queries.views import tag_views
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.reading import PREFIXES, STARS, read_edit
from homebooru.domain.editing.terms import WORDS, BoxTerm, TypedTerm, typed_term
from homebooru.domain.posts import TagView
from homebooru.domain.query.completion import Offer, Suggestion, TermKind
from homebooru.domain.query.writing import write_value
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.errors import QuerySyntaxError
from homebooru.search.finding import PLAIN, Finder
from homebooru.search.naming import meanings
from homebooru.services.completing import complete
from homebooru.services.editing.new_tags import new_tags

VALUES: Mapping[str, tuple[str, ...]] = {
    "rating": (*(rating.label for rating in Rating), "none"),
    "stars": tuple(STARS),
}


def complete_term(
    sessions: Sessions, text: str, scope: Scope, *, finder: Finder = PLAIN
) -> tuple[Suggestion, ...]:
    """Return what a term of the tag box may become: whole terms, the likeliest first."""
    typed = typed_term(text)
    if typed.word is not None and typed.word in VALUES:
        return tuple(_values(typed.word, typed.rest.lower()))
    if not typed.is_tag:
        return ()
    searched = f"tag:{write_value(typed.rest)}"
    found = complete(sessions, searched, len(searched), scope, finder=finder).suggestions
    return (*_tags(typed, found), *_words(typed))


def read_terms(sessions: Sessions, texts: Iterable[str], scope: Scope) -> tuple[BoxTerm, ...]:
    """Tell what each term is by itself."""
    read = [_read(text) for text in texts]
    names = {name for _, edit in read if isinstance(edit, Edit) for name in edit.tags}
    with one_moment(sessions) as session:
        new = new_tags(session, names, scope)
        meant = meanings(session, names)
        shown = tag_views(session, set(meant.values()) | set(find_tags(session, names).values()))
    known = {name: shown[tag] for name, tag in meant.items() if name not in new}
    return tuple(_told(text, edit, known, new) for text, edit in read)


def _tags(typed: TypedTerm, found: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Yield the tags that were found, those of the category that is written first."""
    wanted = PREFIXES.get(typed.word or "")
    for one in sorted(found, key=lambda one: wanted is not None and one.category is not wanted):
        if one.offer is Offer.TAG:
            yield replace(one, text=typed.with_tag(one.name))


def _words(typed: TypedTerm) -> Iterator[Suggestion]:
    """Offer what may stand before a colon, once some of it is written."""
    if typed.word is None and typed.rest:
        for word in WORDS:
            if word.startswith(typed.rest.lower()):
                yield Suggestion(offer=Offer.METATAG, text=typed.with_word(word), name=word)


def _values(word: str, begun: str) -> Iterator[Suggestion]:
    for value in VALUES[word]:
        if value.startswith(begun):
            yield Suggestion(offer=Offer.VALUE, text=f"{word}:{value}", name=value)


def _read(text: str) -> tuple[str, Edit | QuerySyntaxError]:
    try:
        return text, read_edit(text)
    except QuerySyntaxError as error:
        return text, error


def _told(
    text: str,
    read: Edit | QuerySyntaxError,
    known: dict[str, TagView],
    new: dict[str, tuple[str, ...]],
) -> BoxTerm:
    if isinstance(read, QuerySyntaxError):
        return BoxTerm(text=text, kind=TermKind.MISTAKE, mistake=str(read))
    if len(read.tags) != 1:
        return BoxTerm(text=text, kind=TermKind.OTHER)
    [name] = read.tags
    category = dict(read.categories).get(name)
    if name in new:
        nearest = new[name] if name in read.add else ()
        return BoxTerm(text=text, kind=TermKind.UNKNOWN, category=category, nearest=nearest)
    category = known[name].category if category is None else category
    return BoxTerm(text=text, kind=TermKind.TAG, category=category)
