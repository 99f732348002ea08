"""The form that edits a post: what it shows, and what somebody made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from homebooru.domain.editing.box import TagBox
from homebooru.domain.editing.edits import UNTOUCHED, Edit, difference
from homebooru.domain.editing.reading import read_edit, read_tag
from homebooru.domain.editing.writing import write_edit
from homebooru.domain.query.writing import write_value
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput, QuerySyntaxError
from homebooru.web.editing.wishes import description
from homebooru.web.search.mistakes import Mistake

NEW, LEAVE = "new", "leave"
Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Fields:
    """What a form says of a post, each as it is written in its field."""

    text: str = ""
    rating: str = "none"
    parent: str = ""
    sources: str = ""
    stars: str = "none"
    description: str = ""

    @classmethod
    def of_box(cls, box: TagBox) -> Fields:
        return cls(
            text=box.text,
            rating=box.rating.value if box.rating else "none",
            parent=str(box.parent_id or ""),
            sources="\n".join(box.sources),
            stars=str(box.stars or "none"),
            description=box.description or "",
        )

    @classmethod
    def of_form(cls, form: Form, prefix: str = "") -> Fields:
        """Read what was sent; fields with the prefix `seen_` say what stood there before."""
        text = " ".join([form.get(f"{prefix}text", ""), *form.getlist(f"{prefix}with")])
        return cls(
            text=text,
            rating=form.get(f"{prefix}rating", "none"),
            parent=form.get(f"{prefix}parent", "").strip(),
            sources=form.get(f"{prefix}sources", "").strip(),
            stars=form.get(f"{prefix}stars", "none"),
            description=form.get(f"{prefix}description", "").strip(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A tag that no post has yet: is it meant, or one of those that look like it?"""

    name: str
    nearest: tuple[str, ...] = ()
    category: Category = Category.GENERAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The form as it is shown: what stands in it, what stood there, and what is to be cleared up.

    `newest` is the newest line of the history that whoever edits could know of, `settled` are the
    new tags that they were asked about already and want.
    """

    now: Fields
    seen: Fields
    newest: int
    mistake: Mistake | None = None
    trouble: str | None = None
    questions: tuple[Question, ...] = ()
    settled: Sequence[str] = ()

    @property
    def is_wrong(self) -> bool:
        return self.mistake is not None or self.trouble is not None


def edit_in(form: Form) -> Edit:
    """Return what a form asks for. Raises QuerySyntaxError, InvalidInput and InvalidTagName."""
    now, seen = Fields.of_form(form), Fields.of_form(form, "seen_")
    edit = difference(read_edit(seen.text), _answered(read_edit(now.text), form))
    others = _others(now, seen)
    spoken = {
        name: getattr(others, name)
        for name in ("rating", "parent", "sources", "stars", "description")
        if getattr(edit, name) is UNTOUCHED
    }
    return replace(edit, **spoken)


def settled_in(form: Form) -> frozenset[str]:
    """Return the new tags that whoever edits was asked about and wants."""
    return frozenset(name for name in form.getlist("asked") if _answer(form, name) == NEW)


def _answer(form: Form, name: str) -> str:
    return form.get(f"as-{name}", NEW)


def _answered(wished: Edit, form: Form) -> Edit:
    """Put the answers to what was asked into the place of new tags."""
    add, categories = set(wished.add), dict(wished.categories)
    for name in wished.add.intersection(form.getlist("asked")):
        answer, category = _answer(form, name), form.get(f"category-{name}", "")
        if answer == NEW:
            if category in {each.label for each in Category}:
                categories[name] = Category[category.upper()]
            continue
        add.discard(name)
        categories.pop(name, None)
        if answer != LEAVE:
            add.add(read_tag(answer)[0])
    return replace(wished, add=frozenset(add), categories=frozenset(categories.items()))


def _others(now: Fields, seen: Fields) -> Edit:
    """Return what the other fields say, where they were changed."""
    said = []
    if now.rating != seen.rating:
        said.append(f"rating:{write_value(now.rating)}")
    if now.parent != seen.parent:
        said.append(f"parent:{write_value(now.parent or 'none')}")
    if now.stars != seen.stars:
        said.append(f"stars:{write_value(now.stars)}")
    if now.sources.split() != seen.sources.split():
        lines = [line.strip() for line in now.sources.splitlines() if line.strip()]
        said.append(write_edit(Edit(sources=tuple(lines))))
    try:
        others = read_edit(" ".join(said))
    except QuerySyntaxError as error:
        raise InvalidInput(str(error)) from None  # it has no place in the text of the tags
    if now.description.split() == seen.description.split():
        return others
    return replace(others, description=description(now.description))
