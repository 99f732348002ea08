"""What an answer means: JSON, or one of the few ways in which a server can fail."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from homebooru.errors import (
    RateLimited,
    RemoteChanged,
    RemoteError,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
)
from homebooru.http.headers import told_wait
from homebooru.phrases import phrase

DENIED = re.compile(r"<response\b[^>]*\bsuccess=\"false\"")
LIMITED = {421, 429, 509}
REFUSED = {401, 403, 419}  # the last of Hydrus, for a key that has expired
LONGEST_MESSAGE = 200
HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent; the names of its headers are in small letters.

    `keys` are ours, which nobody is to see where a server repeats them.
    """

    service: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    keys: tuple[str, ...] = field(default=(), repr=False)

    @property
    def start(self) -> str:
        return self.body[:2000].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")

    @property
    def is_page(self) -> bool:
        """Whether this is made for people: a block page, a notice of maintenance."""
        kind = self.headers.get("content-type", "")
        return "html" in kind or (self.start.startswith("<") and not DENIED.search(self.start))


def read_answer(answer: Answer) -> Any:
    """Return the JSON in an answer; raises a RemoteError for everything else.

    A page for people is an outage, whatever its status: nothing can be told from it.
    """
    check_status(answer)
    check_page(answer)
    if answer.status in REFUSED or DENIED.search(answer.start):
        raise RemoteRefused(
            phrase("{service}: it refuses to answer ({status}). {said}", **_of(answer))
        )
    if answer.status == 404:
        read_json(answer)
        raise RemoteMissing(phrase("{service}: there is no such thing.", **_of(answer)))
    if answer.status not in (200, 201):
        raise RemoteChanged(
            phrase("{service}: it does not understand us ({status}). {said}", **_of(answer))
        )
    return read_json(answer)


def check_status(answer: Answer) -> None:
    """Raise a RemoteError where the status says that nobody listens to us now, or not here."""
    if answer.status in LIMITED:
        raise _told(RateLimited, answer, phrase("{service}: too many requests.", **_of(answer)))
    if answer.status >= 500 or answer.status == 408:
        raise _told(
            RemoteUnavailable,
            answer,
            phrase("{service}: its server fails ({status}).", **_of(answer)),
        )
    if 300 <= answer.status < 400:
        _redirected(answer)


def check_page(answer: Answer) -> None:
    """Raise RemoteUnavailable where the answer is made for people."""
    if answer.is_page:
        raise _told(
            RemoteUnavailable,
            answer,
            phrase("{service}: it shows a page instead of answering ({status}).", **_of(answer)),
        )


def _of(answer: Answer) -> dict[str, object]:
    return {"service": answer.service, "status": answer.status, "said": message(answer)}


def _told(kind: type[RemoteError], answer: Answer, message: str) -> RemoteError:
    return kind(message, told=told_wait(answer.headers, datetime.now(UTC)))


def _redirected(answer: Answer) -> NoReturn:
    host = urlsplit(answer.headers.get("location", "")).hostname or ""
    raise RemoteChanged(
        phrase(
            "{service}: it sends us elsewhere ({host}). Is the address in the settings right?",
            service=answer.service,
            host=host,
        )
    )


def read_json(answer: Answer) -> Any:
    """Return the JSON; one that is cut short is an answer that did not arrive."""
    try:
        return json.loads(answer.body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise cut_short(answer) from None


def parsed(answer: Answer) -> Any:
    """Return the JSON, None where it is none."""
    try:
        return read_json(answer)
    except RemoteUnavailable:
        return None


def cut_short(answer: Answer) -> RemoteUnavailable:
    return RemoteUnavailable(
        phrase("{service}: its answer is cut short or broken.", service=answer.service)
    )


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def message(answer: Answer) -> str:
    """Return what a server says in its error, as far as it is a sentence, or several."""
    said = parsed(answer)
    texts = (
        [said.get(key) for key in ("message", "reason", "description", "error")]
        if isinstance(said, dict)
        else []
    )
    several = [[text] if isinstance(text, str) else text for text in texts]
    lines = next((lines for lines in several if isinstance(lines, list)), [])
    text = ", ".join(line for line in lines if isinstance(line, str))
    for key in filter(None, answer.keys):
        text = text.replace(key, HIDDEN)
    return "".join(c for c in text if c.isprintable())[:LONGEST_MESSAGE]
