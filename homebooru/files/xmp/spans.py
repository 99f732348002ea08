"""Where in the bytes of an XMP packet its elements stand, so that they can be edited in place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from homebooru.errors import Unreadable
from homebooru.files.xmp.reading import MAX_BYTES, RDF, UTF_16
from homebooru.phrases import phrase

BLANK = b" \t\r\n"
UTF_8_MARK = b"\xef\xbb\xbf"
CODING = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
TAG = re.compile(rb"<(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
NAME = re.compile(rb"[^\s/>]+")
ATTRIBUTE = re.compile(rb"[ \t\r\n]+([^\s=/>]+)[ \t\r\n]*=[ \t\r\n]*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(slots=True)
class Attribute:
    """An attribute: from the blank before it to its last quote, and what is between its quotes."""

    name: str
    value: str
    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(slots=True)
class Element:
    """An element: from `start` to `end`, its content from `inner` to `inner_end`.

    `raw_name` is its name as written, with whichever prefix; `text` is what stands right in it.
    """

    name: str
    start: int
    raw_name: bytes
    inner: int
    parent: Element | None
    closed: bool
    attributes: list[Attribute]
    inner_end: int = 0
    end: int = 0
    pieces: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def named(self, *names: str) -> Iterator[Element]:
        """Yield the children of these names."""
        return (child for child in self.children if child.name in names)


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as UTF-8, with what it takes to get the very bytes back."""

    head: bytes
    body: bytes
    tail: bytes
    coding: str
    rdf: Element

    def with_body(self, body: bytes) -> bytes:
        """Return the file with another body; what its coding lacks is written as references."""
        if self.coding == "utf-8":
            return self.head + body + self.tail
        return self.head + body.decode().encode(self.coding, "xmlcharrefreplace") + self.tail


def read_packet(data: bytes) -> Packet:
    """Take a packet apart; raises Unreadable where the reader would, or nothing can be kept."""
    if len(data) > MAX_BYTES:
        raise Unreadable(phrase("The XMP is larger than {most} MB.", most=MAX_BYTES >> 20))
    head, coded, tail, coding = _coded(data)
    body = coded if coding == "utf-8" else _recoded(coded, coding)
    if b"<!DOCTYPE" in body:
        raise Unreadable(
            phrase("The XMP has a document type, which XMP never has; it is not read.")
        )
    root = _Builder(body).build()
    rdf = next((one for one in _everything(root) if one.name == RDF + "RDF"), None)
    if rdf is None:
        raise Unreadable(phrase("The XML holds no XMP: there is no rdf:RDF in it."))
    return Packet(head, body, tail, coding, rdf)


def _coded(data: bytes) -> tuple[bytes, bytes, bytes, str]:
    """Set apart what is before and after the text, and tell how it is coded."""
    rest = data.lstrip(BLANK)
    if rest.startswith(UTF_16):
        mark = 2 if rest.startswith(UTF_16[:2]) else 0
        big = rest.startswith((UTF_16[1], UTF_16[3]))
        head = data[: len(data) - len(rest) + mark]
        end = len(rest) - len(rest[mark:]) % 2
        while end > mark and rest[end - 2 : end].strip(b"\0" + BLANK) == b"":
            end -= 2
        return head, rest[mark:end], rest[end:], f"utf-16-{'be' if big else 'le'}"
    if rest.startswith(UTF_8_MARK):
        rest = rest.removeprefix(UTF_8_MARK).lstrip(BLANK)
    body = rest.rstrip(b"\0" + BLANK)
    head = data[: len(data) - len(rest)]
    declared = None if UTF_8_MARK in head else CODING.match(body)
    coding = declared[1].decode().lower() if declared else "utf-8"
    return head, body, rest[len(body) :], "utf-8" if coding in ("utf-8", "utf8") else coding


def _recoded(body: bytes, coding: str) -> bytes:
    """Return the text as UTF-8, where the same bytes can be made of it again."""
    try:
        text = codecs.lookup(coding).decode(body, "strict")[0]
        is_same = isinstance(text, str) and text.encode(coding) == body
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise Unreadable(
            phrase("The XMP is coded in a way that is not known: {coding}.", coding=coding)
        ) from error
    if not is_same:
        raise Unreadable(
            phrase("The XMP is coded in a way that is not known: {coding}.", coding=coding)
        )
    return text.encode()


def _everything(root: Element) -> Iterator[Element]:
    """Yield an element and all in it, in the order of the text."""
    waiting = [root]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(one.children))


class _Builder:
    """Builds the tree while expat tells what comes where; entities and other files are not known."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._root: Element | None = None
        self._open: Element | None = None
        self._parser = expat.ParserCreate("utf-8", " ")
        self._parser.ordered_attributes = True
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse

    def build(self) -> Element:
        try:
            self._parser.Parse(self._body, True)
        except expat.ExpatError as error:
            raise Unreadable(
                phrase("The XMP is cut short or no XML: {error}", error=error)
            ) from None
        assert self._root is not None
        return self._root

    def _start(self, name: str, attributes: list[str]) -> None:
        start = self._parser.CurrentByteIndex
        inner = _match(TAG, self._body, start).end()
        closed = self._body[inner - 2 : inner] == b"/>"
        raw_name = _match(NAME, self._body, start + 1)[0]
        element = Element(
            name=_expanded(name),
            start=start,
            raw_name=raw_name,
            inner=inner,
            parent=self._open,
            closed=closed,
            attributes=_attributes(self._body, start + 1 + len(raw_name), inner, attributes),
        )
        if self._open is None:
            self._root = element
        else:
            self._open.children.append(element)
        self._open = element

    def _end(self, _: str) -> None:
        element = self._open
        assert element is not None
        if element.closed:
            element.inner_end = element.end = element.inner
        else:
            element.inner_end = self._parser.CurrentByteIndex
            element.end = self._body.index(b">", element.inner_end) + 1
        self._open = element.parent

    def _text(self, text: str) -> None:
        if self._open is not None:
            self._open.pieces.append(text)

    def _refuse(self, *_: object) -> None:
        raise Unreadable(
            phrase("The XMP has a document type, which XMP never has; it is not read.")
        )


def _match(pattern: re.Pattern[bytes], body: bytes, at: int) -> re.Match[bytes]:
    found = pattern.match(body, at)
    assert found is not None  # expat has read it
    return found


def _attributes(body: bytes, start: int, end: int, told: list[str]) -> list[Attribute]:
    """Find where the attributes stand that expat told; declarations of namespaces are none."""
    found = [
        match
        for match in ATTRIBUTE.finditer(body, start, end)
        if match[1] != b"xmlns" and not match[1].startswith(b"xmlns:")
    ]
    return [
        Attribute(_expanded(name), value, at.start(), at.end(), *at.span(at.lastindex or 0))
        for at, name, value in zip(found, told[::2], told[1::2], strict=True)
    ]


def _expanded(name: str) -> str:
    space, blank, local = name.rpartition(" ")
    return f"{{{space}}}{local}" if blank else local
