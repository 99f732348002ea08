"""How templates become text: a page has two thousand values, so each is shown in few steps."""

from __future__ import annotations

from collections.abc import MutableMapping
from types import FunctionType, MethodType
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import gettext
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import Expr
from jinja2.runtime import Context
from markupsafe import Markup, escape

from homebooru.phrases import Phrase

PLAIN = (FunctionType, MethodType)


def install(app: Flask) -> None:
    """Let templates be made so; before anybody asks for the environment."""
    app.jinja_environment = _Environment


def in_words(value: Any) -> Any:
    """Return what a template shows, and a phrase in the language of this page."""
    return value.said(gettext) if isinstance(value, Phrase) else value


def shown(value: Any) -> str:
    """Return a value as it stands in HTML: escaped, and a phrase in the language of this page."""
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return str(value)
    return escape(value.said(gettext) if kind is Phrase else value)


class _Generator(CodeGenerator):
    """Has one function called for each value in HTML, where Jinja's own has three."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if _is_html(frame):
            self.write("environment.shown(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if _is_html(frame):
            self.write(")")
        else:
            super()._output_child_post(node, frame, finalize)


class _Context(Context):
    """Calls plain functions straight away: most of what a page calls wants nothing of Jinja."""

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        if type(obj) not in PLAIN or hasattr(obj, "jinja_pass_arg"):
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return obj(*args, **kwargs)


class _Environment(Environment):
    code_generator_class = _Generator
    context_class = _Context
    shown = staticmethod(shown)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows: all of it is there before the first one is loaded."""
        return {**self.globals, **(d or {})}


def _is_html(frame: Frame) -> bool:
    return bool(frame.eval_ctx.autoescape) and not frame.eval_ctx.volatile
