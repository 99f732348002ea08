"""What each line of an export must look like; whatever does not is refused before anything changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from homebooru.domain.claims import About
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, tag_name
from homebooru.errors import InvalidInput

Check = Callable[[Any], bool]
Line = dict[str, Any]

LARGEST, LARGEST_SIZE = 2**31 - 1, 2**63 - 1
REFERENCE = re.compile(r"sha256:[0-9a-f]{64}|sha1:[0-9a-f]{40}|asset:[0-9a-f-]{36}")


def _text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST


def _size(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= LARGEST_SIZE


def _decimal(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _tag(value: Any) -> bool:
    try:
        return isinstance(value, str) and tag_name(value) == value
    except InvalidInput:
        return False


def _reference(value: Any) -> bool:
    return isinstance(value, str) and REFERENCE.fullmatch(value) is not None


def _uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _anything(_value: Any) -> bool:
    return True


def _hex(letters: int) -> Check:
    pattern = re.compile(f"[0-9a-f]{{{letters}}}")
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _one_of(*values: str) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _maybe(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(map(check, value))


def _shaped(shape: Mapping[str, Check]) -> Check:
    return lambda value: isinstance(value, dict) and not list(_wrong(value, shape))


RATING = _maybe(_one_of(*Rating))
WORD: dict[str, Check] = {"value": _anything, "by": _maybe(_text), "made_at": _moment}
WORDS = {"about": _text, "reason": _maybe(_text), **WORD}
CLAIM: dict[str, Check] = {
    "source": _text,
    "tags": _each(_tag),
    "confidences": _maybe(_each(_decimal)),
    "rating": RATING,
    "parent": _maybe(_text),
    "sources": _each(_text),
    "md5": _maybe(_hex(32)),
    "remote_ids": _each(_text),
    "score": _maybe(_number),
    "stars": _maybe(_number),
    "description": _maybe(_text),
    "place": _maybe(_text),
    "taken_at": _maybe(_moment),
    "claimed_at": _moment,
}
RECORD: dict[str, Check] = {
    "source": _text,
    "outcome": _one_of(
        "hit", "hidden", "hint", "miss", "limited", "refused", "changed", "unavailable"
    ),
    "remote_id": _maybe(_text),
    "answer": _maybe(lambda value: isinstance(value, dict)),
    "similarity": _maybe(_decimal),
    "asked_at": _maybe(_moment),
    "due": _moment,
}
CHANGE: dict[str, Check] = {
    "about": _text,
    "before": _maybe(_shaped(WORD)),
    "after": _maybe(_shaped(WORD)),
}
EDIT: dict[str, Check] = {
    "made_at": _moment,
    "by": _maybe(_text),
    "via": _text,
    "batch": _maybe(_number),
    "undoes": _maybe(_moment),
    "changes": _each(_shaped(CHANGE)),
}
LINK: dict[str, Check] = {"from": _tag, "to": _tag}
SHAPES: Mapping[str, Mapping[str, Check]] = {
    "homebooru": {"format": _number},
    "setting": {"name": _text, "value": _anything},
    "account": {
        "name": _text,
        "owner": _flag,
        "admin": _flag,
        "ceiling": _one_of(*Rating),
        "unrated_as": _one_of(*Rating),
        "folders": _maybe(_each(_text)),
        "immich": _maybe(_each(_uuid)),  # missing in exports of before
        "made_at": _moment,
    },
    "tag": {
        "name": _tag,
        "category": _one_of(*(category.label for category in Category)),
        "by": _maybe(_text),
        "description": _maybe(_text),
    },
    "alias": LINK | {"by": _text},
    "implication": LINK | {"by": _text},
    "refusal": LINK | {"matter": _one_of("alias", "implication")},
    "pool": {
        "name": _text,
        "category": _one_of("series", "collection"),
        "description": _text,
        "made_at": _moment,
        "changed_at": _moment,
    },
    "search": {
        "by": _text,
        "name": _text,
        "query": _text,
        "made_at": _moment,
        "changed_at": _moment,
    },
    "batch": {
        "id": _number,
        "by": _maybe(_text),
        "via": _text,
        "script": _maybe(_text),
        "query": _maybe(_text),
        "posts": _number,
        "changed": _number,
        "left_alone": _number,
        "made_at": _moment,
        "finished_at": _maybe(_moment),
    },
    "post": {
        "id": _reference,
        "sha256": _maybe(_hex(64)),
        "md5": _maybe(_hex(32)),
        "sha1": _maybe(_hex(40)),
        "mime": _maybe(_text),
        "size": _maybe(_size),
        "width": _maybe(_number),
        "height": _maybe(_number),
        "duration": _maybe(_decimal),
        "frames": _maybe(_number),
        "has_sound": _maybe(_flag),
        "made_at": _moment,
        "former": _each(
            _shaped({"sha256": _hex(64), "md5": _maybe(_hex(32)), "sha1": _maybe(_hex(40))})
        ),
        "claims": _each(_shaped(CLAIM)),
        "words": _each(_shaped(WORDS)),
        "favourites": _each(_shaped({"by": _text, "made_at": _moment})),
        "records": _each(_shaped(RECORD)),
        "edits": _each(_shaped(EDIT)),
    },
    "member": {"pool": _text, "post": _reference, "position": _number},
    "end": {"lines": _size},
}


def mistake_in(line: Line) -> str | None:
    """Return what is wrong with a line whose kind is known, None where nothing is."""
    wrong = next(_wrong(line, SHAPES[line["kind"]]), None)
    if wrong is not None:
        return f"{wrong} is missing or makes no sense"
    if line["kind"] == "post":
        return _mistake_in_post(line)
    return None


def _mistake_in_post(line: Line) -> str | None:
    for claim in line["claims"]:
        sure = claim["confidences"]
        if sure is not None and len(sure) != len(claim["tags"]):
            return "confidences and tags do not run beside each other"
    changes = [change for edit in line["edits"] for change in edit["changes"]]
    for about in (one["about"] for one in (*line["words"], *changes)):
        name = tag_about(about)
        if not (about in set(About) or (name is not None and _tag(name))):
            return f"{about!r} is nothing to have a word on"
    return None


def tag_about(about: str) -> str | None:
    """Return the tag that a word is about, None where it is about something else of a post."""
    return about.removeprefix("tag:") if about.startswith("tag:") else None


def _wrong(value: Line, shape: Mapping[str, Check]) -> Any:
    """Yield the names of what is not as it must be."""
    return (name for name, check in shape.items() if not check(value.get(name)))
