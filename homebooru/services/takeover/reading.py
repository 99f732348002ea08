"""Understands what a file-based HomeBooru, or the program that came of it, knew of a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homebooru.domain.lookups.outcomes import ANSWERED, Outcome
from homebooru.domain.policy import HISTORY
from homebooru.domain.said import Said
from homebooru.domain.takeover.known import Heard, KnownLibrary, KnownPicture
from homebooru.domain.takeover.older import (
    BOORUS,
    TAGGERS,
    OldLibrary,
    OldPicture,
    acts_of,
    tagger_words,
    tags_of,
)
from homebooru.errors import Unreadable
from homebooru.phrases import phrase
from homebooru.ports import Source

SEARCH, CAMIE = "saucenao", "camie"
IMPORT = "import"
"""The voice of what was written down without telling who had said it."""


def as_known(old: OldLibrary, sources: Mapping[str, Source]) -> KnownLibrary:
    """Return what it knew as every other program's is told; `sources` read what they once answered."""
    return KnownLibrary(
        origin=HISTORY,
        number=old.number,
        folder=old.folder,
        pictures=_understood(old, sources),
        pools=old.pools,
        implications=old.implications,
    )


def _understood(
    old: OldLibrary, sources: Mapping[str, Source]
) -> Iterator[KnownPicture | Unreadable]:
    for picture in old.pictures:
        if isinstance(picture, Unreadable):
            yield picture
        else:
            yield understood(picture, picture.md5 or old.digest(picture.path), sources)


def understood(
    picture: OldPicture, digest: str | None, sources: Mapping[str, Source]
) -> KnownPicture:
    """Return what is taken over of a picture.

    Tags of which it is not known who said them stay as the import's own, so that none is lost.
    """
    heard = tuple(_heard(picture, sources))
    told = {one.source for one in heard if one.said is not None}
    known = {TAGGERS.get(name, name) for name in picture.answers}
    words = tags_of(picture) if not known or known - told else ()
    own = Heard(source=IMPORT, said=Said(tags=words))
    return KnownPicture(
        name=picture.path,
        written_at=picture.written_at,
        digest=digest,
        heard=(*heard, own) if words else heard,
        acts=acts_of(picture),
        pools=picture.pools,
        favourite=picture.favourite,
        mistake=_mistake(picture) if words and picture.answers else None,
    )


def _mistake(picture: OldPicture) -> str:
    return phrase(
        "{path}: an answer makes no sense; its tags are kept as they stand.", path=picture.path
    )


def _heard(picture: OldPicture, sources: Mapping[str, Source]) -> Iterator[Heard]:
    for name, row in picture.answers.items():
        if name in BOORUS:
            yield from answered(sources[name], row)
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
    if picture.looked_at and not picture.answers.keys() & TAGGERS.keys():
        yield Heard(source=CAMIE, outcome=Outcome.MISS)
    if picture.searched:
        nothing = Heard(source=SEARCH, outcome=Outcome.MISS)
        yield from answered(sources[SEARCH], picture.search) if picture.search else (nothing,)


def answered(source: Source, row: Mapping[str, object]) -> Iterator[Heard]:
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
