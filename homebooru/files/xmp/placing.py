"""Finds and changes pieces of an XMP packet by where they stand; the rest is never touched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from homebooru.files.xmp.reading import DC, DIGIKAM, HOMEBOORU, LIGHTROOM, RDF, XMP
from homebooru.files.xmp.spans import BLANK, Attribute, Element, Packet

CONTAINERS = (RDF + "Bag", RDF + "Seq", RDF + "Alt")
PREFIXES = {DIGIKAM: "digiKam", LIGHTROOM: "lr", DC: "dc", XMP: "xmp", HOMEBOORU: "hb", RDF: "rdf"}
KINDS = {DIGIKAM + "TagsList": "Seq"}
RATING = XMP + "Rating"
NO_XML = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], ""
)


@dataclass(slots=True)
class _Listed:
    """A property that is a list: its container and the texts of its items."""

    element: Element
    container: Element
    items: list[tuple[Element, str]]


@dataclass(slots=True)
class Pieces:
    """What of a packet is to be put in the place of what."""

    packet: Packet
    splices: list[tuple[int, int, bytes]] = field(default_factory=list)
    made: list[tuple[str, bytes]] = field(default_factory=list)
    dropped: list[Element] = field(default_factory=list)

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

    def texts(self, name: str) -> Iterator[str]:
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

    def simple(self, name: str) -> Iterator[str]:
        return filter(
            None, (one.text.strip() for d in self._descriptions() for one in d.named(name))
        )

    def change(self, name: str, out: set[str], new: Iterable[str]) -> None:
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

    def ratings(self) -> Iterator[Attribute | Element]:
        for description in self._descriptions():
            yield from (one for one in description.attributes if one.name == RATING)
            yield from description.named(RATING)

    def rate(self, places: list[Attribute | Element], value: str | None) -> None:
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


def said_at(place: Attribute | Element) -> str:
    """Return what a property says that is written there."""
    return place.value.strip() if isinstance(place, Attribute) else place.text.strip()


def _escaped(text: str) -> bytes:
    return escape(text.translate(NO_XML), {'"': "&quot;", "'": "&#39;", "\r": "&#13;"}).encode()


def _declared(space: str) -> bytes:
    return f' xmlns:{PREFIXES[space]}="{space[1:-1]}"'.encode()
