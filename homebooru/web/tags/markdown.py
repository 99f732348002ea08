"""What people write in Markdown, as HTML that cannot do any harm."""

from __future__ import annotations

import re

import nh3
from flask import Flask
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markupsafe import Markup

from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidTagName
from homebooru.web.tags.pages import tag_page

READER = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True})
ELEMENTS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p",
    "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
HIGHEST = 3  # a page has its own headings above
SCHEMES = {"http", "https"}
TAG = re.compile(r"\[\[([^\[\]|\n]+)(?:\|([^\[\]|\n]*))?\]\]")  # as Danbooru writes tags in texts


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


def _tag(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  how markdown-it calls it
    """Read `[[a tag]]` and `[[a tag|other words]]` as a link to the tag's page."""
    found = TAG.match(state.src, state.pos)
    if found is None:
        return False
    try:
        address = tag_page(tag_name(found[1]))
    except InvalidTagName:
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = (found[2] or found[1]).strip()
        state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


READER.inline.ruler.before("link", "tag", _tag)
