"""Tags that an edit would make: told first, since most of them are slips of the finger."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import TagRow
from homebooru.domain.editing.slips import is_one_slip
from homebooru.domain.posts import UnknownTag
from homebooru.domain.scope import Scope
from homebooru.errors import NewTags
from homebooru.search.finding import PlainFinding
from homebooru.search.naming import meanings, unknown_tags, with_nearest


def refuse_new(session: Session, names: Collection[str], scope: Scope) -> None:
    """Raise NewTags where some of the names are tags of no post that the asker sees."""
    if new := new_tags(session, names, scope):
        raise NewTags(new)


def new_tags(session: Session, names: Collection[str], scope: Scope) -> dict[str, tuple[str, ...]]:
    """Return those names that no post has which the asker may see, with what may be meant.

    Where a tag is one letter away, that alone is.
    """
    known = meanings(session, names)
    used = _well_known(session, known.values()) if scope.sees_all else frozenset()
    places = {
        name: place for place, name in enumerate(sorted(names)) if known.get(name) not in used
    }
    finding = PlainFinding(session)
    new = unknown_tags(finding, places, known, scope) if places else ()
    return {tag.name: _likeliest(tag) for tag in with_nearest(session, finding, new, scope)}


def _well_known(session: Session, tag_ids: Iterable[int]) -> frozenset[int]:
    """Return those tags that posts have by their counts, which may lag behind a little."""
    counted = sa.select(TagRow.id).where(any_of(TagRow.id, list(tag_ids)), TagRow.count > 0)
    return frozenset(session.scalars(counted))


def _likeliest(tag: UnknownTag) -> tuple[str, ...]:
    slips = tuple(name for name in tag.nearest if is_one_slip(tag.name, name))
    return slips or tag.nearest
