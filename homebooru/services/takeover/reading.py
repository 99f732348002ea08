"""Understands what a file-based HomeBooru, or the program that came of it, knew of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homebooru.domain.lookups.outcomes import ANSWERED, Outcome
from homebooru.domain.said import Said
from homebooru.domain.takeover.older import (
    BOORUS,
    TAGGERS,
    OldPicture,
    acts_of,
    tagger_words,
    tags_of,
)
from homebooru.domain.takeover.remembered import IMPORT, Heard, Remembered
from homebooru.ports import Source

SEARCH = "saucenao"


def understood(
    picture: OldPicture,
    md5: str,
    sources: Mapping[str, Source],
    pools: Mapping[str, int],
) -> Remembered:
    """Return what is taken over of a picture; `sources` read what they once answered.

    `pools` are the ids of those pools that are filled. Tags of which it is not known who said
    them stay as the import's own, so that none is lost.
    """
    heard = tuple(_heard(picture, sources))
    told = {one.source for one in heard if one.said is not None}
    known = {TAGGERS.get(name, name) for name in picture.answers}
    words = tags_of(picture) if not known or known - told else ()
    own = Heard(source=IMPORT, said=Said(tags=words))
    return Remembered(
        md5=md5,
        written_at=picture.written_at,
        heard=(*heard, own) if words else heard,
        acts=acts_of(picture),
        pools=tuple((pools[one.pool], one.position) for one in picture.pools if one.pool in pools),
        favourite=picture.favourite,
    )


def _heard(picture: OldPicture, sources: Mapping[str, Source]) -> Iterator[Heard]:
    for name, row in picture.answers.items():
        if name in BOORUS:
            yield from _answered(sources[name], row)
        elif name in TAGGERS:
            tags, confidences, rating = tagger_words(row)
            yield Heard(
                source=TAGGERS[name],
                outcome=Outcome.HIT,
                said=Said(tags=tags, confidences=confidences, rating=rating),
                answer=row,
            )
    if picture.asked:
        for name in BOORUS:
            if name not in picture.answers:
                yield Heard(source=name, outcome=Outcome.MISS)
    if picture.searched:
        nothing = Heard(source=SEARCH, outcome=Outcome.MISS)
        yield from _answered(sources[SEARCH], picture.search) if picture.search else (nothing,)


def _answered(source: Source, row: Mapping[str, object]) -> Iterator[Heard]:
    """Yield what a source had answered, unless that makes no sense."""
    found = source.adopt(row)
    if found.outcome in ANSWERED:
        yield Heard(
            source=source.name,
            outcome=found.outcome,
            said=found.said,
            remote_id=found.remote_id,
            similarity=found.similarity,
            answer=found.answer,
        )
