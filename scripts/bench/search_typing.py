"""What an edit costs the index, when it is seen, and how long whoever types waits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import sqlalchemy as sa
from search_http import Visitor
from search_questions import Question

from homebooru.db.engine import Sessions
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.scope import EVERYTHING
from homebooru.search.finding import Finder
from homebooru.services.completing import complete, with_left
from homebooru.services.searching import search

LETTERS = 3  # of its last term, after which a search is completed


@dataclass(frozen=True, slots=True)
class Typing:
    """Asks what a search box asks, and edits posts meanwhile."""

    sessions: Sessions
    finder: Finder

    def completions(self, questions: Mapping[str, Sequence[Question]], rounds: int) -> list[float]:
        """Return the milliseconds of completing each search, with what would be left."""
        texts = [_begun(question.text) for question in chain.from_iterable(questions.values())]
        return [self._complete(text) for _ in range(rounds) for text in dict.fromkeys(texts)]

    def _complete(self, text: str) -> float:
        start = time.perf_counter()
        found = complete(self.sessions, text, len(text), EVERYTHING, finder=self.finder)
        with_left(self.sessions, text, found, EVERYTHING, finder=self.finder)
        return 1000 * (time.perf_counter() - start)

    def edits(self, rounds: int) -> list[float]:
        """Return by how many milliseconds a search takes longer that has an edit to take up.

        A post loses a tag and gets it back. Its count has to follow at once.
        """
        post, tags = self._tagged()
        taken = []
        try:
            for now in (tags[1:], tags) * rounds:
                self._write(post, now)
                taken.append(self._search(post, len(now)) - self._search(post, len(now)))
        finally:
            self._write(post, tags)
        return taken

    def in_order_of_names(self, rounds: int) -> list[float]:
        """Return the milliseconds of the first search by name after a file got another one."""
        with self.sessions() as session:
            named = sa.select(LocationRow.id, LocationRow.name).order_by(LocationRow.id).limit(1)
            place, name = session.execute(named).one()
        taken = []
        for now in (f"{name}.moved", name) * rounds:
            with self.sessions.begin() as session:
                renamed = sa.update(LocationRow).where(LocationRow.id == place).values(name=now)
                session.execute(renamed)
            start = time.perf_counter()
            search(self.sessions, "order:filename", EVERYTHING, finder=self.finder)
            taken.append(1000 * (time.perf_counter() - start))
        return taken

    def others_see(self, visitor: Visitor, rounds: int) -> list[float]:
        """Return the milliseconds from a commit here until another process answers with it."""
        post, tags = self._tagged()
        taken = []
        try:
            for now in (tags[1:], tags) * rounds:
                self._write(post, now)
                start = time.perf_counter()
                while _tags_there(visitor, post) != len(now):
                    pass
                taken.append(1000 * (time.perf_counter() - start))
        finally:
            self._write(post, tags)
        return taken

    def _tagged(self) -> tuple[int, list[int]]:
        """Return a post that has tags, and these."""
        with self.sessions() as session:
            tagged = sa.select(PostRow.id, PostRow.tag_ids).where(
                sa.func.cardinality(PostRow.tag_ids) > 1
            )
            post, tags = session.execute(tagged.order_by(PostRow.id).limit(1)).one()
        return post, tags

    def _write(self, post: int, tags: Sequence[int]) -> None:
        with self.sessions.begin() as session:
            session.execute(sa.update(PostRow).where(PostRow.id == post).values(tag_ids=tags))

    def _search(self, post: int, tags: int) -> float:
        start = time.perf_counter()
        [found] = search(self.sessions, f"id:{post}", EVERYTHING, finder=self.finder).posts
        taken = 1000 * (time.perf_counter() - start)
        if len(found.tags) != tags:
            raise AssertionError(f"Post {post} has {len(found.tags)} tags and not {tags}.")
        return taken


def _tags_there(visitor: Visitor, post: int) -> int:
    [found] = visitor.found(f"id:{post}")["posts"]
    return sum(map(len, found["tags"].values()))


def _begun(text: str) -> str:
    """Return a search of which the last term is being typed."""
    *terms, last = text.split(" ")
    return " ".join((*terms, last[:LETTERS]))
