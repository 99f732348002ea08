"""Where an Immich server is and what opens it, as people enter both."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

KEY = re.compile(r"[A-Za-z0-9+/=_-]{30,200}")
PORT = 2283
LONGEST = 500


def read_address(text: str) -> str:
    """Return the address of a server without `/api` or what stands behind it.

    Raises InvalidInput; a key that stands there is not repeated.
    """
    text = text.strip()
    if not text:
        raise InvalidInput(phrase("Say where your Immich is."))
    if looks_like_key(text):
        raise InvalidInput(
            phrase("That is an API key, and belongs into its own field. Here goes the address.")
        )
    parts = urlsplit(text if "://" in text else f"http://{text}")
    if not _is_address(text) or parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput(
            phrase("That is no address. Say one such as http://192.168.1.20:{port}.", port=PORT)
        )
    if parts.username is not None:
        raise InvalidInput(phrase("Say the address without a name or a password in it."))
    path = re.sub(r"/(api|photos|auth|user-settings|admin)(/.*)?$", "", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}"


def read_key(text: str) -> str:
    """Return an API key; raises InvalidInput, and says where an address stands in its place."""
    text = text.strip()
    if not text:
        raise InvalidInput(phrase("Enter an API key of yours at Immich."))
    if "://" in text or re.fullmatch(r"[\w.-]+:\d+(/.*)?", text):
        raise InvalidInput(
            phrase("That is an address, and belongs into its own field. Here goes the API key.")
        )
    if not KEY.fullmatch(text):
        raise InvalidInput(
            phrase(
                "That is no API key: Immich's are 40 letters and digits or more, without spaces."
            )
        )
    return text


def looks_like_key(text: str) -> bool:
    """Tell whether a text is a key rather than an address."""
    return bool(KEY.fullmatch(text)) and not re.search(r"[.:]|^localhost", text)


def _is_address(text: str) -> bool:
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        known = parts.port is None or 0 < parts.port < 65_536
    except ValueError:
        return False
    return known and len(text) <= LONGEST and not re.search(r"\s", text)
