import re
from pathlib import Path

import onnx
import pytest

from homebooru.domain.taggers import OFFERS, RUNTIMES, ModelFolder
from homebooru.errors import ModelUnusable
from homebooru.inference.catalog import choose_weights, find_models, recognise
from homebooru.inference.outputs import outputs_of
from tests.fakes.taggers import Embedding, make_camie_1, make_camie_2, make_wd


def test_taggers_are_told_by_their_files(tmp_path):
    make_camie_2(tmp_path / "a")
    make_camie_1(tmp_path / "b")
    make_wd(tmp_path / "c")
    (tmp_path / "ViT-B-32__openai" / "visual").mkdir(parents=True)
    (tmp_path / "ViT-B-32__openai" / "visual" / "model.onnx").write_bytes(b"no tagger")

    assert find_models(tmp_path) == [
        ModelFolder("a", "camie", "CamieTagger v2", is_used=True),
        ModelFolder("b", "camie", "CamieTagger"),
        ModelFolder("c", "wd", "WD tagger v3", is_used=True),
    ]


@pytest.mark.parametrize(
    ("network", "labels"),
    [
        ("model_initial.onnx", "model_initial_metadata.json"),
        ("model_refined.onnx", "metadata.json"),
        ("camie.onnx", "camie-metadata.json"),
    ],
)
def test_the_list_beside_weights_has_one_of_the_names_that_are_in_use(tmp_path, network, labels):
    made = make_camie_1(tmp_path / "one")
    (made / "model_initial.onnx").rename(made / network)
    (made / "model_initial_metadata.json").rename(made / labels)

    found = recognise(made)

    assert (found.network.name, found.labels.name) == (network, labels)


def test_what_is_offered_stands_in_the_readme_of_the_models_too():
    text = (Path(__file__).parents[3] / "models" / "README.md").read_text("utf-8")
    for offer in OFFERS:
        assert {offer.origin, offer.licence, *offer.files} <= set(re.findall(r"[\w./-]+", text))
    assert all(package in text for package in RUNTIMES.values())


def test_the_newest_of_each_source_is_used_unless_another_is_chosen(tmp_path):
    make_camie_1(tmp_path / "a")
    make_camie_2(tmp_path / "b")
    make_wd(tmp_path / "c")

    assert [one.name for one in choose_weights(tmp_path)] == ["b", "c"]
    assert [one.name for one in choose_weights(tmp_path, ["a"])] == ["a"]
    assert choose_weights(tmp_path / "nowhere") == []


def test_a_version_changes_with_the_weights_and_with_the_tags(tmp_path):
    folder = make_camie_2(tmp_path / "one")
    first = recognise(folder).version()
    assert recognise(make_camie_2(tmp_path / "copy")).version() == first

    tags = folder / "camie-tagger-v2-metadata.json"
    tags.write_text(tags.read_text().replace("bright", "brighter"))
    second = recognise(folder).version()
    make_camie_2(folder, bias=1.0)

    assert len({first, second, recognise(folder).version()}) == 3


@pytest.mark.parametrize("make", [make_camie_1, make_camie_2, make_wd])
def test_a_file_tells_what_its_network_gives(tmp_path, make):
    network = recognise(make(tmp_path)).network
    whole = network.read_bytes()
    assert list(outputs_of(network).items()) == [
        (one.name, tuple(map(promised, one.type.tensor_type.shape.dim)))
        for one in onnx.load(network).graph.output
    ]

    for length in range(1, len(whole), 7):
        network.write_bytes(whole[:length])
        assert outputs_of(network) == {}


def promised(told):
    return told.dim_param or told.dim_value


@pytest.mark.parametrize(
    ("output", "describes_by"),
    [
        (Embedding(), "embedding"),
        (Embedding("/core_model/head/Flatten"), "/core_model/head/Flatten"),
        (Embedding("logits"), None),
        (None, None),
    ],
)
def test_a_tagger_that_describes_pictures_has_an_output_for_it(tmp_path, output, describes_by):
    make_wd(tmp_path / "one", output)

    assert recognise(tmp_path / "one").describes_by == describes_by
    assert find_models(tmp_path)[0].describes == bool(describes_by)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"selected_tags.csv": "tag_id,name"}, r"\.onnx is missing"),
        ({"model.onnx": "x"}, "model-metadata.json for CamieTagger, selected_tags.csv for a WD"),
        ({"model.onnx": "x", "selected_tags.csv": "", "preprocess.json": "{}"}, "timm"),
        ({"model.onnx": "x", "top_tags.txt": ""}, "JoyTag"),
        (
            {"model.onnx": "version https://git-lfs.github.com/spec/v1", "selected_tags.csv": ""},
            "Download the file itself",
        ),
        ({"model.onnx": "", "selected_tags.csv": ""}, "or empty"),
    ],
)
def test_what_is_missing_or_foreign_is_said(tmp_path, files, reason):
    folder = tmp_path / "models" / "one"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)

    (found,) = find_models(tmp_path / "models")
    assert found.problem
    assert not found.is_used
    with pytest.raises(ModelUnusable, match=reason):
        recognise(folder)
