"""Taggers in the chain, with models that are made up: one says what it is told to say of a file."""

import hashlib
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa
from PIL import Image

from homebooru.db.queries.policy import keep_setting
from homebooru.db.queue import Work
from homebooru.db.tables import ClaimRow, PostRow, RecordRow, ServiceRow, TagRow, VerdictRow
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.taggers import Filter, Fit, Framing
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import FileGone, ModelBusy, ModelUnusable, Unreadable
from homebooru.services.lookups import tagging
from homebooru.services.lookups.enabling import keep_sources
from homebooru.services.lookups.tagging import tag_due
from homebooru.services.tags.deriving import derive
from homebooru.services.working import is_anything_waiting
from tests.corpus import encoded
from tests.fakes.taggers import make_camie_2
from tests.integration.services.lookups.conftest import Told, md5_of

GUESSES = {
    SaidTag("hat", Category.GENERAL): 0.9,
    SaidTag("gloves", Category.GENERAL): 0.3,
    SaidTag("rem", Category.CHARACTER): 0.6,
}


def done(value):
    future = Future()
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)
    return future


class MadeUp:
    """A tagger, and what reads its pictures: a frame is the name of the file."""

    name, at_once = "camie", 2

    def __init__(self):
        self.seen, self.guesses, self.is_called, self.trouble, self.files = (
            [],
            GUESSES,
            "one",
            None,
            {},
        )

    def version(self):
        return self.is_called

    def load(self):
        if self.trouble:
            raise self.trouble
        return Framing(8, (0, 0, 0), Fit.SHRINK_THEN_PAD, Filter.LANCZOS)

    def look(self, frames):
        self.seen += [int(frame.rpartition(b"/")[2].split(b".")[0]) for frame in frames]
        said = Said(
            tags=tuple(self.guesses),
            confidences=tuple(self.guesses.values()),
            rating=Rating.SENSITIVE,
        )
        return done([said] * len(frames))

    def frame(self, file, sha256, framing):
        return done(self.files.get(file.rpartition(b"/")[2], file))

    def close(self):
        pass


@pytest.fixture
def model(world):
    """A tagger that is there, after Danbooru."""
    keep_sources(world.sessions, ["danbooru"], ["camie"])
    return MadeUp()


def add(world, number=1, *, known=False):
    """Add posts with files of their numbers, and let Danbooru be asked about them."""
    with world.sessions.begin() as session:
        first = (session.scalar(sa.select(sa.func.max(PostRow.id))) or 0) + 1
    posts = [world.add(name=f"{first + place}.png")[0] for place in range(number)]
    for post in posts if known else ():
        world["danbooru"].put(md5_of(post), general="1girl")
    world.look_up()
    return posts


def look(world, model, progress=None):
    return tag_due(world.sessions, [model], model, progress or Told())


def suggested(world, post_id):
    with world.sessions.begin() as session:
        ids = session.get_one(PostRow, post_id).suggestion_ids
        return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(ids))))


def is_waiting(world):
    return is_anything_waiting(world.sessions, [Work.TAGGING])


def sample(world, percent):
    with world.sessions.begin() as session:
        keep_setting(session, "taggers_sample", percent)


def test_a_tagger_is_asked_about_what_nobody_knows(world, model):
    sample(world, 0)
    known = add(world, known=True)
    unknown = add(world, 5)

    report = look(world, model)

    assert sorted(model.seen) == unknown
    assert world.tags(unknown[0]) == {"hat"}
    assert suggested(world, unknown[0]) == {"gloves", "rem"}
    assert world.post(unknown[0]).rating == Rating.SENSITIVE
    assert world.outcomes(known[0])["camie"] is None
    assert "camie knew 5 of 5" in str(report.told())
    assert not is_waiting(world)
    assert look(world, model).told() is None


def test_what_others_know_is_looked_at_last_and_only_suggested(world, model):
    sample(world, 100)
    known = add(world, 3, known=True)
    unknown = add(world, 2)

    assert is_waiting(world)
    look(world, model)

    assert sorted(model.seen[:2]) == unknown
    assert sorted(model.seen[2:]) == known
    assert world.tags(known[0]) == {"1girl"}
    assert suggested(world, known[0]) == {"hat", "gloves", "rem"}
    assert not is_waiting(world)


def test_a_sample_of_what_others_know_is_about_as_large_as_it_shall_be(world, model):
    sample(world, 50)
    known = add(world, 60, known=True)

    look(world, model)

    assert 20 <= len(model.seen) <= 40
    assert set(model.seen) <= set(known)


def test_another_version_looks_again_and_what_was_rejected_stays_so(world, model):
    first, second = add(world, 2)
    look(world, model)
    with world.sessions.begin() as session:
        hat = session.scalar(sa.select(TagRow.id).where(TagRow.name == "hat"))
        reject(session, first, hat)
    model.is_called = "two"
    model.guesses = {SaidTag("hat", Category.GENERAL): 0.95, SaidTag("sky", Category.GENERAL): 0.8}

    look(world, model)

    assert model.seen == [first, second, first, second]
    assert (world.tags(first), world.tags(second)) == ({"sky"}, {"hat", "sky"})
    assert suggested(world, second) == set()
    look(world, model)
    assert len(model.seen) == 4


def reject(session, post_id, tag_id):
    session.add(VerdictRow(post_id=post_id, tag_id=tag_id, yes=False))
    session.flush()
    derive(session, [post_id])


def test_files_that_cannot_be_read_are_left_out_or_looked_for_later(world, model):
    broken, gone, fine = add(world, 3)
    model.files = {
        f"{broken}.png".encode(): Unreadable("This is no picture."),
        f"{gone}.png".encode(): FileGone("The file vanished."),
    }

    look(world, model)

    assert model.seen == [fine]
    assert world.outcomes(broken)["camie"] == "miss"
    assert world.outcomes(gone)["camie"] is None
    model.files = {}
    world.make_due("camie")
    look(world, model)
    assert gone in model.seen


def test_a_model_that_does_not_work_is_left_alone_with_its_reason(world, model):
    posts = add(world, 3)
    model.trouble = ModelUnusable("The file is broken off.")
    told = Told()

    look(world, model, told)

    assert told.errors == {"camie": "The file is broken off."}
    assert not is_waiting(world)
    with world.sessions.begin() as session:
        assert session.get_one(ServiceRow, "camie").reason == "The file is broken off."
    model.trouble = None
    world.reopen()
    look(world, model)
    assert sorted(model.seen) == posts


def test_a_model_that_another_process_has_is_waited_for(world, model, monkeypatch):
    monkeypatch.setattr(tagging, "REST", 0.0)
    add(world)
    model.trouble = ModelBusy("Somebody has it.")
    told = Told()

    look(world, model, told)

    assert told.errors == {}
    assert is_waiting(world)


def test_work_that_stops_gives_back_what_it_has_not_stored(world, model, for_batches):
    add(world, 9)

    look(world, model, for_batches(4))

    with world.sessions.begin() as session:
        claimed = sa.select(sa.func.count()).where(RecordRow.claimed_by.is_not(None))
        assert session.scalar(claimed) == 0
        told = session.scalar(sa.select(sa.func.count()).select_from(ClaimRow))
    assert told < 9
    look(world, model)
    with world.sessions.begin() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ClaimRow)) == 9


def test_a_tagger_alone_is_asked_at_once_and_one_that_is_gone_no_more(world):
    keep_sources(world.sessions, [], ["camie"])
    (post,) = world.add(name="1.png")
    model = MadeUp()
    look(world, model)
    assert model.seen == [post]

    keep_sources(world.sessions, [], [])
    world.add(name="2.png")
    assert not is_waiting(world)


def test_files_on_disk_get_the_tags_of_what_they_show(world, tmp_path):
    content = encoded(Image.new("RGB", (40, 30), (255, 0, 0)), "PNG")
    (tmp_path / "red.png").write_bytes(content)
    sha256 = hashlib.sha256(content).digest()
    make_camie_2(tmp_path / "models" / "camie")
    settings = replace(world.deps.settings, models=tmp_path / "models", tagger_threads=1)
    deps = replace(world.deps, settings=settings)
    keep_sources(world.sessions, [], ["camie"])
    (post,) = world.add(name="red.png", root=str(tmp_path), sha256=sha256)

    with closing(deps.open_framer()) as framer, closing(deps.models):
        report = tag_due(world.sessions, deps.taggers(), framer, Told())

    assert report.outcomes == {"camie": {"hit": 1}}
    assert {"red_theme", "fate/stay_night"} <= world.tags(post)
    assert world.post(post).rating == Rating.EXPLICIT
