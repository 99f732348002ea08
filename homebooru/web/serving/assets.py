"""The files that pages are made of, below an address that changes with their content.

All are read once, at the start. So a page, its style and its scripts are always of one kind, also
while other files take their place on disk; and since the address names the content, a browser may
keep them for good. Addresses inside of them are relative and lead to the same version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from flask import Flask, Response, request, url_for
from markupsafe import Markup, escape
from werkzeug.routing import BaseConverter

from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.web.addresses import page_address

ENDPOINT = "static"
# Said here, because a browser runs no script whose type an odd machine guesses wrongly.
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
KEPT = 1_000  # addresses, below whatever root
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
IMPORT = re.compile(r'^import\b[^;"]*"\./(?P<name>[\w-]+)\.js";', re.MULTILINE)


class _Version(BaseConverter):
    regex = "[0-9a-f]{16}"


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of a folder by their names, and a hash of everything."""

    files: Mapping[str, bytes]
    version: str

    def send(self, filename: str, version: str | None = None) -> Response:
        """Answer with a file; one that is asked for under another version may change."""
        content = self.files.get(filename)
        if content is None:
            raise NotFound(phrase("There is no such file."))
        kind = TYPES.get(PurePosixPath(filename).suffix, "text/plain")
        response = Response(content, mimetype=kind)
        response.headers["Cache-Control"] = FOREVER if version == self.version else ASK_AGAIN
        response.add_etag()
        response.make_conditional(request)
        return response

    def imported(self, names: Iterable[str]) -> list[str]:
        """Return the scripts that these ones import, and those that they import, each once."""
        found: dict[str, None] = {}
        waiting = list(names)
        while waiting:
            new = [each for each in self._imports(waiting.pop(0)) if each not in found]
            found.update(dict.fromkeys(new))
            waiting += new
        return list(found)

    def _imports(self, name: str) -> Iterator[str]:
        text = self.files.get(f"js/{name}.js", b"").decode()
        return (match["name"] for match in IMPORT.finditer(text))


def install(app: Flask, folder: Path) -> None:
    """Serve the files of a folder, and let every address of one name the present version."""
    assets = read_assets(folder)
    app.url_map.converters["version"] = _Version
    for rule in ("/static/<version:version>/<path:filename>", "/static/<path:filename>"):
        app.add_url_rule(rule, endpoint=ENDPOINT, view_func=assets.send)
    imported = cache(assets.imported)
    app.jinja_env.globals["imported"] = lambda names: imported(tuple(names))

    app.jinja_env.globals["url_for"] = _addressing()

    @app.url_defaults
    def name_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == ENDPOINT:
            values.setdefault("version", assets.version)


def _addressing() -> Callable[..., str]:
    """Return url_for for templates: a page names dozens of these files, and every page the same."""

    @lru_cache(KEPT)
    def of_file(_root: str, filename: str) -> Markup:
        return escape(url_for(ENDPOINT, filename=filename))

    def address(endpoint: str, **values: Any) -> str:
        if endpoint == ENDPOINT and values.keys() == {"filename"}:
            return of_file(request.root_path, values["filename"])
        return page_address(endpoint, **values)

    return address


def read_assets(folder: Path) -> Assets:
    """Read all files below a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    told = hashlib.sha256()
    for name, content in files.items():
        told.update(f"{name}\0{len(content)}\0".encode() + content)
    return Assets(files, told.hexdigest()[:16])
