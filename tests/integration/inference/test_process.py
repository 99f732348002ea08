import os
import signal
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import ModelBusy, ModelUnusable
from homebooru.inference import holding, process
from homebooru.inference.asking import Options
from homebooru.inference.catalog import recognise
from homebooru.inference.pins import SUMS
from homebooru.inference.process import Patience
from homebooru.inference.tagger import TaggerProcess
from homebooru.processes.parent import Child
from tests.fakes import taggers

MAKERS = {
    "camie v2": taggers.make_camie_2,
    "camie v1": taggers.make_camie_1,
    "wd": taggers.make_wd,
}
PATIENT = Patience()
ask = Child.ask
MOST_GROWTH = 8  # MB; an input that is kept of each look would make 130
RED, GREY = (255, 0, 0), (90, 120, 60)


@pytest.fixture
def opened(tmp_path):
    """Make models' processes, which end with the test."""
    made = []

    def make(maker=taggers.make_camie_2, patience=PATIENT, side=None, **options):
        size = {"side": side} if side else {}
        weights = recognise(maker(tmp_path / maker.__name__, **size))
        wanted = Options(**{"threads": 1} | options)
        made.append(TaggerProcess(weights, wanted, patience, at_once=2))
        return made[-1]

    yield make
    for model in made:
        model.close()


def frame(model, colour):
    side = model.load().side
    return np.full((side, side, 3), colour, np.uint8).tobytes()


def expected(colour, floor):
    """What is to be said of a colour: probabilities of what can be seen, above a floor."""
    likely = 1 / (1 + np.exp(-taggers.odds(np.array(colour) / 255)))
    return {
        name: pytest.approx(float(sure), abs=0.001)
        for (name, kind, _, _), sure in zip(taggers.TAGS, likely, strict=True)
        if kind not in ("year", "rating") and name != "highres" and sure >= floor
    }


@pytest.mark.parametrize("name", MAKERS)
def test_each_family_says_what_it_sees(opened, name):
    model = opened(MAKERS[name], floor=0.2)

    red, grey = model.look([frame(model, RED), frame(model, GREY)]).result()

    told = {tag.name: sure for tag, sure in zip(red.tags, red.confidences, strict=True)}
    assert told == expected(RED, 0.2)
    assert set(expected(GREY, 0.2)) == {tag.name for tag in grey.tags}
    assert list(red.confidences) == sorted(red.confidences, reverse=True)
    assert (red.rating, grey.rating) == (Rating.EXPLICIT, Rating.GENERAL)
    assert SaidTag("fate/stay_night", Category.COPYRIGHT) in red.tags


def test_a_process_that_dies_or_hangs_is_followed_by_another(opened):
    model = opened(patience=Patience(look=1.0))
    red = frame(model, RED)
    first = model.pid

    os.kill(first, signal.SIGKILL)
    assert model.look([red]).result()
    assert model.pid != first

    os.kill(model.pid, signal.SIGSTOP)
    assert model.look([red]).result()


def test_a_model_that_kills_every_process_is_given_up(opened, monkeypatch):
    model = opened()
    red = frame(model, RED)
    monkeypatch.setattr(Child, "ask", lambda child, *_: child.kill() or ask(child, b"", 1.0))

    with pytest.raises(ModelUnusable, match=r"made 3 processes die.*SIGKILL"):
        model.look([red]).result()


def test_an_idle_model_gives_its_memory_back_and_returns(opened):
    model = opened(patience=Patience(idle=0.05))
    assert model.pid is None  # nobody needed it yet
    red = frame(model, RED)
    model.look([red]).result()

    assert ended(model)
    assert model.look([red]).result()


@pytest.mark.parametrize("worn", [{"LOOKS": 2}, {"SETTLED": 2, "GROWN": 0.5, "SPARE_MB": 0}])
def test_a_process_that_looked_often_or_holds_too_much_is_replaced(opened, monkeypatch, worn):
    for name, value in worn.items():
        monkeypatch.setattr(process, name, value)
    model = opened()
    red = frame(model, RED)

    pids = [model.look([red]).result() and model.pid for _ in range(4)]

    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_machine_holds_a_model_once_and_who_is_idle_hands_it_on(opened, monkeypatch):
    monkeypatch.setattr(holding, "WAITS", 1.0)
    monkeypatch.setattr(process, "LOOKS_ROUND", 0.05)
    first, second = opened(), opened()
    red = frame(first, RED)
    os.kill(first.pid, signal.SIGSTOP)
    looking = first.look([red])  # which takes as long as we like

    with pytest.raises(ModelBusy, match="make_camie_2"):
        second.load()
    os.kill(first.pid, signal.SIGCONT)
    assert looking.result()

    assert second.load()
    assert first.pid is None
    assert first.look([red]).result()
    assert second.pid is None


def test_a_model_runs_on_as_many_threads_as_are_set(opened):
    running = []
    for number in (1, 3):
        model = opened(threads=number)
        model.look([frame(model, RED)]).result()
        running.append(len(list(Path(f"/proc/{model.pid}/task").iterdir())))
        model.close()

    assert running[1] - running[0] == 2


def test_two_thousand_looks_leave_no_memory_behind(opened):
    model = opened(side=64)
    frames = [frame(model, colour) for colour in (RED, GREY)]

    held = [soaked(model, frames, looks) for looks in (200, 1800)]

    assert held[1] - held[0] < MOST_GROWTH, held


def soaked(model, frames, looks):
    """What a model's process holds after so many looks, at one picture or at two."""
    for number in range(looks):
        model.look(frames[: 1 + number % 2]).result()
    return resident_mb(model.pid)


def resident_mb(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) >> 10 for line in lines if line.startswith("VmRSS"))


def test_the_runtime_stays_out_of_our_own_process(opened):
    before = mapped_parts_of_the_runtime()  # of another test, such as doctor's
    opened().load()

    assert mapped_parts_of_the_runtime() <= before


def mapped_parts_of_the_runtime():
    lines = Path("/proc/self/maps").read_text().splitlines()
    return {line.split()[-1] for line in lines if "onnxruntime" in line}


def test_a_device_that_the_runtime_lacks_is_named(opened):
    with pytest.raises(ModelUnusable, match="cuda"):
        opened(device="cuda").load()


def spoil_weights(folder):
    (folder / "camie-tagger-v2.onnx").write_bytes(b"half a file")


def spoil_tags(folder):
    (folder / "camie-tagger-v2-metadata.json").write_text('{"dataset_info": {')


def swap_tags(folder):
    text = '{"idx_to_tag": ["one"], "tag_to_category": {}}'
    (folder / "camie-tagger-v2-metadata.json").write_text(text)


def list_others(folder):
    (folder / SUMS).write_text(f"{'0' * 64}  camie-tagger-v2.onnx\n")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (list_others, "is not the file of which"),
        (spoil_weights, "cannot be loaded"),
        (spoil_tags, "cannot be understood"),
        (swap_tags, "does not belong"),
    ],
)
def test_damage_is_told_with_what_to_do(tmp_path, spoil, reason):
    folder = taggers.make_camie_2(tmp_path / "damaged")
    spoil(folder)
    model = TaggerProcess(recognise(folder), Options(), Patience(), at_once=1)

    with closing(model), pytest.raises(ModelUnusable, match=rf"(?i){reason}.*download"):
        model.look([frame(model, RED)]).result()


def ended(model):
    for _ in range(200):
        if model.pid is None:
            return True
        time.sleep(0.05)
    return False
