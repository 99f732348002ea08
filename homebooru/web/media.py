"""Thumbnails, originals, and many originals at once; by post or by digest, never by path."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wsgi import FileWrapper

from homebooru.domain.accounts import Right
from homebooru.domain.filenames import safe_name
from homebooru.domain.scope import Scope
from homebooru.errors import FileGone, NotFound
from homebooru.phrases import phrase
from homebooru.services import bundling, media
from homebooru.web.current import deps, scope
from homebooru.web.immich.originals import relayed
from homebooru.web.security import needs
from homebooru.web.serving import handing

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

bp = Blueprint("media", __name__)
bundles = Blueprint("bundles", __name__)

SIZES = (360, 1000)
DIGEST = re.compile(r"[0-9a-f]{64}")
SHOWN_INLINE = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "image/avif",
        "image/heic",
        "image/heif",
        "image/jxl",
        "image/bmp",
        "image/tiff",
        "video/mp4",
        "video/webm",
    }
)
NUMBER = re.compile(r"[1-9]\d{0,9}", re.ASCII)
PART = re.compile(r"bytes=(?:(?P<start>\d{1,18})-(?P<end>\d{0,18})|-(?P<last>\d{1,18}))", re.ASCII)
UNKNOWN = "application/octet-stream"
CHUNK = 256 * 1024
ONE_YEAR = 365 * 24 * 3600
# Opened on its own, a file is a picture or a video and nothing else. The browser's own page
# around it has a style; in a sandbox it could not load the video.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
SANDBOX = "default-src 'none'; sandbox"


@bp.get("/posts/<id:post_id>/thumbnail/<int:size>")
def thumbnail_of(post_id: int, size: int) -> ResponseReturnValue:
    """Lead to the present thumbnail of a post."""
    if size not in SIZES:
        raise NotFound(media.NOBODY_HAS_IT)
    digest = media.thumbnail_digest(deps().sessions, post_id, scope())
    return redirect(url_for(".thumbnail", digest=digest.hex(), size=size))


@bp.get("/media/<string(length=64):digest>-<int:size>.webp")
def thumbnail(digest: str, size: int) -> ResponseReturnValue:
    if size not in SIZES or not DIGEST.fullmatch(digest):
        raise NotFound(media.NOBODY_HAS_IT)
    sha256 = bytes.fromhex(digest)
    media.check_thumbnail(deps().sessions, sha256, scope())
    return send_thumbnail(sha256, size)


def send_thumbnail(sha256: bytes, size: int) -> Response:
    """Return a thumbnail that may be seen. Raises NotFound where there is none."""
    path = deps().thumbs.path(sha256, size)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound(phrase("This picture has no thumbnail yet.")) from None
    tag = f"{sha256.hex()}-{size}"
    response = _answer(
        file, os.fsencode(path.resolve()), path.stat().st_size, "image/webp", tag=tag
    )
    response.headers["Cache-Control"] = f"private, max-age={ONE_YEAR}, immutable"
    return response


@bp.get("/posts/<id:post_id>/file")
def file(post_id: int) -> ResponseReturnValue:
    return send_original(post_id, scope())


@bp.get("/posts/<id:post_id>/file/download")
def download(post_id: int) -> ResponseReturnValue:
    return send_original(post_id, scope(), download=True)


def send_original(post_id: int, scope: Scope, *, download: bool = False) -> Response:
    """Return the file of a post. Raises NotFound where it may not be seen, FileGone without one."""
    try:
        original = media.open_original(deps().sessions, post_id, scope)
    except (FileGone, NotFound):
        relay = relayed(post_id, scope)
        if relay is None:
            raise
        response, found = relay
        return _as_file(response, found.name, found.mime, download=download)
    mime = original.mime if original.mime in SHOWN_INLINE else UNKNOWN
    modified = datetime.fromtimestamp(original.mtime, UTC)
    response = _answer(
        original.file,
        original.path,
        original.size,
        mime or UNKNOWN,
        tag=original.sha256.hex(),
        modified=modified,
    )
    return _as_file(response, original.name, original.mime, download=download)


def _as_file(response: Response, name: str, mime: str | None, *, download: bool) -> Response:
    """Say of an original what it is called and what it may do; it is what we found it to be."""
    inline = mime in SHOWN_INLINE and not download
    response.mimetype = mime if mime in SHOWN_INLINE and mime else UNKNOWN
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = _disposition(name, inline=inline)
    response.headers["Content-Security-Policy"] = POLICY if inline else SANDBOX
    return response


@bundles.get("/posts/zip")
def about_bundle() -> ResponseReturnValue:
    """Tell how much a download of many posts will be, and whether it is too much."""
    return _about(_bundle())


@bundles.post("/posts/zip")
@needs(Right.READ)
def download_bundle() -> ResponseReturnValue:
    """Send the files of the posts in `ids`, or of all that the search in `tags` finds, as a ZIP.

    A request for a fragment is only told how much it will be.
    """
    bundle = _bundle()
    if "X-Fragment" in request.headers:
        return _about(bundle)
    bundling.check(bundle)
    parts = bundling.zipped(deps().sessions, bundle.posts, scope())
    response = Response(parts, mimetype="application/zip", direct_passthrough=True)
    name = safe_name(f"{request.values.get('tags', '').strip() or 'HomeBooru'}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = _disposition(name, inline=False)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _bundle() -> bundling.Bundle:
    """Return what is asked for: by numbers, as many as one likes between other signs, or a search."""
    ids = request.values.get("ids")
    if ids is None:
        tags = request.values.get("tags", "").strip()
        return bundling.bundle_search(deps().sessions, tags, scope())
    return bundling.bundle_posts(deps().sessions, [int(n) for n in NUMBER.findall(ids)], scope())


def _about(bundle: bundling.Bundle) -> str:
    template = "posts/_zip.html" if "X-Fragment" in request.headers else "posts/zip.html"
    return render_template(
        template,
        bundle=bundle,
        most=bundling.MOST_POSTS,
        heaviest=bundling.MOST_BYTES,
        ids=request.values.get("ids"),
        query=request.values.get("tags", "").strip(),
    )


def _answer(
    file: BinaryIO,
    path: bytes,
    size: int,
    mime: str,
    *,
    tag: str,
    modified: datetime | None = None,
) -> Response:
    """Return a file, or the part of it that was asked for, or that it is as it was.

    A proxy that sends files itself is told the `path`, and finds out the rest.
    """
    if handing.proxy_sends():
        file.close()
        response = handing.hand_over(path, mime)
        response.headers["Content-Security-Policy"] = POLICY
        return response
    response = Response(
        FileWrapper(file, CHUNK),  # seeks to a range; a server's own wrapper would read up to it
        mimetype=mime,
        direct_passthrough=True,
    )
    response.content_length = size
    response.last_modified = modified
    response.set_etag(tag)
    response.headers["Content-Security-Policy"] = POLICY
    try:
        response.make_conditional(_one_part(size), accept_ranges=True, complete_length=size)
    except Exception:
        file.close()
        raise
    return response


def _one_part(size: int) -> WSGIEnvironment:
    """Return what is asked, without a wish for parts that nobody has to fulfil.

    Those are several at once, other units, and nonsense; the last bytes are at most all of them.
    """
    asked = dict(request.environ)
    match PART.fullmatch(asked.pop("HTTP_RANGE", "")):
        case re.Match() as part if part["last"]:
            asked["HTTP_RANGE"] = f"bytes=-{min(int(part['last']), size)}"
        case re.Match() as part if not part["end"] or int(part["start"]) <= int(part["end"]):
            asked["HTTP_RANGE"] = part[0]
    return asked


def _disposition(name: str, *, inline: bool) -> str:
    """Name the file for saving; quoted both ways, so that no name breaks out of the header."""
    name = "".join(c if c.isprintable() else "_" for c in name)  # nor reads backwards
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
