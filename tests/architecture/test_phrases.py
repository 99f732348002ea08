"""What people are told is a phrase, so that a page can say it in any language."""

from __future__ import annotations

import ast
from pathlib import Path

from homebooru import errors

PACKAGE = Path(errors.__file__).parent
SHOWN = ("domain", "files", "imaging", "services", "web")  # not what is told on a terminal alone
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.HomeBooruError)
}
ENGLISH = (ast.Constant, ast.JoinedStr)


def named(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def unsaid(file: Path):
    """Yield the errors of a module that are raised with plain words."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or named(node.func) not in ERRORS:
            continue
        choices = [node.args[0]]
        if isinstance(choices[0], ast.IfExp):
            choices = [choices[0].body, choices[0].orelse]
        if any(isinstance(choice, ENGLISH) for choice in choices):
            yield f"{file.relative_to(PACKAGE)}:{node.lineno}"


def test_errors_that_pages_show_are_raised_with_phrases():
    files = [file for folder in SHOWN for file in sorted((PACKAGE / folder).rglob("*.py"))]
    found = [place for file in files for place in unsaid(file)]
    assert not found, "\n".join(found)
