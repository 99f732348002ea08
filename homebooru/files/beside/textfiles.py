"""Text files with tags: one in a line, or one line of them.

The rules, in order. A file of several lines holds one tag in each (gallery-dl, Hydrus), unless
most lines hold commas, which then part the tags. A single line holds tags between commas
(captions for training), or without commas between blanks (boorus). An address is a source, and
`rating:` and the other known words before a colon tell what they tell. Where more than a quarter
of the entries are sentences or remarks, it is prose and refused as a whole: half a letter is
worse than none.
"""

from __future__ import annotations

import codecs
import re

from homebooru.domain.said import Said
from homebooru.domain.spelling import (
    CATEGORIES,
    PLACES_IN_A_WORK,
    Collected,
    clean_text,
    is_address,
)
from homebooru.errors import Unreadable
from homebooru.phrases import phrase

MAX_BYTES = 1024 * 1024
MAX_ENTRIES = 1000
WORDS_OF_A_SENTENCE = 7
PROSE = frozenset(
    ("a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or")
) | {"the", "this", "to", "was", "were", "with"}
KNOWN = CATEGORIES.keys() | PLACES_IN_A_WORK | {"rating", "title", "source", "url"}
PROMPT = re.compile(r"^(Negative prompt: |Steps: \d+, )", re.MULTILINE)
REMARK = re.compile(r"[\w-]+(?: [\w-]+)*: \S|[#=*/-]")


def read_text(data: bytes, foreign: tuple[str, ...] = ()) -> Said:
    """Return what a text file says; raises Unreadable where it is no list of tags."""
    text = _text_in(data)
    if PROMPT.search(text):
        raise Unreadable(phrase("The text is a prompt for an image generator, not a list of tags."))
    entries = _entries([line.strip() for line in text.splitlines() if line.strip()])
    if len(entries) > MAX_ENTRIES:
        raise Unreadable(
            phrase(
                "The text has {entries} entries: too many for the tags of a picture.",
                entries=len(entries),
            )
        )
    words = Collected(foreign)
    for entry in entries:
        words.add_word(entry)
    return words.said()


def read_notes(data: bytes) -> Said:
    """Return what a text file of notes says: a description; raises Unreadable."""
    return Said(description=clean_text(_text_in(data)))


def _text_in(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise Unreadable(
            phrase(
                "The text is larger than {most} MB: no list of tags.",
                most=MAX_BYTES >> 20,
            )
        )
    text = _decode(data)
    if "\0" in text:
        raise Unreadable(phrase("The file holds bytes that are no text."))
    return text


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _entries(lines: list[str]) -> list[str]:
    if len(lines) == 1 and "," not in lines[0]:
        return _between_blanks(lines[0])
    with_commas = sum("," in line and not is_address(line) for line in lines)
    if 2 * with_commas > len(lines):
        lines = [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]
    sentences = sum(map(_is_sentence, lines))
    if 4 * sentences > len(lines):
        raise Unreadable(
            phrase(
                "The text reads like prose, not like tags: {sentences} of its {lines} entries "
                "are sentences. Nothing was taken from it.",
                sentences=sentences,
                lines=len(lines),
            )
        )
    return lines


def _between_blanks(line: str) -> list[str]:
    """Part a line at its blanks; with a known word and a colon before it, it may be one tag."""
    words = line.split()
    if _is_named(line) and not any("_" in word or ":" in word for word in words[1:]):
        return [line]
    if len(words) > 2 and PROSE & {word.lower() for word in words}:
        raise Unreadable(
            phrase("The text reads like prose, not like tags. Nothing was taken from it.")
        )
    return words


def _is_sentence(entry: str) -> bool:
    """Tell a sentence, or a remark (`Licence: free`, `# or so`), from a tag with blanks in it."""
    words = entry.split()
    if _is_named(entry) or is_address(entry):
        return False
    if "。" in entry or "、" in entry:
        return True
    if len(words) >= WORDS_OF_A_SENTENCE or (len(words) > 1 and REMARK.match(entry)):
        return True
    if len(words) >= 5 and any(word.lower() in PROSE for word in words):
        return True
    return len(words) >= 3 and entry[-1] in ".!?;:,"


def _is_named(entry: str) -> bool:
    prefix, colon, _ = entry.partition(":")
    return bool(colon) and prefix.strip().lower() in KNOWN
