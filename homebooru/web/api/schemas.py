"""JSON Schemas of what programs send and get, in the words that OpenAPI 3.1 takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homebooru.domain.tags import Category
from homebooru.services.searching import LARGEST_ID

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
BYTES: Schema = {"type": "string", "format": "binary"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ADDRESS: Schema = {"type": "string", "format": "uri-reference"}
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
CATEGORY: Schema = {"enum": [category.label for category in Category]}
WHOLE: Schema = {"type": "integer", "minimum": 0, "maximum": 10**10 - 1}


def optional(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def by_name(schema: Schema) -> Schema:
    """Return the schema of an object that has one such value for each name."""
    return {"type": "object", "additionalProperties": schema}


def answer(title: str, **fields: Schema) -> Schema:
    """Return the schema of an object with exactly these fields, which others refer to by title."""
    return {
        "title": title,
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def extended(title: str, base: Schema, **fields: Schema) -> Schema:
    """Return the schema of an answer that tells more than another one."""
    return answer(title, **(dict(base["properties"]) | fields))


def wish(*needed: str, **fields: Schema) -> Schema:
    """Return the schema of an object that is sent; only the `needed` fields have to be there."""
    return {"type": "object", "properties": fields, "required": list(needed)}


TAG = answer("Tag", tag=TEXT, category=CATEGORY, count=COUNT)
NAMED_TAG = answer("TagName", name=TEXT, category=CATEGORY)
POSTS = wish(ids=listed(ID), q=TEXT)
"""Posts by their numbers, or all that a search finds."""

ERROR = {
    "title": "Error",
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"kind": TEXT, "message": TEXT},
            "required": ["kind", "message"],
        }
    },
    "required": ["error"],
}
