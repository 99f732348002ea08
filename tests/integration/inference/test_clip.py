"""CLIP models in their processes, on tiny networks with the signatures of the real ones."""

import io
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from homebooru.errors import ModelUnusable
from homebooru.inference.asking import Options
from homebooru.inference.clip.catalog import find_clips
from homebooru.inference.clip.process import ClipProcess
from homebooru.inference.process import Patience
from tests.fakes.clips import WIDTH, direction, make_clip

NAME = "ViT-B-32__openai"


def opened(models):
    (clip,) = find_clips(models)
    return closing(ClipProcess(clip, Options(threads=1), Patience()))


def jpeg(colour, size=(50, 30)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def as_numbers(vector):
    return np.frombuffer(vector, "<f2").astype(float)


@pytest.mark.parametrize("takes_bytes", [True, False])
def test_a_picture_and_the_words_for_it_point_the_same_way(tmp_path, takes_bytes):
    make_clip(tmp_path / NAME, takes_bytes=takes_bytes)

    with opened(tmp_path) as model:
        red, violet = model.see([jpeg((255, 0, 0)), jpeg((255, 0, 255), (30, 80))])
        words = [model.read(text) for text in ("RED", "blue, red.", "green")]

        assert (model.name, model.reads, model.dimensions()) == (NAME, True, WIDTH)
        assert all(model.pids)
    assert as_numbers(red) == pytest.approx(direction(0), abs=0.01)
    assert as_numbers(violet) == pytest.approx(direction(0, 2), abs=0.02)
    assert as_numbers(words[0]) == pytest.approx(as_numbers(red), abs=0.01)
    assert as_numbers(words[1]) == pytest.approx(as_numbers(violet), abs=0.02)
    assert as_numbers(words[2]) @ as_numbers(red) == pytest.approx(0, abs=0.01)


def test_what_sees_is_there_once_and_what_reads_as_often_as_it_is_wanted(tmp_path):
    make_clip(tmp_path / NAME)

    with opened(tmp_path) as first, opened(tmp_path) as second:
        assert first.see([jpeg("red")]) == second.see([jpeg("red")])
        assert first.read("red") == second.read("red")
        (seeing, reading), others = first.pids, second.pids
        assert seeing is None
        assert reading
        assert all(others)


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("visual/model.onnx", "half a file", "cannot be loaded"),
        ("visual/preprocess_cfg.json", "{}", "cannot be understood"),
        ("visual/preprocess_cfg.json", None, "is missing"),
        ("textual/tokenizer.json", "{", "cannot be understood"),
        ("config.json", "[1, 2]", "cannot be understood"),
    ],
)
def test_damage_is_told_with_what_to_do(tmp_path, file, content, reason):
    broken = make_clip(tmp_path / NAME) / file
    broken.unlink() if content is None else broken.write_text(content)

    with opened(tmp_path) as model, pytest.raises(ModelUnusable, match=reason):
        see_and_read(model)


def see_and_read(model):
    model.see([jpeg("red")])
    model.read("red")
