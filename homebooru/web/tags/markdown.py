"""What people write in Markdown, as HTML that cannot do any harm."""

from __future__ import annotations

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markupsafe import Markup

READER = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True})
ELEMENTS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
HIGHEST = 3  # a page has its own headings above
SCHEMES = {"http", "https"}


def install(app: Flask) -> None:
    app.add_template_filter(markdown)


def markdown(text: str) -> Markup:
    """Return a text as HTML: without pictures or scripts, its headings below the page's own."""
    tokens = READER.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + HIGHEST - 1, 6)}"
    made = READER.renderer.render(tokens, READER.options, {})
    clean = nh3.clean(
        made,
        tags=ELEMENTS,
        attributes={"a": {"href", "title"}},
        url_schemes=SCHEMES,
        link_rel="noreferrer noopener nofollow",
    )
    return Markup(clean)  # noqa: S704  cleaned just above
