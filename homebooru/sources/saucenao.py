"""SauceNAO: finds pictures by their looks at boorus, Pixiv and many more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from saucenao_api.containers import BasicSauce

from homebooru.domain.lookups.manners import Quota
from homebooru.domain.lookups.matches import Finding, Match
from homebooru.domain.spelling import addresses, is_address, plain_tag
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import RateLimited, RemoteRefused
from homebooru.http.answers import Answer, parsed, read_answer
from homebooru.http.headers import told_wait
from homebooru.phrases import phrase
from homebooru.sites import SITES
from homebooru.sources.base import Row
from homebooru.sources.reverse import SAME, HttpSearch, post_at

ASK: Mapping[str, str | int] = {"output_type": 2, "db": 999, "numres": 8}
NO_KEY, LIMITED, UNFIT = -1, -2, -5  # other negative numbers are about the picture, as the last
TOO_LARGE = 413
LIMITS = {
    "long": (timedelta(days=1), phrase("its daily limit is reached")),
    "short": (timedelta(seconds=35), phrase("its limit for 30 seconds is reached")),
}
QUOTAS = {"daily": "long", "short": "short"}
"""What people call its limits, and what it does."""
WORDS = (("Daily", "long"), ("Rate Too High", "short"))
OFTEN = (timedelta(hours=1), phrase("it was asked too much"))
KEPT = ("status", "minimum_similarity")
"""What is kept of an answer's head: the rest tells of us, and not of the picture."""


class SauceNao(HttpSearch):
    """It tells in each answer what is left of its limits; they are obeyed before they are hit.

    Rows are read by saucenao-api, which knows how each index names authors and addresses. The
    request is ours: the package sends it without time-out, and throws away answers that come
    while some of the indexes are out of order.
    """

    def by_picture(self, picture: bytes) -> Finding:
        body = self.http.post("/search.php", ASK, picture=picture, read=read_search)
        head, rows = body.get("header"), body.get("results") or []
        if not isinstance(head, dict) or not isinstance(rows, list):
            raise self.changed()
        status = status_of(head)
        if status is None:
            raise self.changed()
        kept = _kept(head)
        if status < 0:
            return Finding(refused=True, answer={"header": kept})
        self._mind_limits(head)
        return self.understood({"header": kept, "results": rows})

    def found(self, answer: Mapping[str, Any]) -> Finding:
        """Leave out what is no better than the noise that the service itself tells."""
        finding = super().found(answer)
        noise = (_number(answer["header"].get("minimum_similarity")) or 0.0) / SAME
        matches = tuple(match for match in finding.matches if match.similarity > noise)
        return Finding(matches=matches, answer=answer)

    def adopted(self, answer: Mapping[str, Any]) -> Finding:
        head, rows = answer.get("header"), answer.get("results")
        if not isinstance(head, dict) or not isinstance(rows, list):
            return Finding()
        return self.found({"header": _kept(head), "results": rows})

    def _mind_limits(self, head: Row) -> None:
        """Tell what is left, and ask no more once the answer was the last one for a while."""
        quotas = {name: _quota(head, part) for name, part in QUOTAS.items()}
        self.http.tell_quotas({name: quota for name, quota in quotas.items() if quota})
        for name, (wait, how) in LIMITS.items():
            left = _number(head.get(f"{name}_remaining"))
            if left is not None and left <= 0:
                service = self.http.service.label
                self.http.rest(wait, phrase("{service}: {how}.", service=service, how=how))
                return

    def read(self, row: Row) -> Match:
        sauce, data = BasicSauce(row), row["data"]
        urls = [url for url in sauce.urls if is_address(url)]
        told = tuple(filter(is_address, addresses(str(data.get("source") or ""))))
        return Match(
            similarity=sauce.similarity / SAME,
            address=urls[0] if urls else None,
            posts={
                site.name: str(int(data[f"{site.name}_id"]))
                for site in SITES.values()
                if site.is_booru and data.get(f"{site.name}_id")
            },
            artists=_tags(_names(data.get("creator") or sauce.author), Category.ARTIST),
            tags=(
                *_tags(_names(data.get("material")), Category.COPYRIGHT),
                *_tags(_names(data.get("characters")), Category.CHARACTER),
            ),
            sources=told or tuple(url for url in urls if not post_at(url)),
        )


def read_search(answer: Answer) -> Mapping[str, Any]:
    """Return the body of an answer: its own status tells how it went, before that of HTTP does."""
    if answer.status == TOO_LARGE:
        return {"header": {"status": UNFIT}}
    body = parsed(answer)
    head = body.get("header") if isinstance(body, dict) else None
    status = status_of(head) if isinstance(head, dict) else None
    if status == NO_KEY:
        raise RemoteRefused(
            phrase(
                "{service}: it does not accept the key in {setting}; your page there shows it.",
                service=answer.service,
                setting="HOMEBOORU_SAUCENAO_API_KEY",
            )
        )
    if status == LIMITED:
        raise _limited(answer, str(head["message"]) if head and "message" in head else "")
    if status is None:
        body = read_answer(answer)
    return body if isinstance(body, dict) else {}


def status_of(head: Row) -> int | None:
    """Return how it went: 0 is good, above it is not whole; None where it cannot be told."""
    number = _number(head.get("status"))
    return None if number is None else int(number)


def _limited(answer: Answer, said: str) -> RateLimited:
    """Return an error for a limit that is told in words; these name us, and go no further."""
    wait, how = next((LIMITS[name] for word, name in WORDS if word in said), OFTEN)
    return RateLimited(
        phrase("{service}: {how}.", service=answer.service, how=how),
        told=told_wait(answer.headers, datetime.now(UTC)) or wait,
    )


def _kept(head: Row) -> Row:
    return {name: head[name] for name in KEPT if name in head}


def _number(value: object) -> float | None:
    """Return a number, which may come as a text."""
    try:
        return float(str(value))
    except ValueError:
        return None


def _quota(head: Row, part: str) -> Quota | None:
    left, of = (_number(head.get(f"{part}_{name}")) for name in ("remaining", "limit"))
    return None if left is None else Quota(int(left), None if of is None else int(of))


def _names(value: object) -> list[str]:
    """Return the names in a list, or in a text with commas."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return [part.strip() for part in map(str, parts) if part.strip()]


def _tags(names: Iterable[str], category: Category) -> tuple[SaidTag, ...]:
    tags = (plain_tag(name, category) for name in names)
    return tuple(dict.fromkeys(tag for tag in tags if tag is not None))
