"""The open format in which a library is carried elsewhere: JSON, one thing to a line.

The first line is the head, the last one the end, which counts the lines before it and tells their
SHA-256. Kinds follow each other in the order of `KINDS`. docs/export.md tells what each holds.
"""

from __future__ import annotations

from datetime import UTC, datetime

FORMAT = 1
HEAD, END = "homebooru", "end"
KINDS = (
    HEAD,
    "setting",
    "account",
    "tag",
    "alias",
    "implication",
    "refusal",
    "pool",
    "search",
    "batch",
    "post",
    "member",
    END,
)
NAMELESS = ""  # the owner of a machine, before they have a name


def told(moment: datetime) -> str:
    """Spell a moment the same way wherever the database is."""
    return moment.astimezone(UTC).isoformat()
