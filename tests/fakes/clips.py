"""Tiny CLIP models in the layout of Immich's cache, with the signatures of the real exports.

A picture's direction is that of its mean colour, a text's that of the colours it names, so that a
red picture is near to "red". Pure colours lie at right angles.
"""

from __future__ import annotations

import json

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

SIDE, WIDTH, CONTEXT = 32, 8, 12
MEAN = DEVIATION = (0.5, 0.5, 0.5)
PAD = "<pad>"
WORDS = {PAD: None, "<unk>": None, "red": 0, "green": 1, "blue": 2}


def direction(*colours):
    """The description of a thing of these colours, by their places."""
    vector = np.zeros(WIDTH)
    vector[list(colours)] = 1
    return vector / np.linalg.norm(vector)


def make_clip(folder, *, takes_bytes=False, clean="canonicalize", resize="shortest", reads=True):
    """Make a model; the newer exports take bytes, row by row, and normalise them inside."""
    _write(folder / "visual" / "model.onnx", *(_bytes() if takes_bytes else _numbers()))
    settings = {
        "size": [SIDE, SIDE],
        "mode": "RGB",
        "mean": MEAN,
        "std": DEVIATION,
        "interpolation": "bicubic",
        "resize_mode": resize,
        "fill_color": 0,
    }
    (folder / "visual" / "preprocess_cfg.json").write_text(json.dumps(settings))
    taught = {"context_length": CONTEXT, "tokenizer_kwargs": {"clean": clean} if clean else {}}
    config = {"embed_dim": WIDTH, "text_cfg": taught}
    (folder / "config.json").write_text(json.dumps(config))
    if reads:
        _make_textual(folder / "textual")
    return folder


def _make_textual(folder):
    table = np.zeros((len(WORDS), WIDTH), np.float32)
    for number, place in enumerate(WORDS.values()):
        if place is not None:
            table[number, place] = 1
    table[1, WIDTH - 1] = 0.01  # unknown words say next to nothing
    taken = helper.make_tensor_value_info("text", TensorProto.INT32, [1, CONTEXT])
    nodes = [
        helper.make_node("Gather", ["table", "text"], ["words"]),
        helper.make_node("ReduceSum", ["words", "axis"], ["sum"], keepdims=0),
        helper.make_node("LpNormalization", ["sum"], ["embedding"], axis=-1),
    ]
    _write(folder / "model.onnx", taken, nodes, {"table": table, "axis": np.array([1])})
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"pad_token": {"content": PAD}}))


def _numbers():
    taken = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    return taken, _of_colours("image", [2, 3]), _weights()


def _bytes():
    taken = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, SIDE, SIDE, 3])
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "most"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "mean"], ["shifted"]),
        helper.make_node("Div", ["shifted", "deviation"], ["pixels"]),
        *_of_colours("pixels", [1, 2]),
    ]
    numbers = {"most": 255, "mean": MEAN, "deviation": DEVIATION}
    constants = {name: np.array(value, np.float32) for name, value in numbers.items()}
    return taken, nodes, {**_weights(), **constants}


def _of_colours(taken, axes):
    return [
        helper.make_node("ReduceMean", [taken], ["mean_colour"], axes=axes, keepdims=0),
        helper.make_node("Relu", ["mean_colour"], ["much"]),
        helper.make_node("MatMul", ["much", "weights"], ["coloured"]),
        helper.make_node("Add", ["coloured", "rest"], ["found"]),
        helper.make_node("LpNormalization", ["found"], ["embedding"], axis=-1),
    ]


def _weights():
    rest = np.zeros(WIDTH, np.float32)
    rest[-1] = 0.001  # what has no colour has a direction too
    return {"weights": np.eye(3, WIDTH, dtype=np.float32), "rest": rest}


def _write(file, taken, nodes, constants):
    given = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, WIDTH])
    kept = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", [taken], [given], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    checker.check_model(model)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(model.SerializeToString(deterministic=True))
