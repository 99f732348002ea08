"""Random histories of a folder: what section by section must hold, and that kills change nothing."""

from __future__ import annotations

import itertools
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import (
    FormerDigestRow,
    LocationRow,
    PostRow,
    StatementRow,
    TagRow,
    VerdictRow,
)
from homebooru.services.library.indexing import index_due
from homebooru.services.library.roots import confirm_gone
from homebooru.services.library.scanning import scan_due
from homebooru.services.tags.deriving import check, derive
from tests.fakes.reading import Killed, Told, sha, words_of
from tests.integration.services.library.conftest import DEAD, SPRING

NAMES = ["a.jpg", "b.jpg", "c.jpg", "sub/a.jpg", "sub/d.jpg"]
name = st.sampled_from(NAMES)
words = st.sampled_from(["", "m0", "m1", "m1 m2"])
content = st.builds("p{}|{}".format, st.integers(0, 3), words)
anything = st.one_of(
    content, st.sampled_from(["broken", "broken|m1", "p0~1|m0", "p0~2|m1", "p1~1|m1"])
)
operations = [
    st.tuples(st.just("write"), name, content),
    st.tuples(st.just("edit"), name, words),
    st.tuples(st.just("move"), name, name),
    st.tuples(st.just("copy"), name, name),
    st.tuples(st.just("swap"), name, name),
    st.tuples(st.just("delete"), name),
    st.tuples(st.just("speak"), name),
    st.tuples(st.just("note"), name, st.sampled_from(["", "fluffy", "soft", "soft toy"])),
    st.tuples(st.just("move note"), name, name),
    st.tuples(st.just("move both"), name, name),
    st.tuples(st.just("delete both"), name),
]


def histories(*operations):
    """Make up what is done between one look and the next, several times over."""
    batch = st.lists(st.one_of(*operations), min_size=1, max_size=5)
    return st.lists(batch, min_size=1, max_size=5)


slowly = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def carry_out(library, op, *more):
    """Do to the folder what a history says, where it can be done."""
    there = (library.folder / more[0]).exists()
    match op, *more:
        case "write", one, text:
            library.write(one, text)
        case "edit", one, words if there:
            picture = (library.folder / one).read_text().partition("|")[0]
            library.write(one, f"{picture}|{words}")
        case "move", one, other if there:
            library.move(one, other)
        case "copy", one, other if there and one != other:
            library.copy(one, other)
        case "swap", one, other if there and one != other and (library.folder / other).exists():
            library.swap(one, other)
        case "delete", one if there:
            library.delete(one)
        case "note" | "move note", one, other:
            carry_out_note(library, op, f"{one}.txt", other)
        case "move both", one, other:
            carry_out(library, "move", one, other)
            carry_out(library, "move note", one, other)
        case "delete both", one:
            carry_out(library, "delete", one)
            carry_out(library, "note", one, "")


def carry_out_note(library, op, note, other):
    """Write, delete or move what lies beside a picture, or where one lay."""
    if op == "move note":
        if (library.folder / note).exists():
            library.move(note, f"{other}.txt")
    elif other:
        library.write(note, other)
    else:
        (library.folder / note).unlink(missing_ok=True)


def speak(library, path):
    """Let a person say something of the post at a path; return its tag."""
    post_id = library.posts().get(path)
    if post_id is None:
        return None
    with library.sessions.begin() as session:
        post = session.get_one(PostRow, post_id)
        name = f"said_of_{post.sha256.hex()[:8]}"
        tag = session.scalars(sa.select(TagRow).where(TagRow.name == name)).one_or_none()
        if tag is None:
            tag = TagRow(name=name)
            session.add(tag)
            session.flush()
            session.add(VerdictRow(post_id=post_id, tag_id=tag.id, yes=True))
        derive(session, [post_id])
        return name


def files_of(library):
    return {
        str(file.relative_to(library.folder)): file.read_bytes()
        for file in library.folder.rglob("*.jpg")
    }


class Oracle:
    """What must be true after each look, told from the files alone."""

    def __init__(self, library):
        self.library = library
        self.was = {}
        self.seen = set()
        self.together = []  # sets of contents that were one post at some time
        self.words = {}  # what persons said, by the content that lay there
        self.voices = Voices(library)

    def hear(self, path, tag):
        if tag is not None:
            self.words.setdefault(self.was[path], set()).add(tag)

    def look(self):
        library, files = self.library, files_of(self.library)
        assert library.everything()[1] == [0, 0, 0]
        with library.sessions() as session:
            rows = session.scalars(
                sa.select(LocationRow).where(LocationRow.missing_since.is_(None))
            ).all()
            posts = {post.id: post for post in session.scalars(sa.select(PostRow))}
            contents = {post.sha256: post.id for post in posts.values()}
            for former in session.scalars(sa.select(FormerDigestRow)):
                assert former.sha256 not in contents
                contents[former.sha256] = former.post_id
        places = {row.path.decode(): row for row in rows}

        # What lies there is known, with its bytes; equal bytes are one post.
        assert {path: row.sha256 for path, row in places.items()} == {
            path: sha(text) for path, text in files.items()
        }
        for path, row in places.items():
            status = (library.folder / path).stat()
            assert (row.size, row.mtime_ns) == (status.st_size, status.st_mtime_ns)
            assert row.post_id == contents[row.sha256]

        # A post is there while a file of it is, and has the digests of its newest one.
        for post in posts.values():
            mine = [row for row in rows if row.post_id == post.id]
            assert (post.missing_since is None) == bool(mine)
            assert post.state == "ready"
            if mine:
                newest = max(mine, key=lambda row: (row.mtime_ns, row.sha256))
                assert post.sha256 == newest.sha256

        # Whatever was seen is still known, what was one post is one post, of one picture.
        new = set(files.values()) - self.seen
        self.seen |= set(files.values())
        known = {text: contents[sha(text)] for text in self.seen}
        for texts in self.together:
            assert len({known[text] for text in texts}) == 1
        by_post = {}
        for text, post_id in known.items():
            by_post.setdefault(post_id, set()).add(text)
        self.together = list(by_post.values())
        for texts in self.together:
            assert len({text.partition(b"|")[0] for text in texts}) == 1

        self.look_at_edits(
            files, known, by_post, {id_: p.parent_id for id_, p in posts.items()}, new
        )
        self.voices.look(files, {path: row.post_id for path, row in places.items()}, contents)
        assert check(library.sessions, Told()) == 0
        self.was = files

    def look_at_edits(self, files, known, by_post, parents, new):
        # What a person said stays with what it was said of.
        for text, tags in self.words.items():
            assert tags <= self.library.tags(known[text])

        # Edited in place: the same picture keeps its post, another is a child of the old one.
        for path, before in self.was.items():
            after = files.get(path)
            if after is None or after == before:
                continue
            if after.partition(b"|")[0] == before.partition(b"|")[0]:
                both_spoken = known[after] != known[before]
                assert not both_spoken or (self.words.get(before) and self.words_of(known[after]))
            elif after in new and list(files.values()).count(after) == 1 == len(
                by_post[known[after]]
            ):
                assert parents[known[after]] == known[before]

    def words_of(self, post_id):
        return self.library.tags(post_id)


@dataclass
class Voice:
    """What is said at one place of a post, where this content lies or lay last."""

    content: bytes
    said: dict[str, set[str]]
    present: bool = True


class Voices:
    """What must be said of posts after each look, told from the files and from what was before."""

    def __init__(self, library):
        self.library = library
        self.voices = {}  # by path and post

    def look(self, files, places, contents):
        expected = self.remembered(contents)
        for path, post_id in places.items():
            expected[path, post_id] = [Voice(files[path], self.said_at(path, files[path]))]
        self.drop_superseded(expected)
        stored = self.stored()
        assert stored.keys() == expected.keys()
        for place, told in stored.items():
            fitting = [one for one in expected[place] if (one.said, one.present) == told]
            assert fitting, (place, told, expected[place])
            expected[place] = fitting
        self.voices = {place: one for place, (one, *_) in expected.items()}
        self.look_at_tags()

    def remembered(self, contents):
        """Return what places said until now, as those of the posts that have their contents.

        Where two posts that became one both lay at a path, either may be remembered.
        """
        found = defaultdict(list)
        for (path, _), voice in self.voices.items():
            gone = Voice(voice.content, voice.said, present=False)
            found[path, contents[sha(voice.content)]].append(gone)
        return found

    def said_at(self, path, content):
        said = words_of(bytes(self.library.folder / path), content)
        return {source: {tag.name for tag in words.tags} for source, words in said.items()}

    def drop_superseded(self, expected):
        """A missing place is forgotten where its post says elsewhere all that it said."""
        spoken = defaultdict(set)
        for (_, post_id), (voice, *_) in expected.items():
            if voice.present:
                spoken[post_id] |= voice.said.keys()
        for place, voices in list(expected.items()):
            needed = [one for one in voices if one.present or self.is_needed(one, spoken, place[1])]
            if needed:
                expected[place] = needed
            else:
                del expected[place]

    def is_needed(self, voice, spoken, post_id):
        return post_id not in spoken or not voice.said.keys() <= spoken[post_id]

    def stored(self):
        with self.library.sessions() as session:
            found = {
                row.id: ((row.path.decode(), row.post_id), ({}, row.missing_since is None))
                for row in session.scalars(sa.select(LocationRow))
            }
            for row in session.scalars(sa.select(StatementRow)):
                _, (said, _) = found[row.location_id]
                said[row.source] = {name for name, _ in row.said["tags"]}
        return dict(found.values())

    def look_at_tags(self):
        said = defaultdict(set)
        for (_, post_id), voice in self.voices.items():
            said[post_id] |= set().union(*voice.said.values())
        for post_id, words in said.items():
            tags = {tag for tag in self.library.tags(post_id) if not tag.startswith("said_of_")}
            assert tags == words


@slowly
@given(history=histories(*operations))
def test_identity_is_content_whatever_is_done_to_the_files(library, history):
    library.wipe()
    library.clock = itertools.count(SPRING)
    root = library.add()
    oracle = Oracle(library)
    for batch in history:
        for op in batch:
            if op[0] == "speak":
                if op[1] in oracle.was:
                    oracle.hear(op[1], speak(library, op[1]))
            else:
                carry_out(library, *op)
        confirm_gone(library.sessions, root.id)
        library.update()
        oracle.look()


class Fate:
    """Kills after so many steps, then after so many more, until it has killed enough."""

    def __init__(self, steps):
        self.steps = list(steps)

    def step(self, *_):
        if self.steps:
            self.steps[0] -= 1
            if self.steps[0] < 0:
                self.steps.pop(0)
                raise Killed


@contextmanager
def fated(library, fate):
    engine = library.sessions.kw["bind"]
    library.reader.before = fate.step
    for moment in ("begin", "commit"):
        sa.event.listen(engine, moment, fate.step)
    try:
        yield
    finally:
        for moment in ("begin", "commit"):
            sa.event.remove(engine, moment, fate.step)


def go_through(library, history, steps):
    """Live through a history with kills in between, and return all that is known then."""
    library.wipe()
    library.clock = itertools.count(SPRING)
    root = library.add()
    fate = Fate(steps)
    for batch in history:
        for op in batch:
            if op[0] == "speak":
                speak(library, op[1])
            else:
                carry_out(library, *op)
        confirm_gone(library.sessions, root.id)
        with fated(library, fate):
            while not work_through(library):
                pass
    return library.everything()


def work_through(library):
    """Do all work; False if it was killed in its middle."""
    try:
        library.rescue()
        scan_due(library.sessions, library.walker, Told(), worker_id=DEAD, free_space=lambda: None)
        index_due(
            library.sessions,
            library.reader,
            library.thumbs,
            Told(),
            worker_id=DEAD,
            free_space=lambda: None,
        )
    except Killed:
        return False
    return True


@slowly
@given(
    history=histories(*operations, st.tuples(st.just("write"), name, anything)),
    steps=st.lists(st.integers(0, 40), min_size=1, max_size=6),
)
def test_being_killed_at_any_step_changes_nothing_in_the_end(library, history, steps):
    undisturbed = go_through(library, history, [])

    disturbed = go_through(library, history, steps)

    assert disturbed == undisturbed
