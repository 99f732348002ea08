"""SIGKILL of a model's process, of the worker it works for, and of the gallery, while it looks."""

import os
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from tests.fakes.taggers import make_camie_2
from tests.integration.galleries import PATIENCE, Gallery
from tests.processes import descendants, is_stopped, living, parents
from tests.waiting import until

pytestmark = pytest.mark.slow

PICTURES = 40
LOOKS = "select count(*) from record where source = 'camie'"
TAGGED = f"{LOOKS} and outcome = 'hit' and claimed_by is null"
IN_HAND = f"{LOOKS} and claimed_by is not null and due > now()"
LEFT = f"{LOOKS} and (due <= now() or claimed_by is not null)"
AGAIN = (
    "with again as (update record set due = now() where source = 'camie')"
    " select pg_notify('homebooru_work', 'tag_pictures')"
)
WRONG = (
    "select count(*) from post p where not exists (select from tag t where t.id = any(p.tag_ids)"
    " and t.name = 'red_theme') or (select count(*) from claim c where c.post_id = p.id) <> 1"
)


class Watched(Gallery):
    """A gallery, and another worker on the same data, whose models can be caught at their work."""

    def __init__(self, place):
        super().__init__(
            place / "data",
            HOMEBOORU_MODELS=str(place / "models"),
            HOMEBOORU_TAGGER_BATCH="2",
            HOMEBOORU_TAGGER_IDLE="3",
            HOMEBOORU_TAGGER_THREADS="1",
        )
        self.other = None

    def start_other(self):
        self.other = self.run("worker")

    def processes(self):
        return [*descendants(self.gallery.pid), self.other.pid, *descendants(self.other.pid)]

    def models(self):
        return [pid for pid in self.processes() if "onnxruntime" in mapped(pid)]

    @contextmanager
    def model_held(self):
        """Stop a model that has pictures to look at."""
        pid = until(self._stop, PATIENCE)
        try:
            yield pid
        finally:
            if living([pid]):
                os.kill(pid, signal.SIGCONT)

    def _stop(self):
        models = self.models()
        assert len(models) <= 1  # whoever works
        for pid in models:
            os.kill(pid, signal.SIGSTOP)
            until(lambda pid=pid: is_stopped(pid) or not living([pid]))
            if living([pid]) and self.count(IN_HAND):
                return pid
            if living([pid]):
                os.kill(pid, signal.SIGCONT)
        if not self.count(LEFT):
            self.ask(AGAIN)
        return None


def mapped(pid):
    try:
        return Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")
    except OSError:
        return ""


def kill(pid):
    below = descendants(pid)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not living([pid, *below]), PATIENCE)


@pytest.fixture
def watched(place):
    """A gallery of red pictures, each a little different, with a tagger that says so."""
    make_camie_2(place / "models" / "camie")
    pictures = place / "pictures"
    pictures.mkdir()
    for number in range(PICTURES):
        Image.new("RGB", (30 + number, 20), (255, 0, 0)).save(pictures / f"{number}.png")
    gallery = Watched(place)
    assert gallery.run("library", "add", str(pictures)).wait(PATIENCE) == 0
    gallery.start()
    gallery.start_other()
    yield gallery
    gallery.asking.close()
    for process in (gallery.other, gallery.gallery):
        process.kill()
        process.wait()


def test_whoever_is_killed_all_is_tagged_by_one_model_and_its_memory_comes_back(watched):
    with watched.model_held() as model:
        kill(model)
    with watched.model_held() as model:
        worker = parents()[model]
        kill(worker)
        assert not living([model])
    if worker == watched.other.pid:
        watched.other.wait()
        watched.start_other()
    with watched.model_held():
        kill(watched.gallery.pid)
        watched.gallery.wait()
        watched.start()

    until(lambda: watched.count(TAGGED) == PICTURES and not watched.count(LEFT), PATIENCE)
    assert watched.count(WRONG) == 0
    until(lambda: not watched.models(), PATIENCE)
    below = watched.processes()
    watched.other.terminate()
    assert watched.other.wait(PATIENCE) == 0
    watched.stop()
    until(lambda: not living(below), PATIENCE)
