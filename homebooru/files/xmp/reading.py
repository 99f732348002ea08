"""XMP, read: the packets inside pictures, and the sidecars beside them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from homebooru.domain.fields import Fields, path_in_hierarchy, path_in_tags_list, place_at
from homebooru.domain.spelling import rating_word, read_moment
from homebooru.errors import Unreadable
from homebooru.phrases import phrase

MAX_BYTES = 16 * 1024 * 1024

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
XML = "{http://www.w3.org/XML/1998/namespace}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
IPTC = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
LIGHTROOM = "{http://ns.adobe.com/lightroom/1.0/}"
DIGIKAM = "{http://www.digikam.org/ns/1.0/}"
MICROSOFT = ("{http://ns.microsoft.com/photo/1.0/}", "{http://ns.microsoft.com/photo/1.0}")
HOMEBOORU = "{http://homebooru.example/ns/1.0/}"

DATES = (EXIF + "DateTimeOriginal", PHOTOSHOP + "DateCreated", XMP + "CreateDate")
NAMES_OF_A_PLACE = (IPTC + "Location", *(PHOTOSHOP + n for n in ("City", "State", "Country")))
OWNED = ("ownedTags", "ownedHierarchies", "ownedSubjects")
COORDINATE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])")
DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>")
UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")

Properties = defaultdict[str, list[str]]


def read_xmp(data: bytes) -> Fields:
    """Read XMP, in whichever of its shapes; raises Unreadable with what is wrong with it."""
    properties = _properties(_parse(data))
    hierarchies = properties[DIGIKAM + "TagsList"], properties[LIGHTROOM + "hierarchicalSubject"]
    return Fields(
        paths=(
            *(path_in_tags_list(entry) for entry in hierarchies[0] if entry),
            *(path_in_hierarchy(entry) for entry in hierarchies[1] if entry),
        ),
        words=_words(properties, has_paths=any(hierarchies)),
        owned=tuple(entry for name in OWNED for entry in properties[HOMEBOORU + name]),
        cleared=bool(hierarchies[0]) and not any(hierarchies[0]),
        rating=rating_word(_first(properties, HOMEBOORU + "rating")),
        stars=_stars(properties),
        description=_first(properties, DC + "description") or None,
        place=_place(properties),
        taken_at=_taken_at(properties),
        sources=(*properties[DC + "source"], *properties[PHOTOSHOP + "Source"]),
    )


def _parse(data: bytes) -> etree._Element:
    if len(data) > MAX_BYTES:
        raise Unreadable(phrase("The XMP is larger than {most} MB.", most=MAX_BYTES >> 20))
    data = _as_utf8(data).strip(b"\0 \t\r\n")
    if not data:
        raise Unreadable(phrase("The XMP is empty."))
    if b"<!DOCTYPE" in data:
        raise Unreadable(
            phrase("The XMP has a document type, which XMP never has; it is not read.")
        )
    # A parser serves once: it must not carry anything from one file to the next.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError, LookupError) as error:
        raise Unreadable(phrase("The XMP is cut short or no XML: {error}", error=error)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(
            phrase("The XMP has a document type, which XMP never has; it is not read.")
        )
    return root


def _as_utf8(data: bytes) -> bytes:
    """Re-code UTF-16, in which stripping NUL bytes would cut characters in half."""
    data = data.lstrip(b"\n\r\t ")
    if not data.startswith(UTF_16):
        return data.removeprefix(b"\xef\xbb\xbf")
    coding = "utf-16-be" if data.startswith((UTF_16[1], UTF_16[3])) else "utf-16-le"
    text = data.decode(coding, "replace").removeprefix("\ufeff")
    return DECLARATION.sub("", text).encode("utf-8", "replace")


def _properties(root: etree._Element) -> Properties:
    """Gather all properties of all descriptions, by name, in attribute and element form."""
    rdf = root if root.tag == RDF + "RDF" else root.find(f".//{RDF}RDF")
    if rdf is None:
        raise Unreadable(phrase("The XML holds no XMP: there is no rdf:RDF in it."))
    properties: defaultdict[str, list[str]] = defaultdict(list)
    for description in rdf.iterchildren(RDF + "Description"):
        for name, value in description.attrib.items():
            properties[str(name)].append(str(value))
        for child in description.iterchildren(etree.Element):
            properties[child.tag] += _values(child)
    return properties


def _values(element: etree._Element) -> Iterator[str]:
    container = next(element.iterchildren(RDF + "Bag", RDF + "Seq", RDF + "Alt"), None)
    if container is None:
        yield _text(element)
        return
    items = list(container.iterchildren(RDF + "li"))
    if container.tag == RDF + "Alt":  # its first entry is what to show: the default language
        items.sort(key=lambda item: item.get(XML + "lang", "x-default") != "x-default")
    yield from map(_text, items)


def _text(element: etree._Element) -> str:
    """Return a value, plain, as an address, or with qualifiers around it."""
    qualified = element.find(f".//{RDF}value")
    if qualified is not None:
        return (qualified.text or "").strip()
    return (element.text or "").strip() or element.get(RDF + "resource", "")


def _words(properties: Properties, *, has_paths: bool) -> tuple[str, ...]:
    """Return flat keywords.

    Microsoft's repeat the hierarchies with a separator that names may hold too, so they count
    only where those are missing.
    """
    microsofts = (
        [] if has_paths else [w for ns in MICROSOFT for w in properties[ns + "LastKeywordXMP"]]
    )
    return tuple(word for word in (*properties[DC + "subject"], *microsofts) if word)


def _stars(properties: Properties) -> int | None:
    """Return the stars that others gave; ours are an echo, and stand where theirs were."""
    said = _first(properties, XMP + "Rating")
    if said and said == _first(properties, HOMEBOORU + "ownedRating"):
        said = _first(properties, HOMEBOORU + "formerRating")
    try:
        stars = float(said)
    except ValueError:
        return None
    return int(stars) if 1 <= stars <= 5 else None


def _taken_at(properties: Properties) -> datetime | None:
    dates = (read_moment(value) for name in DATES for value in properties[name])
    return next((date for date in dates if date), None)


def _place(properties: Properties) -> str | None:
    names = [_first(properties, name) for name in NAMES_OF_A_PLACE]
    if any(names):
        return ", ".join(name for name in names if name)
    return place_at(
        _degrees(_first(properties, EXIF + "GPSLatitude")),
        _degrees(_first(properties, EXIF + "GPSLongitude")),
    )


def _degrees(text: str) -> float | None:
    """Read `48,51.5N` or `48,51,30N`."""
    found = COORDINATE.fullmatch(text)
    if not found:
        return None
    degrees = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    return -degrees if found[4] in "SW" else degrees


def _first(properties: Properties, name: str) -> str:
    return next(filter(None, properties[name]), "")
