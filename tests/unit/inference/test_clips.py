"""CLIP models: where they lie, and what they get to see, beside what their makers do."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from homebooru.inference.clip.catalog import broken_clips, find_clips
from homebooru.inference.clip.preparing import Preparation, cleaned
from tests.fakes.clips import make_clip

TOLD = {"size": 24, "mean": [0.48, 0.45, 0.4], "std": [0.27, 0.26, 0.28]}


def png(width, height):
    noise = np.random.default_rng(width).integers(0, 256, (height, width, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def plain(picture, *, squash, filter_):
    """What Immich does, in so many words."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    if squash:
        image = image.resize((24, 24), filter_)
    else:
        short = min(image.size)
        width, height = int(image.width * 24 / short), int(image.height * 24 / short)
        image = image.resize((width, height), filter_)
        left, top = int((width - 24) / 2), int((height - 24) / 2)
        image = image.crop((left, top, left + 24, top + 24))
    numbers = np.asarray(image, np.float32) / 255
    return ((numbers - np.array(TOLD["mean"])) / np.array(TOLD["std"])).transpose(2, 0, 1)


@pytest.mark.parametrize("size", [(24, 24), (61, 40), (40, 97), (7, 300)])
@pytest.mark.parametrize("squash", [True, False])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pictures_come_as_immich_prepares_them(size, squash, interpolation):
    mode = {"resize_mode": "squash"} if squash else {}
    preparation = Preparation.read({**TOLD, "interpolation": interpolation, **mode})
    filter_ = getattr(Image.Resampling, interpolation.upper())

    numbers = preparation.numbers(preparation.square(png(*size)))

    wanted = plain(png(*size), squash=squash, filter_=filter_)
    assert numbers.dtype == np.float32
    assert numbers == pytest.approx(wanted, abs=1e-5)


def test_words_come_as_the_model_was_taught():
    assert cleaned("  A cat,\n on a  Roof! ", is_plain=True) == "a cat on a roof"
    assert cleaned("  A cat,\n on a  Roof! ", is_plain=False) == "A cat, on a Roof!"


def test_models_are_found_as_immich_keeps_them(tmp_path):
    make_clip(tmp_path / "clip" / "ViT-B-32__openai")
    make_clip(tmp_path / "ViT-L-14__openai" / "some-revision", reads=False)
    make_clip(tmp_path / "half" / "one")
    (tmp_path / "half" / "one" / "visual" / "model.onnx").write_bytes(b"")

    found = {one.name: one for one in find_clips(tmp_path)}

    assert {name: one.reads for name, one in found.items()} == {
        "ViT-B-32__openai": True,
        "ViT-L-14__openai": False,
    }
    config = found["ViT-L-14__openai"].read("nowhere.json", "config.json")
    assert config == json.loads(
        (tmp_path / "ViT-L-14__openai" / "some-revision" / "config.json").read_text()
    )


def test_no_folder_takes_the_name_of_a_tagger_or_of_a_model_of_immich(tmp_path):
    make_clip(tmp_path / "wd (tagger)")
    make_clip(tmp_path / "clip" / "ViT-B-32__openai (Immich)")

    assert find_clips(tmp_path) == []
    assert all("another name" in reason for _, reason in broken_clips(tmp_path))
