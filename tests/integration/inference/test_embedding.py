"""Taggers that describe pictures as a whole, in their processes, beside what their networks give."""

import io
from contextlib import closing

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator
from PIL import Image

from homebooru.errors import ModelUnusable
from homebooru.inference.asking import Options
from homebooru.inference.catalog import recognise
from homebooru.inference.pins import SUMS
from homebooru.inference.process import Patience
from homebooru.inference.tagger import TaggerEmbedder, TaggerProcess
from tests.fakes.taggers import Embedding, make_wd

LAYER = "/core_model/head/Flatten_output_0"
SIDE = 448
SIZES = ((300, 200), (90, 640), (448, 448))


def opened(folder, at_once=2):
    return closing(
        TaggerProcess(recognise(folder), Options(threads=1), Patience(), at_once=at_once)
    )


def picture(size):
    """A picture that is red above and violet below, as wide and high as is asked for."""
    image = Image.new("RGB", size, "#c02010")
    image.paste("#8040f0", (0, size[1] // 3, *size))
    return image


def jpeg(image):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def prepared(file):
    """What WD taggers take of a picture: a white square of blue, green and red from 0 to 255."""
    image = Image.open(io.BytesIO(file))
    longest = max(image.size)
    square = Image.new("RGB", (longest, longest), "white")
    square.paste(image, tuple((longest - length) // 2 for length in image.size))
    small = square.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(small, np.float32)[None, :, :, ::-1]


def as_numbers(vectors):
    return np.array([np.frombuffer(vector, "<f2") for vector in vectors], float)


@pytest.mark.parametrize(
    "output", [Embedding(), Embedding(times=400, promised=("n", 1200)), Embedding(LAYER, (1, 6))]
)
def test_a_picture_is_described_by_what_the_network_gives_for_it(tmp_path, output):
    make_wd(tmp_path, output)
    pictures = [jpeg(picture(size)) for size in SIZES]

    with opened(tmp_path) as tagger:
        model = TaggerEmbedder(tagger)
        assert (model.reads, model.dimensions()) == (False, output.width)
        assert tagger.pid is None  # which another process may hold to name tags
        found = as_numbers(model.see(pictures))
        first = tagger.pid
        (said,) = tagger.look([bytes(tagger.load().size)]).result()
        assert tagger.pid == first  # what it names is asked of the same process
    given = ReferenceEvaluator(str(tmp_path / "model.onnx"))
    expected = np.concatenate(
        [given.run([output.name], {"input": prepared(file)})[0] for file in pictures]
    )
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert "1girl" in {tag.name for tag in said.tags}
    assert found == pytest.approx(expected, abs=0.001)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            Embedding(then="Unsqueeze", given=("axes",), promised=("batch", 1, 6)),
            "batch × 1 × 6 numbers.*another export",
        ),
        (Embedding(then="Transpose", promised=(6, "batch")), "6 × batch numbers.*another export"),
        (Embedding(scale=np.nan), "is no description.*Download it again"),
        (Embedding(scale=0), "is no description.*Download it again"),
    ],
)
def test_an_odd_output_is_refused_with_what_to_do_and_tags_are_named_still(
    tmp_path, output, reason
):
    make_wd(tmp_path, output)

    with opened(tmp_path) as tagger:
        with pytest.raises(ModelUnusable, match=reason):
            TaggerEmbedder(tagger).see([jpeg(picture((60, 40)))])
        assert tagger.look([bytes(tagger.load().size)]).result()


def test_it_does_not_read_and_only_the_pinned_file_sees(tmp_path):
    make_wd(tmp_path, Embedding())
    (tmp_path / SUMS).write_text(f"{'0' * 64}  model.onnx\n")

    with opened(tmp_path) as tagger:
        with pytest.raises(ModelUnusable, match="and no words"):
            TaggerEmbedder(tagger).read("red")
        with pytest.raises(ModelUnusable, match="is not the file of which"):
            TaggerEmbedder(tagger).see([jpeg(picture((60, 40)))])
