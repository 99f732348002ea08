"""What the addresses of the API take and answer, told beside the views that do it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask
from werkzeug.routing import Rule

from homebooru.domain.accounts import Right
from homebooru.web.api.schemas import ERROR, ID, TEXT, Schema
from homebooru.web.csrf import SAFE_METHODS

PREFIX = "/api/"
MULTIPART = "multipart/form-data"
REFERENCE = "#/components/schemas/"
PLACE = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Description:
    """What a view answers, by status; None where there is no body."""

    answers: Mapping[int, Schema | None]
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    form: Schema | None = None


def described(
    answers: Mapping[int, Schema | None],
    *,
    query: Mapping[str, Schema] | None = None,
    body: Schema | None = None,
    form: Schema | None = None,
) -> Callable[[View], View]:
    """Declare what a view of the API answers, takes in its address, and wants to be sent.

    That is a `body` of JSON, or a `form` with files in it.

    What it is for is told by its docstring. Errors are the same everywhere.
    """

    def declare(view: View) -> View:
        view.__dict__["description"] = Description(answers, query or {}, body, form)
        return view

    return declare


def document(app: Flask, *, version: str, server: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0) of an application."""
    named: dict[str, Schema] = {}
    paths: dict[str, dict[str, Any]] = {}
    for rule, method in operations(app):
        told = _operation(app, rule, method)
        paths.setdefault(PLACE.sub(r"{\g<name>}", rule.rule), {})[method.lower()] = _named(
            told, named
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HomeBooru",
            "version": version,
            "description": "A key, made on the page of an account, opens what it was made for.",
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(named.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def operations(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield what programs may ask for: addresses, each with its methods."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    for rule in sorted(rules, key=lambda each: each.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def _operation(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    view = app.view_functions[rule.endpoint]
    told: Description = view.__dict__["description"]
    summary, _, more = (inspect.getdoc(view) or "").partition("\n\n")
    operation: dict[str, Any] = {
        "operationId": rule.endpoint,
        "tags": [rule.rule.split("/")[2]],
        "summary": summary,
        "description": "\n\n".join(filter(None, [more, _right(view, method)])),
        "parameters": [*_places(rule), *_query(told.query)],
        "responses": {str(status): _answer(body) for status, body in told.answers.items()}
        | {"default": {"description": "What went wrong.", "content": _json(ERROR)}},
    }
    if told.body is not None:
        needed = bool(told.body.get("required"))
        operation["requestBody"] = {"required": needed, "content": _json(told.body)}
    if told.form is not None:
        operation["requestBody"] = {"required": True, "content": {MULTIPART: {"schema": told.form}}}
    return operation


def _right(view: Callable[..., Any], method: str) -> str:
    usual = Right.READ if method in SAFE_METHODS else Right.WRITE
    right = view.__dict__.get("needed_right", usual)
    return (
        f"A key needs the right to {right.value}."
        if right is not Right.ADMIN
        else ("A key needs the rights of an admin.")
    )


def _places(rule: Rule) -> Iterator[dict[str, Any]]:
    for place in PLACE.finditer(rule.rule):
        schema = ID if place["kind"] == "id" else TEXT
        yield {"name": place["name"], "in": "path", "required": True, "schema": schema}


def _query(wanted: Mapping[str, Schema]) -> Iterator[dict[str, Any]]:
    for name, schema in wanted.items():
        yield {"name": name, "in": "query", "required": False, "schema": schema}


def _answer(body: Schema | None) -> dict[str, Any]:
    if body is None:
        return {"description": "Done."}
    return {"description": body.get("title", "The answer."), "content": _json(body)}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _named(value: Any, named: dict[str, Schema]) -> Any:
    """Return a part of the document in which schemas with a title are only referred to.

    Raises ValueError where two different ones have the same title.
    """
    if isinstance(value, Mapping):
        told = {key: _named(one, named) for key, one in value.items()}
        title = told.get("title")
        if not isinstance(title, str):
            return told
        if named.setdefault(title, told) != told:
            raise ValueError(f"Two schemas are called {title}.")
        return {"$ref": REFERENCE + title}
    return [_named(one, named) for one in value] if isinstance(value, list) else value
