"""Edits XMP in place: what is ours comes and goes, and every other byte stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from homebooru.domain.fields import path_in_hierarchy
from homebooru.domain.outgoing.sidecars import (
    NOTHING,
    Entries,
    List,
    Owned,
    Wish,
    tags_list_entry,
)
from homebooru.errors import Unreadable
from homebooru.files.xmp.placing import NO_XML, Pieces, said_at
from homebooru.files.xmp.reading import DC, DIGIKAM, HOMEBOORU, LIGHTROOM, MAX_BYTES
from homebooru.files.xmp.spans import read_packet
from homebooru.phrases import phrase

BLANK_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b" </rdf:RDF>\n"
    b"</x:xmpmeta>\n"
    b'<?xpacket end="w"?>\n'
)
PROPERTIES = {
    List.TAGS: DIGIKAM + "TagsList",
    List.HIERARCHIES: LIGHTROOM + "hierarchicalSubject",
    List.SUBJECTS: DC + "subject",
}
MARKS = {
    List.TAGS: HOMEBOORU + "ownedTags",
    List.HIERARCHIES: HOMEBOORU + "ownedHierarchies",
    List.SUBJECTS: HOMEBOORU + "ownedSubjects",
}
COPIED = HOMEBOORU + "copiedTags"
OWNED_RATING, FORMER_RATING = HOMEBOORU + "ownedRating", HOMEBOORU + "formerRating"
STARS = frozenset("12345")


def edit_xmp(data: bytes, wish: Wish, last: Owned = NOTHING) -> tuple[bytes, Owned]:
    """Return `data` as it is wished, and what of it is ours then.

    What is ours is marked in it; where the marks are lost, it is what was ours `last`. Entries
    that others wrote are not ours, though we want the same. Raises Unreadable where the data is
    no XMP that can be kept as it is.
    """
    packet = read_packet(data or BLANK_PACKET)
    editor = _Editor(Pieces(packet))
    known = editor.known(last)
    entries, gone = {}, {}
    copies: tuple[str, ...] = ()
    for one in List:
        entries[one], gone[one], copied = editor.settle(one, wish, known)
        copies += copied
    rated = editor.settle_stars(wish, known)
    editor.pieces.set_mark(OWNED_RATING, None if rated.stars is None else str(rated.stars))
    editor.pieces.set_mark(FORMER_RATING, rated.former_stars)
    owned = replace(rated, entries=_filled(entries), gone=_filled(gone), copies=copies)
    edited = editor.pieces.edited()
    if len(edited) > MAX_BYTES:
        raise Unreadable(phrase("The XMP is larger than {most} MB.", most=MAX_BYTES >> 20))
    if not data and edited == BLANK_PACKET:
        return b"", owned
    return edited, owned


def _filled(entries: Entries) -> Entries:
    return {name: texts for name, texts in entries.items() if texts}


@dataclass(slots=True)
class _Editor:
    """Decides what of each list and of the rating is to come and to go."""

    pieces: Pieces

    def known(self, last: Owned) -> Owned:
        """Return what is ours by the marks in the packet, else what was `last`."""
        marked = {one: tuple(self.pieces.texts(mark)) for one, mark in MARKS.items()}
        stars = next(self.pieces.simple(OWNED_RATING), "")
        if not any(marked.values()) and not stars:
            return last
        return Owned(
            entries=marked,
            gone=last.gone,
            copies=tuple(self.pieces.texts(COPIED)),
            stars=int(stars) if stars in STARS else None,
            former_stars=next(self.pieces.simple(FORMER_RATING), None),
            gone_stars=last.gone_stars,
        )

    def settle(
        self, one: List, wish: Wish, known: Owned
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Edit a list; return what of it is ours, what others took out, and what we copied there."""
        wanted = [text.translate(NO_XML) for text in wish.entries.get(one, ())]
        present = set(self.pieces.texts(PROPERTIES[one]))
        copied = set(known.copies) if one is List.TAGS else set()
        ours = set(known.entries.get(one, ())) | copied.intersection(wanted)
        missing = (ours | set(known.gone.get(one, ()))) - present
        gone = tuple(text for text in wanted if text in missing and not wish.again)
        new = [text for text in wanted if text not in present and text not in gone]
        is_free = one is List.TAGS and bool(wanted) and not present - ours - copied
        copies = self._to_copy(known) if is_free else copied & present if wanted else ()
        copies = tuple(text for text in copies if text not in wanted)
        fresh = [text for text in copies if text not in present and text not in copied]
        out = (ours | copied) & present - set(wanted) - set(copies)
        self.pieces.change(PROPERTIES[one], out, [*fresh, *new])
        owned = tuple(t for t in wanted if t in new or (t in ours and t in present))
        self._mark(MARKS[one], owned)
        if one is List.TAGS:
            self._mark(COPIED, copies)
        return owned, gone, copies

    def _to_copy(self, known: Owned) -> Iterable[str]:
        """Return what others say where programs do not look any more once digiKam's list is there.

        Immich, for one, reads the first of digiKam's list, Lightroom's and the flat words.
        """
        theirs = {
            one: [
                text
                for text in dict.fromkeys(self.pieces.texts(PROPERTIES[one]))
                if text and text not in known.entries.get(one, ())
            ]
            for one in (List.HIERARCHIES, List.SUBJECTS)
        }
        paths = [path_in_hierarchy(text) for text in theirs[List.HIERARCHIES]]
        return map(tags_list_entry, paths or [(text,) for text in theirs[List.SUBJECTS]])

    def _mark(self, name: str, texts: Sequence[str]) -> None:
        """Keep in the packet what of a list is ours."""
        marked = set(self.pieces.texts(name))
        self.pieces.change(
            name, marked - set(texts), [text for text in texts if text not in marked]
        )

    def settle_stars(self, wish: Wish, known: Owned) -> Owned:
        """Edit the rating; return what of it is ours, and whether others changed it."""
        places = list(self.pieces.ratings())
        if len(places) > 1:
            return NOTHING
        current = said_at(places[0]) if places else None
        is_ours = known.stars is not None and current == str(known.stars)
        former = known.former_stars if is_ours else current
        wanted = former if wish.stars is None else str(wish.stars)
        said = known.gone_stars if is_ours or known.stars is None else known.stars
        if wish.stars is not None and wish.stars == said and current != wanted and not wish.again:
            return Owned(gone_stars=said)
        if current != wanted:
            self.pieces.rate(places, wanted)
        if wish.stars is None or former == wanted:
            return NOTHING
        return Owned(stars=wish.stars, former_stars=former)
