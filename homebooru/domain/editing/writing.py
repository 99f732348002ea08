"""Writes an edit as the tag box has it: what is read again is the same."""

from __future__ import annotations

from collections.abc import Iterator

from homebooru.domain.editing.edits import MARKS, Edit, Untouched
from homebooru.domain.editing.reading import NAMES
from homebooru.domain.query.writing import write_value
from homebooru.domain.tags import Category


def write_edit(edit: Edit) -> str:
    """Return the text; what the tag box has no words for (words taken back) is left out."""
    return " ".join(_terms(edit))


def write_tag(name: str, category: Category | None = None) -> str:
    """Return a tag as it is read wherever it stands."""
    if category is not None:
        return f"{category.label}:{write_value(name)}"
    prefix, colon, _ = name.partition(":")
    return f"tag:{write_value(name)}" if colon and prefix.lower() in NAMES else name


def _terms(edit: Edit) -> Iterator[str]:
    categories = dict(edit.categories)
    yield from (write_tag(name, categories.get(name)) for name in sorted(edit.add))
    yield from (f"-{write_tag(name)}" for name in sorted(edit.remove | edit.gone))
    if not isinstance(edit.rating, Untouched):
        yield f"rating:{'none' if edit.rating is None else edit.rating.value}"
    if not isinstance(edit.parent, Untouched):
        yield f"parent:{'none' if edit.parent is None else edit.parent}"
    yield from (f"-parent:{parent}" for parent in sorted(edit.not_parents))
    if not isinstance(edit.sources, Untouched):
        yield from (f"source:{write_value(source)}" for source in edit.sources or ("none",))
    if not isinstance(edit.stars, Untouched):
        yield f"stars:{edit.stars or 'none'}"
    yield from (f"is:{name}" for name, mark in MARKS.items() if mark in edit.marks)
    yield from (f"-is:{name}" for name, mark in MARKS.items() if mark in edit.hushed)
