"""Which addresses a form may lead on to: pages of ours, and no other site's."""

from __future__ import annotations

import re

# Of two slashes, or one and a backslash, browsers make the name of another site.
OUR_PAGE = re.compile(r"/(?![/\\]).*")


def our_page(wanted: str | None) -> str:
    """Return the page that was asked for, below our root: one of ours, or the gallery."""
    return wanted if wanted and OUR_PAGE.fullmatch(wanted) and wanted.isprintable() else "/"
