"""Merges posts of an export into the library; whoever said something later is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from homebooru.db.queries.deriving.verdicts import clock
from homebooru.db.queries.tags import make_tags
from homebooru.db.queries.transfer import taking
from homebooru.db.queries.transfer.finding import fill_posts, find_posts, keep_former, make_posts
from homebooru.domain.claims import About
from homebooru.domain.derived import own
from homebooru.domain.editing.words import Change, Hand, Thing, Word
from homebooru.domain.policy import VOICES, Kind
from homebooru.domain.transfer.shapes import RECORD, REFERENCE, Line, tag_about
from homebooru.services.tags.deciding import carry_out, hold
from homebooru.services.tags.deriving import derive

Accounts = Mapping[str, int]
Touched = Mapping[tuple[int, Thing], datetime]
FILES = frozenset(name for name, voice in VOICES.items() if voice.kind is Kind.WORDS)
PLAIN = ("rating", "sources", "md5", "remote_ids", "score", "stars", "description", "place")


@dataclass(slots=True)
class Merged:
    """What an export brought; `left_out` are posts that only an Immich knows, and not ours."""

    posts: int = 0
    changed_posts: int = 0
    new_posts: int = 0
    words: int = 0
    older_words: int = 0
    claims: int = 0
    records: int = 0
    edits: int = 0
    left_out: int = 0

    def add(self, other: Merged) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True)
class Page:
    """Some posts of an export, and what those are here that it speaks of."""

    session: Session
    lines: Sequence[Line]
    accounts: Accounts
    batches: Mapping[int, int]
    merged: Merged = field(default_factory=Merged)

    @cached_property
    def posts(self) -> Mapping[str, int]:
        """Return the posts that are named, made where there are none."""
        own_lines = {line["id"]: line for line in self.lines}
        named = set(own_lines) | set(self._parents())
        known = find_posts(self.session, named)
        found = make_posts(self.session, named, own_lines) if named - known.keys() else known
        self.merged.new_posts = len(found.keys() & own_lines.keys() - known.keys())
        return found

    @cached_property
    def mine(self) -> Mapping[int, Line]:
        """Return the lines of posts that are here."""
        return {self.posts[line["id"]]: line for line in self.lines if line["id"] in self.posts}

    @cached_property
    def tags(self) -> Mapping[str, int]:
        said = {tag for line in self.lines for claim in line["claims"] for tag in claim["tags"]}
        said |= {tag for about in self._abouts() if (tag := tag_about(about)) is not None}
        return make_tags(self.session, dict.fromkeys(sorted(said)))

    def parent(self, name: str | None) -> str | None:
        """Return how a parent is named here."""
        if name is None or not REFERENCE.fullmatch(name):
            return name
        return own(self.posts[name]) if name in self.posts else None

    def thing(self, about: str) -> Thing:
        name = tag_about(about)
        return About(about) if name is None else self.tags[name]

    def by(self, name: str | None) -> int | None:
        return None if name is None else self.accounts.get(name)

    def _parents(self) -> Iterator[str]:
        for line in self.lines:
            named = [claim["parent"] for claim in line["claims"]]
            named += [w["value"] for w in self._words(line) if w["about"] == About.PARENT]
            yield from (one for one in named if isinstance(one, str) and REFERENCE.fullmatch(one))

    def _abouts(self) -> Iterator[str]:
        return (word["about"] for line in self.lines for word in self._words(line))

    def _words(self, line: Line) -> Iterator[Line]:
        """Yield the words of a post, and those of its history."""
        yield from line["words"]
        for change in (change for edit in line["edits"] for change in edit["changes"]):
            for word in (change["before"], change["after"]):
                yield (word or {"value": None}) | {"about": change["about"]}


def merge(page: Page, by: Hand) -> Merged:
    """Take up some posts, in one transaction; return what that brought.

    What people say is changed as an edit by `by`, with its line in the history, so that it can be
    taken back.
    """
    session, mine = page.session, page.mine
    page.merged.posts, page.merged.left_out = len(mine), len(page.lines) - len(mine)
    held = hold(session, mine)
    fill_posts(session, mine)
    keep_former(session, mine)
    touched = taking.touched(session, mine)
    changes = {post: _changes(page, post, held.get(post, {}), touched) for post in mine}
    _keep_claims(page)
    _keep_records(page)
    _keep_favourites(page)
    page.merged.changed_posts = sum(map(bool, changes.values()))
    page.merged.words = sum(map(len, changes.values()))
    carry_out(session, changes, by, clock(session))
    derive(session, [post for post in mine if not changes[post]])
    _keep_edits(page)
    return page.merged


def _changes(page: Page, post: int, held: Mapping[Thing, Word], touched: Touched) -> list[Change]:
    """Return how what people say of a post changes, where nobody changed it later here."""
    changes = []
    for line in page.mine[post]["words"]:
        about, word = page.thing(line["about"]), _word(page, line)
        before = held.get(about)
        if before is not None and before.is_same(word):
            continue
        times = (before.made_at if before else None, touched.get((post, about)))
        if any(time is not None and time >= word.made_at for time in times):
            page.merged.older_words += 1
        else:
            changes.append(Change(about, before, word))
    return changes


def _word(page: Page, line: Line) -> Word:
    value = page.parent(line["value"]) if line["about"] == About.PARENT else line["value"]
    made_at = datetime.fromisoformat(line["made_at"])
    return Word(value, made_at, page.by(line["by"]), line.get("reason"))


def _keep_claims(page: Page) -> None:
    """Let sources say what they said, unless they said something newer, or read files, here."""
    known = taking.claimed_at(page.session, page.mine)
    rows = [
        _claim(page, post, claim)
        for post, line in page.mine.items()
        for claim in line["claims"]
        if _is_news(known.get((post, claim["source"])), claim)
    ]
    page.merged.claims = len(rows)
    taking.keep_claims(page.session, rows)


def _is_news(known: datetime | None, claim: Line) -> bool:
    if known is None:
        return True
    return claim["source"] not in FILES and known < datetime.fromisoformat(claim["claimed_at"])


def _claim(page: Page, post: int, claim: Line) -> dict[str, Any]:
    sure = claim["confidences"] or [None] * len(claim["tags"])
    said = sorted(zip((page.tags[tag] for tag in claim["tags"]), sure, strict=True))
    return {
        "post_id": post,
        "source": claim["source"],
        "tag_ids": [tag for tag, _ in said],
        "confidences": None if claim["confidences"] is None else [sure for _, sure in said],
        "parent": page.parent(claim["parent"]),
        "taken_at": claim["taken_at"],
        "claimed_at": claim["claimed_at"],
        **{name: claim[name] for name in PLAIN},
    }


def _keep_records(page: Page) -> None:
    known = taking.asked_at(page.session, page.mine)
    rows = [
        {"post_id": post, "waits_since": None, **{name: record[name] for name in RECORD}}
        for post, line in page.mine.items()
        for record in line["records"]
        if _is_newer(known.get((post, record["source"])), record["asked_at"])
    ]
    page.merged.records = len(rows)
    taking.keep_records(page.session, rows)


def _is_newer(known: datetime | None, told: str | None) -> bool:
    return known is None or (told is not None and known < datetime.fromisoformat(told))


def _keep_favourites(page: Page) -> None:
    taking.keep_favourites(
        page.session,
        [
            {"post_id": post, "account_id": account, "made_at": one["made_at"]}
            for post, line in page.mine.items()
            for one in line["favourites"]
            if (account := page.by(one["by"])) is not None
        ],
    )


def _keep_edits(page: Page) -> None:
    lines = [(post, edit) for post, line in page.mine.items() for edit in line["edits"]]
    rows = [
        {
            "post_id": post,
            "account_id": page.by(edit["by"]),
            "via": edit["via"],
            "batch_id": page.batches.get(edit["batch"]),
            "changes": [_change(page, change) for change in edit["changes"]],
            "made_at": edit["made_at"],
        }
        for post, edit in lines
    ]
    undone = {
        n: datetime.fromisoformat(edit["undoes"])
        for n, (_, edit) in enumerate(lines)
        if edit["undoes"] is not None
    }
    page.merged.edits = taking.keep_edits(page.session, rows, undone) if rows else 0


def _change(page: Page, change: Line) -> list[Any]:
    about = change["about"]
    return [page.thing(about), *(_spelled(page, about, change[one]) for one in ("before", "after"))]


def _spelled(page: Page, about: str, word: Line | None) -> list[Any] | None:
    if word is None:
        return None
    value = page.parent(word["value"]) if about == About.PARENT else word["value"]
    return [value, word["made_at"], page.by(word["by"]), word.get("reason")]
