"""Makes models with random weights for the bench of taggers; they are never kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE, PATCH = 512, 16
TAGS = 70_527
OUTPUT = "refined_predictions"


class Graph:
    """A graph that grows by one node at a time; weights are random, and small."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._chance = np.random.default_rng(0)

    def add(self, kind: str, *inputs: str, output: str | None = None, **settings: Any) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **settings))
        return name

    def keep(self, values: Any) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def random(self, *shape: int) -> str:
        return self.keep(self._chance.standard_normal(shape, np.float32) * np.float32(0.02))

    def dense(self, value: str, width: int, out: int, **settings: Any) -> str:
        product = self.add("MatMul", value, self.random(width, out))
        return self.add("Add", product, self.random(out), **settings)

    def norm(self, value: str, width: int) -> str:
        ones, zeros = np.ones(width, np.float32), np.zeros(width, np.float32)
        return self.add("LayerNormalization", value, self.keep(ones), self.keep(zeros), axis=-1)


def make_vit(folder: Path, *, width: int = 768, depth: int = 12, heads: int = 12) -> Path:
    """Make a vision transformer (B/16 as it is) with the signature of CamieTagger v2."""
    graph = Graph()
    strides = {"kernel_shape": [PATCH, PATCH], "strides": [PATCH, PATCH]}
    patches = graph.add("Conv", "image", graph.random(width, 3, PATCH, PATCH), **strides)
    flat = graph.add("Reshape", patches, graph.keep(np.array([0, width, -1])))
    tokens = graph.add("Transpose", flat, perm=[0, 2, 1])
    tokens = graph.add("Add", tokens, graph.random(1, (SIDE // PATCH) ** 2, width))
    for _ in range(depth):
        tokens = graph.add(
            "Add", tokens, _attention(graph, graph.norm(tokens, width), width, heads)
        )
        inner = graph.dense(graph.norm(tokens, width), width, 4 * width)
        tokens = graph.add("Add", tokens, graph.dense(_gelu(graph, inner), 4 * width, width))
    mean = graph.add("ReduceMean", graph.norm(tokens, width), axes=[1], keepdims=0)
    graph.dense(mean, width, TAGS, output=OUTPUT)
    return _write(graph, folder, TAGS)


def make_small(folder: Path) -> Path:
    """Make a model that takes next to no time, with the same signature and fewer tags."""
    graph, tags = Graph(), 1000
    strides = {"kernel_shape": [PATCH, PATCH], "strides": [PATCH, PATCH]}
    patches = graph.add("Conv", "image", graph.random(32, 3, PATCH, PATCH), **strides)
    mean = graph.add("ReduceMean", graph.add("Relu", patches), axes=[2, 3], keepdims=0)
    graph.dense(mean, 32, tags, output=OUTPUT)
    return _write(graph, folder, tags)


def _attention(graph: Graph, value: str, width: int, heads: int) -> str:
    split = graph.keep(np.array([0, -1, heads, width // heads]))
    parts = [graph.add("Reshape", graph.dense(value, width, width), split) for _ in range(3)]
    query, told = (graph.add("Transpose", part, perm=[0, 2, 1, 3]) for part in (parts[0], parts[2]))
    key = graph.add("Transpose", parts[1], perm=[0, 2, 3, 1])
    scale = graph.keep(np.float32((width // heads) ** -0.5))
    likeness = graph.add("Mul", graph.add("MatMul", query, key), scale)
    mixed = graph.add("MatMul", graph.add("Softmax", likeness, axis=-1), told)
    back = graph.add("Transpose", mixed, perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", back, graph.keep(np.array([0, -1, width])))
    return graph.dense(joined, width, width)


def _gelu(graph: Graph, value: str) -> str:
    bent = graph.add("Erf", graph.add("Mul", value, graph.keep(np.float32(0.5**0.5))))
    half = graph.add("Mul", value, graph.keep(np.float32(0.5)))
    return graph.add("Mul", half, graph.add("Add", bent, graph.keep(np.float32(1))))


def _write(graph: Graph, folder: Path, tags: int) -> Path:
    folder.mkdir(parents=True)
    taken = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, SIDE, SIDE])
    given = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", tags])
    made = helper.make_graph(graph.nodes, "random", [taken], [given], graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, str(folder / "camie-tagger-v2.onnx"))
    names = [f"tag_{number}" for number in range(tags)]
    mapping = {"idx_to_tag": names, "tag_to_category": dict.fromkeys(names, "general")}
    metadata = {"dataset_info": {"total_tags": tags, "tag_mapping": mapping}}
    (folder / "camie-tagger-v2-metadata.json").write_text(json.dumps(metadata), "utf-8")
    return folder
