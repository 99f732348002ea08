"""XMP as Immich reads and writes it, through exiftool: values by field, and lists of tags."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from io import BytesIO

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {
    "x": "adobe:ns:meta/",
    "rdf": RDF,
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
TAGS_LIST = f"{{{PREFIXES['digiKam']}}}TagsList"
HIERARCHICAL = f"{{{PREFIXES['lr']}}}hierarchicalSubject"
SUBJECT = f"{{{PREFIXES['dc']}}}subject"
DESCRIPTION = f"{{{PREFIXES['dc']}}}description"
RATING = f"{{{PREFIXES['xmp']}}}Rating"
LISTS = {"TagsList": TAGS_LIST, "HierarchicalSubject": HIERARCHICAL, "Keywords": SUBJECT}
EMPTY = (
    f"<x:xmpmeta xmlns:x='{PREFIXES['x']}'><rdf:RDF xmlns:rdf='{RDF}'></rdf:RDF></x:xmpmeta>"
).encode()
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
PACKET = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)


class Malformed(ValueError):
    """Not XMP."""


def read(content):
    """Return the fields of a sidecar: lists of tags, a description and a rating."""
    root = _parsed(content)
    fields = {
        name: items
        for name, tag in LISTS.items()
        if (first := next(root.iter(tag), None)) is not None
        if (items := [item.text or "" for item in first.iter(f"{{{RDF}}}li")])
    }
    for description in root.iter(f"{{{RDF}}}Description"):
        if (rating := description.get(RATING)) is not None:
            fields["Rating"] = rating
    if (rating := next(root.iter(RATING), None)) is not None:
        fields["Rating"] = rating.text
    if (said := next(root.iter(DESCRIPTION), None)) is not None:
        fields["Description"] = "".join(said.itertext()).strip()
    return fields


def embedded(content):
    """Return the fields of the XMP packet in a media file, if it has one."""
    found = PACKET.search(content)
    return read(found[0]) if found else {}


def write(content, *, tags=None, rating=None, description=None):
    """Return a sidecar with other tags, rating or description, and all else as it was.

    A list without tags holds one that is empty, as Immich leaves it since 2.7.
    """
    root = _parsed(content or EMPTY)
    if tags is not None:
        _replace(root, TAGS_LIST, "Seq", tags or [""])
    if rating is not None:
        for one in root.iter(f"{{{RDF}}}Description"):
            one.attrib.pop(RATING, None)
        _replace(root, RATING, None, [str(rating)])
    if description is not None:
        _replace(root, DESCRIPTION, "Alt", [description])
    return ET.tostring(root, encoding="utf-8", xml_declaration=False)


def written(**lists):
    """Return a sidecar with lists of tags, as others write it."""
    root = _parsed(EMPTY)
    for name, values in lists.items():
        _replace(root, LISTS[name], "Bag", values)
    return ET.tostring(root)


def _replace(root, tag, kind, values):
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag == tag]:
            parent.remove(child)
    rdf = next(root.iter(f"{{{RDF}}}RDF"))
    said = ET.SubElement(ET.SubElement(rdf, f"{{{RDF}}}Description"), tag)
    if kind is None:
        said.text = values[0]
        return
    listed = ET.SubElement(said, f"{{{RDF}}}{kind}")
    for value in values:
        ET.SubElement(listed, f"{{{RDF}}}li").text = value


def _parsed(content):
    for prefix, uri in PREFIXES.items():
        ET.register_namespace(prefix, uri)
    try:
        for _, (prefix, uri) in ET.iterparse(BytesIO(content), ["start-ns"]):
            if prefix and not re.fullmatch(r"ns\d+", prefix):
                ET.register_namespace(prefix, uri)
        return ET.fromstring(content)
    except ET.ParseError as error:
        raise Malformed(str(error)) from error


def tags_of(fields):
    """Return the tags of an asset: the first of three lists that there is."""
    for name in ("TagsList", "HierarchicalSubject", "Keywords"):
        if name not in fields:
            continue
        values = [through_json(value) for value in fields[name]]
        if name == "HierarchicalSubject":
            values = [value.translate({ord("|"): "/", ord("/"): "|"}) for value in values]
        return [value for value in map(squeezed, values) if value]
    return []


def squeezed(value):
    """Return the path of a tag without empty parts."""
    return "/".join(part for part in value.split("/") if part)


def through_json(text):
    """Return what becomes of a value on its way through exiftool's JSON."""
    if text == "null":
        return "undefined"
    if not NUMBER.fullmatch(text):
        return text
    number = float(text)
    return str(int(number)) if number.is_integer() and abs(number) < 1e21 else repr(number)


def stars_of(fields):
    """Return the stars, 1 to 5; None for anything else."""
    try:
        stars = int(float(fields.get("Rating") or 0))
    except ValueError:
        return None
    return stars if 1 <= stars <= 5 else None
