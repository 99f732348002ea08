"""Edits XMP in place: what is ours comes and goes, and every other byte stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

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
from homebooru.files.xmp.reading import (
    DC,
    DIGIKAM,
    HOMEBOORU,
    LIGHTROOM,
    MAX_BYTES,
    RDF,
    XMP,
)
from homebooru.files.xmp.spans import BLANK, Attribute, Element, Packet, read_packet
from homebooru.phrases import phrase

BLANK_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b" </rdf:RDF>\n"
    b"</x:xmpmeta>\n"
    b'<?xpacket end="w"?>\n'
)
CONTAINERS = (RDF + "Bag", RDF + "Seq", RDF + "Alt")
PREFIXES = {DIGIKAM: "digiKam", LIGHTROOM: "lr", DC: "dc", XMP: "xmp", HOMEBOORU: "hb", RDF: "rdf"}
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
KINDS = {DIGIKAM + "TagsList": "Seq"}
RATING, OWNED_RATING, FORMER_RATING = (
    XMP + "Rating",
    HOMEBOORU + "ownedRating",
    HOMEBOORU + "formerRating",
)
STARS = frozenset("12345")
NO_XML = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], ""
)


def edit_xmp(data: bytes, wish: Wish, last: Owned = NOTHING) -> tuple[bytes, Owned]:
    """Return `data` as it is wished, and what of it is ours then.

    What is ours is marked in it; where the marks are lost, it is what was ours `last`. Entries
    that others wrote are not ours, though we want the same. Raises Unreadable where the data is
    no XMP that can be kept as it is.
    """
    packet = read_packet(data or BLANK_PACKET)
    editor = _Editor(packet)
    known = editor.known(last)
    entries, gone = {}, {}
    copies: tuple[str, ...] = ()
    for one in List:
        entries[one], gone[one], copied = editor.settle(one, wish, known)
        copies += copied
    rated = editor.settle_stars(wish, known)
    editor.set_mark(OWNED_RATING, None if rated.stars is None else str(rated.stars))
    editor.set_mark(FORMER_RATING, rated.former_stars)
    owned = replace(rated, entries=_filled(entries), gone=_filled(gone), copies=copies)
    edited = editor.edited()
    if len(edited) > MAX_BYTES:
        raise Unreadable(phrase("The XMP is larger than {most} MB.", most=MAX_BYTES >> 20))
    if not data and edited == BLANK_PACKET:
        return b"", owned
    return edited, owned


def _filled(entries: Entries) -> Entries:
    return {name: texts for name, texts in entries.items() if texts}


@dataclass(slots=True)
class _Listed:
    """A property that is a list: its container and the texts of its items."""

    element: Element
    container: Element
    items: list[tuple[Element, str]]


@dataclass(slots=True)
class _Editor:
    """Collects what is to be put in the place of what, by where it stands."""

    packet: Packet
    splices: list[tuple[int, int, bytes]] = field(default_factory=list)
    made: list[tuple[str, bytes]] = field(default_factory=list)
    dropped: list[Element] = field(default_factory=list)

    def known(self, last: Owned) -> Owned:
        """Return what is ours by the marks in the packet, else what was `last`."""
        marked = {one: tuple(self._texts(mark)) for one, mark in MARKS.items()}
        stars = next(self._simple(OWNED_RATING), "")
        if not any(marked.values()) and not stars:
            return last
        return Owned(
            entries=marked,
            gone=last.gone,
            copies=tuple(self._texts(COPIED)),
            stars=int(stars) if stars in STARS else None,
            former_stars=next(self._simple(FORMER_RATING), None),
            gone_stars=last.gone_stars,
        )

    def settle(
        self, one: List, wish: Wish, known: Owned
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Edit a list; return what of it is ours, what others took out, and what we copied there."""
        wanted = [text.translate(NO_XML) for text in wish.entries.get(one, ())]
        present = set(self._texts(PROPERTIES[one]))
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
        self._change(PROPERTIES[one], out, [*fresh, *new])
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
                for text in dict.fromkeys(self._texts(PROPERTIES[one]))
                if text and text not in known.entries.get(one, ())
            ]
            for one in (List.HIERARCHIES, List.SUBJECTS)
        }
        paths = [path_in_hierarchy(text) for text in theirs[List.HIERARCHIES]]
        return map(tags_list_entry, paths or [(text,) for text in theirs[List.SUBJECTS]])

    def _mark(self, name: str, texts: Sequence[str]) -> None:
        """Keep in the packet what of a list is ours."""
        marked = set(self._texts(name))
        self._change(name, marked - set(texts), [text for text in texts if text not in marked])

    def settle_stars(self, wish: Wish, known: Owned) -> Owned:
        """Edit the rating; return what of it is ours, and whether others changed it."""
        places = list(self._ratings())
        if len(places) > 1:
            return NOTHING
        current = _value(places[0]) if places else None
        is_ours = known.stars is not None and current == str(known.stars)
        former = known.former_stars if is_ours else current
        wanted = former if wish.stars is None else str(wish.stars)
        said = known.gone_stars if is_ours or known.stars is None else known.stars
        if wish.stars is not None and wish.stars == said and current != wanted and not wish.again:
            return Owned(gone_stars=said)
        if current != wanted:
            self._rate(places, wanted)
        if wish.stars is None or former == wanted:
            return NOTHING
        return Owned(stars=wish.stars, former_stars=former)

    def set_mark(self, name: str, value: str | None) -> None:
        """Keep a word of our own in the packet, or take it out."""
        held = [one for d in self._descriptions() for one in d.named(name)]
        if value is not None and held and held[0].text == value:
            return
        self.dropped += held
        if value is not None:
            self.made.append((name, _escaped(value)))

    def edited(self) -> bytes:
        """Return the file with everything in its new place."""
        if self.made:
            self._write_made()
        splices = [*self.splices, *self._removals()]
        body, at, out = self.packet.body, 0, []
        for start, end, text in sorted(splices, key=lambda splice: splice[:2]):
            if start >= at:
                out += [body[at:start], text]
                at = max(at, end)
        return self.packet.with_body(b"".join([*out, body[at:]]))

    def _descriptions(self) -> Iterator[Element]:
        return self.packet.rdf.named(RDF + "Description")

    def _lists(self, name: str) -> Iterator[_Listed]:
        for description in self._descriptions():
            for element in description.named(name):
                for container in element.named(*CONTAINERS):
                    items = [(item, _said(item)) for item in container.named(RDF + "li")]
                    yield _Listed(element, container, items)
                    break

    def _texts(self, name: str) -> Iterator[str]:
        """Yield what a property says, in whichever form."""
        for description in self._descriptions():
            for attribute in description.attributes:
                if attribute.name == name:
                    yield attribute.value
            for element in description.named(name):
                if not element.children:
                    yield element.text.strip()
        for listed in self._lists(name):
            yield from (text for _, text in listed.items)

    def _simple(self, name: str) -> Iterator[str]:
        return filter(
            None, (one.text.strip() for d in self._descriptions() for one in d.named(name))
        )

    def _change(self, name: str, out: set[str], new: Iterable[str]) -> None:
        """Take our items out of a list and put others in, at its end."""
        new = list(new)
        for listed in self._lists(name):
            leaving = _firsts(listed, out)
            for item in leaving:
                self._cut(item)
            if new:
                self._put_items(listed, new)
            elif leaving and len(leaving) == len(listed.items):
                self._empty(listed, leaving[0])
            new = []
        if new:
            self.made.append((name, b"".join(b"\0" + _escaped(text) for text in new)))

    def _put_items(self, listed: _Listed, new: Iterable[str]) -> None:
        container = listed.container
        prefix = container.raw_name.rpartition(b":")
        tag = prefix[0] + prefix[1] + b"li"
        blank = self._blank_before(listed.items[-1][0]) if listed.items else b""
        items = b"".join(blank + b"<%b>%b</%b>" % (tag, _escaped(text), tag) for text in new)
        if container.closed:
            self._open_up(container, items)
        else:
            at = listed.items[-1][0].end if listed.items else container.inner
            self.splices.append((at, at, items))

    def _empty(self, listed: _Listed, first: Element) -> None:
        """Leave a list that is empty now, if it was before us; take it away if we made it.

        We put items right behind the tag of a list that is empty, and on lines of their own in
        one that we make.
        """
        if first.start > listed.container.inner:
            self.dropped.append(listed.element)
        elif not self._rest(listed.container, [item for item, _ in listed.items]):
            self._collapse(listed.container)

    def _ratings(self) -> Iterator[Attribute | Element]:
        for description in self._descriptions():
            yield from (one for one in description.attributes if one.name == RATING)
            yield from description.named(RATING)

    def _rate(self, places: list[Attribute | Element], value: str | None) -> None:
        if not places:
            if value is not None:
                self.made.append((RATING, _escaped(value)))
            return
        place = places[0]
        if value is None and isinstance(place, Element):
            self.dropped.append(place)
        elif value is None and isinstance(place, Attribute):
            self.splices.append((place.start, place.end, b""))
        elif isinstance(place, Attribute):
            self.splices.append((place.value_start, place.value_end, _escaped(value or "")))
        elif place.closed:
            self._open_up(place, _escaped(value or ""))
        else:
            self.splices.append((place.inner, place.inner_end, _escaped(value or "")))

    def _removals(self) -> Iterator[tuple[int, int, bytes]]:
        """Cut out elements that are dropped, or the whole description where that leaves nothing."""
        gone = {id(one): one for one in self.dropped}
        used = {id(one.parent): one.parent for one in self.dropped if one.parent}
        for parent in used.values():
            rest = [child for child in parent.children if id(child) not in gone]
            own = [one for one in parent.attributes if one.name not in (RDF + "about", "about")]
            is_ours = not rest and not own and not self._rest(parent, parent.children).strip(BLANK)
            if is_ours and not any(parent.inner <= s[0] <= parent.inner_end for s in self._kept()):
                for child in parent.children:
                    gone.pop(id(child), None)
                gone[id(parent)] = parent
        for one in gone.values():
            yield self._with_blank(one), one.end, b""

    def _kept(self) -> Iterator[tuple[int, int, bytes]]:
        return (splice for splice in self.splices if splice[2])

    def _write_made(self) -> None:
        """Write properties that were not there into a description of our own."""
        ours = next((d for d in self._descriptions() if any(_is_mark(c) for c in d.children)), None)
        eol = b"\r\n" if b"\r\n" in self.packet.body else b"\n"
        if ours is not None and ours.children:
            blank = self._blank_before(ours.children[-1]) or eol
            at = ours.children[-1].end
            bound = b"" if ours.raw_name == b"rdf:Description" else _declared(RDF)
            new = b"".join(_property(*one, blank, bound) for one in self.made)
            self.splices.append((at, at, new))
            return
        rdf = self.packet.rdf
        last = rdf.children[-1] if rdf.children else None
        blank = self._blank_before(last) if last else b""
        blank = blank if b"\n" in blank else eol + b"  "
        inner = b"".join(_property(*one, blank + b" ") for one in self.made)
        block = blank + self._description(inner, blank)
        if rdf.closed:
            self._open_up(rdf, block)
        else:
            at = last.end if last else rdf.inner
            self.splices.append((at, at, block))

    def _description(self, inner: bytes, blank: bytes) -> bytes:
        about = next(
            (
                self.packet.body[one.value_start : one.value_end]
                for description in self._descriptions()
                for one in description.attributes
                if one.name in (RDF + "about", "about")
            ),
            b"",
        ).replace(b'"', b"&quot;")
        space = b"" if self.packet.rdf.raw_name == b"rdf:RDF" else _declared(RDF)
        return b'<rdf:Description%b rdf:about="%b">%b%b</rdf:Description>' % (
            space,
            about,
            inner,
            blank,
        )

    def _cut(self, element: Element) -> None:
        self.splices.append((self._with_blank(element), element.end, b""))

    def _open_up(self, element: Element, content: bytes) -> None:
        """Give content to an element that is written as one tag."""
        end = b"</%b>" % element.raw_name
        self.splices.append((element.inner - 2, element.inner, b">" + content + end))

    def _collapse(self, element: Element) -> None:
        """Write an element that nothing is left in as one tag."""
        self.splices = [s for s in self.splices if not element.inner <= s[0] < element.inner_end]
        self.splices.append((element.inner - 1, element.end, b"/>"))

    def _with_blank(self, element: Element) -> int:
        """Return where the blank before an element begins."""
        body, start = self.packet.body, element.start
        while start and body[start - 1] in BLANK:
            start -= 1
        return start

    def _blank_before(self, element: Element) -> bytes:
        return self.packet.body[self._with_blank(element) : element.start]

    def _rest(self, element: Element, children: Iterable[Element]) -> bytes:
        """Return what an element holds between and around these children of its."""
        body, at, rest = self.packet.body, element.inner, b""
        for child in children:
            rest += body[at : child.start]
            at = child.end
        return rest + body[at : element.inner_end]


def _property(name: str, value: bytes, blank: bytes, rdf: bytes = b"") -> bytes:
    """Write a property on lines of its own; items of a list begin with a zero byte each."""
    space, _, local = name[1:].partition("}")
    space = f"{{{space}}}"
    tag = f"{PREFIXES[space]}:{local}".encode()
    content = value
    if b"\0" in value:
        kind = KINDS.get(name, "Bag").encode()
        items = (b"%b  <rdf:li>%b</rdf:li>" % (blank, item) for item in value.split(b"\0")[1:])
        inside = b"".join(items)
        content = b"%b <rdf:%b>%b%b </rdf:%b>%b" % (blank, kind, inside, blank, kind, blank)
    return b"%b<%b%b%b>%b</%b>" % (blank, tag, _declared(space), rdf, content, tag)


def _firsts(listed: _Listed, texts: set[str]) -> list[Element]:
    """Return our items of these texts: whoever wrote the same after us wrote their own."""
    ours: dict[str, Element] = {}
    for item, text in listed.items:
        if text in texts and not item.children:
            ours.setdefault(text, item)
    return list(ours.values())


def _is_mark(element: Element) -> bool:
    return element.name.startswith(HOMEBOORU)


def _said(item: Element) -> str:
    """Return what an item says, as the reader hears it."""
    waiting = list(item.children)
    while waiting:
        one = waiting.pop(0)
        if one.name == RDF + "value":
            return one.text.strip()
        waiting = [*one.children, *waiting]
    return item.text.strip()


def _value(place: Attribute | Element) -> str:
    return place.value.strip() if isinstance(place, Attribute) else place.text.strip()


def _escaped(text: str) -> bytes:
    return escape(text.translate(NO_XML), {'"': "&quot;", "'": "&#39;", "\r": "&#13;"}).encode()


def _declared(space: str) -> bytes:
    return f' xmlns:{PREFIXES[space]}="{space[1:-1]}"'.encode()
