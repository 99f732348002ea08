"""Why one post is shown beside another: what the badges on its picture say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext

from homebooru.domain.duplicates.kinds import Kind
from homebooru.domain.posts import PostView, TagView
from homebooru.domain.tags import Category
from homebooru.services.alike.subject import AboutTheSame
from homebooru.services.duplicates.showing import Same
from homebooru.services.similar import Alike

KINDS = {
    Kind.PIXELS: lazy_gettext("same pixels"),
    Kind.COPY: lazy_gettext("copy"),
    Kind.RETOUCHED: lazy_gettext("retouched"),
    Kind.COLOURS: lazy_gettext("other colours"),
    Kind.PART: lazy_gettext("part"),
    Kind.MIRRORED: lazy_gettext("mirrored"),
}
TOLD = (Category.CHARACTER, Category.COPYRIGHT, Category.ARTIST)
MOST = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A post and why it is shown: how alike it is, the tags that tell of it, or of what kind it is."""

    post: PostView
    likeness: float | None
    shared: tuple[TagView, ...] = ()
    kind: Kind | None = None


def of_looks(found: Iterable[Alike]) -> list[Match]:
    """Tell of posts that look alike, and whom or whose they show."""
    return [Match(one.post, one.likeness, told(one.post.tags)) for one in found]


def of_subject(found: Iterable[AboutTheSame]) -> list[Match]:
    """Tell of posts that share tags; where none of them names anybody, of those that say most."""
    matches = []
    for one in found:
        shared = [each.tag for each in one.shared]
        reasons = told(shared) or tuple(shared[:MOST])
        matches.append(Match(one.post, one.likeness, reasons))
    return matches


def of_same(found: Iterable[Same]) -> list[Match]:
    """Tell of other files of the same picture, and of variants of it."""
    return [Match(one.post, None, kind=one.kind) for one in found]


def told(tags: Iterable[TagView]) -> tuple[TagView, ...]:
    """Return tags that say whom, of what and whose a picture shows: of each kind, then others."""
    named = sorted((tag for tag in tags if tag.category in TOLD), key=_kind)
    first = {tag.category: tag for tag in reversed(named)}
    others = [tag for tag in named if tag not in first.values()]
    return tuple(sorted([*reversed(first.values()), *others][:MOST], key=_kind))


def _kind(tag: TagView) -> int:
    return TOLD.index(tag.category)


def copy_kind_name(kind: Kind) -> str:
    """Name to people what one picture is of another."""
    return str(KINDS[kind])
