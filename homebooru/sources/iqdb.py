"""IQDB: finds pictures by their looks at several boorus; it answers with a page for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree, html

from homebooru.domain.lookups.matches import Finding, Match
from homebooru.domain.ratings import Rating
from homebooru.domain.spelling import plain_tag
from homebooru.errors import RemoteChanged, RemoteUnavailable
from homebooru.http.answers import Answer, check_status, cut_short, read_answer
from homebooru.phrases import phrase
from homebooru.sources.base import Row
from homebooru.sources.reverse import SAME, HttpSearch, post_at

SERVICES = ("1", "2", "3", "4", "5", "6", "11", "13")
SIMILARITY = re.compile(r"(\d+)% similarity")
RATED = re.compile(r"\[(Safe|Ero|Explicit)\]")
WORDS = re.compile(r"\bTags: (.*)", re.DOTALL)
RATINGS = {"Safe": Rating.GENERAL, "Ero": Rating.QUESTIONABLE, "Explicit": Rating.EXPLICIT}
TOO_LARGE = 413
UNFIT = ("too large", "not an image", "unsupported", "dimensions")
"""What it says of a picture that it does not take."""


class Iqdb(HttpSearch):
    """Its page has a small table for each picture that it found, the tags in a title."""

    def by_picture(self, picture: bytes) -> Finding:
        form = [("service[]", number) for number in SERVICES]
        answer = self.http.post("/", {}, form=form, picture=picture, read=read_page)
        return Finding(refused=True) if answer is None else self.understood(answer)

    def read(self, row: Row) -> Match:
        link, words = str(row["link"]), WORDS.search(str(row["title"]))
        address = f"https:{link}" if link.startswith("//") else link
        posts = post_at(address)
        rated = RATED.search(str(row["text"]))
        tags = (plain_tag(name) for name in (words[1].split() if words else ()))
        return Match(
            similarity=int(row["similarity"]) / SAME,
            address=address,
            posts=posts,
            tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
            rating=RATINGS[rated[1]] if rated else None,
            sources=() if posts else (address,),
        )


def read_page(answer: Answer) -> Mapping[str, Any] | None:
    """Return the rows of a page of results, None where it does not take the picture.

    Any other page is an outage: nothing can be told from it.
    """
    if answer.status == TOO_LARGE:
        return None
    check_status(answer)
    if not answer.is_page:
        read_answer(answer)
        raise RemoteChanged(phrase("{service}: its answers have changed.", service=answer.service))
    if b"</html>" not in answer.body[-200:]:
        raise cut_short(answer)
    page = html.fromstring(answer.body, parser=html.HTMLParser(encoding="utf-8"))
    complaint = " ".join(map(_text, page.iterfind(".//*[@class='err']"))).lower()
    if any(word in complaint for word in UNFIT):
        return None
    if complaint:
        raise RemoteUnavailable(
            phrase("{service}: it could not search just now.", service=answer.service)
        )
    if page.find(".//*[@id='pages']") is None:
        read_answer(answer)
    return {"results": [row for table in page.iter("table") if (row := _row(table))]}


def _text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())


def _row(table: etree._Element) -> dict[str, str] | None:
    """Return what a table tells of a picture; others on the page are of something else."""
    text = _text(table)
    link, alike = table.find(".//td[@class='image']/a[@href]"), SIMILARITY.search(text)
    if link is None or not alike:
        return None
    image = link.find(".//img[@title]")
    title = "" if image is None else image.get("title", "")
    return {"link": link.get("href", ""), "title": title, "text": text, "similarity": alike[1]}
