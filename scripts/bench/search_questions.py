"""What is asked: some searches of each kind, in the words of the library at hand."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.scope import shown
from homebooru.db.tables import PostRow, TagRow

PAGE = 40
FAR = 499 * PAGE
PLAIN_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
RANKS = (0, 4, 12, 30, 80)
SHARES = (500, 1_000, 3_000, 10_000, 30_000)
"""A rare tag is on one post in so many."""


@dataclass(frozen=True, slots=True)
class Question:
    """A search, how many posts its page begins behind, and the last of these."""

    text: str
    offset: int = 0
    after: int | None = None


def questions(session: Session) -> Mapping[str, Sequence[Question]]:
    """Return searches by kind."""
    common, rare = _tags(session)
    pairs = [f"{one} {other}" for one, other in pairwise(common)]
    mixed = [f"{one} {other}" for one, other in zip(common, rare, strict=True)]
    kinds = {
        "browse": [""],
        "single common": common,
        "single rare": rare,
        "common and common": pairs,
        "common and rare": mixed,
        "negation": [pair.replace(" ", " -") for pair in pairs],
        "or": [pair.replace(" ", " or ") for pair in (*pairs, *mixed)],
        "wildcard": [f"{one[:3]}*" for one in common],
        "range": ["score:>5", "width:>1500", f"{common[0]} filesize:<1mb", "date:2020..2023"],
        "by score": ["order:score", *(f"{one} order:score" for one in common[:3])],
        "random order": ["order:random:1", *(f"{one} order:random:1" for one in common[:3])],
        "empty": [f"{common[0]} score:>1000000", f"{rare[-1]} {rare[-2]} -{rare[-1]}"],
        "filename": ["filename:*x*", "filename:*12*", f"{common[0]} filename:*7*"],
    }
    asked = {kind: [Question(text) for text in texts] for kind, texts in kinds.items()}
    asked["page 500"] = [
        Question("", FAR, _last_before(session, sa.true())),
        Question(common[0], FAR, _last_before(session, _has(common[0]))),
    ]
    return asked


def _has(tag: str) -> sa.ColumnElement[bool]:
    number = sa.select(TagRow.id).where(TagRow.name == tag).scalar_subquery()
    return number == sa.any_(PostRow.tag_ids)


def _last_before(session: Session, wanted: sa.ColumnElement[bool]) -> int:
    """Return the last post before the far page of a search, newest first."""
    posts = sa.select(PostRow.id).where(wanted, shown()).order_by(PostRow.id.desc())
    return session.scalars(posts.offset(FAR - 1).limit(1)).one()


def _tags(session: Session) -> tuple[list[str], list[str]]:
    posts = session.scalars(sa.select(sa.func.count()).select_from(PostRow)).one()
    every = sa.select(sa.func.unnest(PostRow.tag_ids).label("tag")).subquery()
    often = sa.func.count()
    counts = sa.select(every.c.tag, often.label("often")).group_by(every.c.tag).subquery()
    rows = session.execute(
        sa.select(TagRow.name, counts.c.often)
        .join(counts, counts.c.tag == TagRow.id)
        .order_by(counts.c.often.desc(), TagRow.name)
    )
    tags = [(name, often) for name, often in rows if PLAIN_NAME.fullmatch(name)]
    if len(tags) <= RANKS[-1]:
        sys.exit("The library is too small to have common and rare tags.")
    wanted = [max(1, posts // share) for share in SHARES]
    rare = [min(tags, key=lambda tag: abs(tag[1] - often))[0] for often in wanted]
    return [tags[rank][0] for rank in RANKS], rare
