"""Tiny taggers with the signatures of the real ones: same names, shapes and files beside them.

What they say is a linear map of a picture's mean colour, so that a red picture is `red_theme`.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

TAGS = (  # name, category, weights of the mean red, green and blue (0 to 1), bias
    ("red_theme", "general", (8, -4, -4), -1),
    ("green_theme", "general", (-4, 8, -4), -1),
    ("blue_theme", "general", (-4, -4, 8), -1),
    ("bright", "general", (4, 4, 4), -8),
    ("1girl", "general", (0, 0, 0), 2),
    ("rem_(re:zero)", "character", (-6, -2, 9), -2),
    ("fate/stay_night", "copyright", (4, 0, -4), -1),
    ("some_artist", "artist", (2, 2, -6), -1),
    ("highres", "meta", (0, 0, 0), 1),
    ("scan", "meta", (0, 0, 0), 1),
    ("year_2024", "year", (0, 0, 0), 0.5),
    ("rating_general", "rating", (0, 3, 0), 0),
    ("rating_sensitive", "rating", (0, 0, 0), -1),
    ("rating_questionable", "rating", (2, -3, 0), -1),
    ("rating_explicit", "rating", (6, -6, -6), -2),
)
OF_WD = {
    "general": 0,
    "artist": 1,
    "copyright": 3,
    "character": 4,
    "meta": 5,
    "rating": 9,
    "year": 10,
}
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def odds(colour):
    """Return what every tag's logit is for a mean colour from 0 to 1."""
    return np.array([np.dot(weights, colour) + bias for _, _, weights, bias in TAGS])


def make_camie_2(folder, bias=0.0, side=512):
    weights, biases = _linear()
    biases = biases + MEAN @ weights
    weights = DEVIATION[:, None] * weights  # it takes (colour - mean) / deviation
    taken = _value("image", ["batch_size", 3, side, side])
    nodes = [
        *_mean_times_weights("image", axes=[2, 3]),
        helper.make_node("Add", ["z", "B"], ["refined_predictions"]),
        helper.make_node("Mul", ["refined_predictions", "half"], ["initial_predictions"]),
        helper.make_node(
            "TopK", ["refined_predictions", "k"], ["t", "selected_candidates"], axis=1
        ),
    ]
    outputs = [
        _value("initial_predictions", ["batch_size", len(TAGS)]),
        _value("refined_predictions", ["batch_size", len(TAGS)]),
        helper.make_tensor_value_info("selected_candidates", TensorProto.INT64, ["batch_size", 8]),
    ]
    extra = [_constant(np.float32(0.5), "half"), _constant(np.array([8], np.int64), "k")]
    constants = [*_constants(weights, biases + bias), *extra]
    _write(folder / "camie-tagger-v2.onnx", nodes, taken, outputs, constants)
    mapping = {"tag_to_idx": {tag[0]: place for place, tag in enumerate(TAGS)}, **_flat()}
    metadata = {
        "model_info": {"backbone": "none", "img_size": side},
        "dataset_info": {"total_tags": len(TAGS), "tag_mapping": mapping},
    }
    (folder / "camie-tagger-v2-metadata.json").write_text(json.dumps(metadata), "utf-8")
    return folder


def make_camie_1(folder):
    taken = _value("input", ["batch_size", 3, 512, 512])
    add = helper.make_node("Add", ["z", "B"], ["output"])
    nodes = [*_mean_times_weights("input", axes=[2, 3]), add]
    outputs = [_value("output", ["batch_size", len(TAGS)])]
    _write(folder / "model_initial.onnx", nodes, taken, outputs, _constants(*_linear()))
    (folder / "model_initial_metadata.json").write_text(json.dumps(_flat()), "utf-8")
    return folder


def make_wd(folder, embedding=None):
    weights, biases = _linear()
    taken = _value("input", ["batch", 448, 448, 3])
    nodes = [
        *_mean_times_weights("input", axes=[1, 2]),
        helper.make_node("Add", ["z", "B"], ["l"]),
        helper.make_node("Sigmoid", ["l"], ["output"]),
    ]
    outputs = [_value("output", ["batch", len(TAGS)])]
    constants = _constants(weights[::-1] / 255, biases)  # it takes blue, green, red from 0 to 255
    if embedding:
        embedding.add_to(nodes, outputs, constants)
    _write(folder / "model.onnx", nodes, taken, outputs, constants)
    with (folder / "selected_tags.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["tag_id", "name", "category", "count"])
        for place, (name, kind, _, _) in enumerate(TAGS):
            lines.writerow([place + 1, name.removeprefix("rating_"), OF_WD[kind], 1000 - place])
    return folder


@dataclass(frozen=True)
class Embedding:
    """An output that describes a picture by its mean blue, green and red, each `times` over.

    Exports differ in what they call it, and in what they promise of its shape; some are damaged.
    """

    name: str = "embedding"
    promised: tuple = ("batch", 6)
    times: int = 2
    scale: float = 1.0
    then: str = "Identity"
    given: tuple = ()

    @property
    def width(self):
        return 3 * self.times

    def add_to(self, nodes, outputs, constants):
        copies = np.tile(np.eye(3, dtype=np.float32), self.times) * np.float32(self.scale)
        nodes += [
            helper.make_node("MatMul", ["m", "copies"], ["all_copies"]),
            helper.make_node(self.then, ["all_copies", *self.given], [self.name]),
        ]
        constants.append(_constant(copies, "copies"))
        constants += [_constant(np.array([1], np.int64), name) for name in self.given]
        outputs.append(_value(self.name, self.promised))


def _linear():
    weights = np.array([tag[2] for tag in TAGS], np.float32).T
    return weights, np.array([tag[3] for tag in TAGS], np.float32)


def _flat():
    return {
        "idx_to_tag": {str(place): tag[0] for place, tag in enumerate(TAGS)},
        "tag_to_category": {tag[0]: tag[1] for tag in TAGS},
        "total_tags": len(TAGS),
    }


def _mean_times_weights(taken, axes):
    return [
        helper.make_node("ReduceMean", [taken], ["m"], axes=axes, keepdims=0),
        helper.make_node("MatMul", ["m", "W"], ["z"]),
    ]


def _constants(weights, biases):
    return [
        _constant(np.asarray(weights, np.float32), "W"),
        _constant(np.asarray(biases, np.float32), "B"),
    ]


def _constant(values, name):
    return numpy_helper.from_array(np.ascontiguousarray(values) if values.ndim else values, name)


def _value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _write(file, nodes, taken, outputs, constants):
    graph = helper.make_graph(nodes, "tiny", [taken], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    checker.check_model(model)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(model.SerializeToString(deterministic=True))
