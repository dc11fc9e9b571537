"""The trained encoder as an ONNX graph of small integers, for onnxruntime.

Weights of a layer are integers of seven bits with a scale for each column: a product of such a weight with a byte,
twice, still fits into the sixteen bits that older processors sum in, so the sums are exact on every machine. Vectors of
word pieces are of eight bits with a scale each, or of four with one for each 32 numbers. What goes through the layers
is rounded to bytes text by text.
"""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_OPSET, _CONTRIB = 17, "com.microsoft"
_EPSILON = 1e-12
_LARGEST_WEIGHT, _LARGEST_VECTOR = 63, 127
_BLOCK, _LOWEST = 32, -8  # numbers with one scale, and the lowest integer of four bits
_PREFIX = "encoder.layer."

Floats = NDArray[np.float32]
Arrays = dict[str, Floats]


class _Graph:
    """Nodes and constants as they are added; every method returns the name of what it computes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Add a constant."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], name: str, domain: str = "", **settings: object) -> str:
        """Add a node of one result, which has the node's name."""
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **settings))
        return name

    def linear(self, state: str, name: str, weight: Floats, bias: Floats | None) -> str:
        """Add a linear layer of weights given as outputs by inputs, in integers."""
        small, scale = rounded(weight, _LARGEST_WEIGHT)
        inputs = [
            state,
            self.constant(f"{name}.weight", small.T),
            self.constant(f"{name}.scale", scale),
            self.constant(f"{name}.zero", np.zeros(len(scale), dtype=np.int8)),
        ]
        if bias is not None:
            inputs.append(self.constant(f"{name}.bias", bias))
        return self.node("DynamicQuantizeMatMul", inputs, name, _CONTRIB)

    def looked_up(self, pieces: str, name: str, vectors: Floats) -> str:
        """Add the vector of each piece."""
        small, scale = rounded(vectors, _LARGEST_VECTOR)
        table, scales = self.constant(f"{name}.table", small), self.constant(f"{name}.scales", scale[:, None])
        rows = self.node("Cast", [self.node("Gather", [table, pieces], f"{name}.rows")], f"{name}.floats", to=1)
        return self.node("Mul", [rows, self.node("Gather", [scales, pieces], f"{name}.scaled")], name)

    def looked_up_in_blocks(self, pieces: str, name: str, vectors: Floats) -> str:
        """Add the vector of each piece, in integers of four bits."""
        blocks = vectors.reshape(len(vectors), -1, _BLOCK)
        largest = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1)[..., None], axis=-1)
        scale = np.where(largest == 0, 1e-4, largest / _LOWEST).astype(np.float16)
        small = np.clip(np.rint(blocks / scale.astype(np.float32)), _LOWEST, -_LOWEST - 1).astype(np.int8) & 15
        pairs = small.reshape(len(vectors), -1, 2)
        packed = (pairs[..., 0] | pairs[..., 1] << 4).astype(np.uint8)
        table = TensorProto(name=f"{name}.table", data_type=TensorProto.INT4, dims=vectors.shape)
        table.raw_data = packed.tobytes()
        self.constants.append(table)
        inputs = [table.name, pieces, self.constant(f"{name}.scales", scale[..., 0])]
        places = {"block_size": _BLOCK, "gather_axis": 0, "quantize_axis": 1}
        found = self.node("GatherBlockQuantized", inputs, f"{name}.rows", _CONTRIB, **places)
        return self.node("Cast", [found], name, to=1)


def rounded(values: Floats, largest: int) -> tuple[NDArray[np.int8], Floats]:
    """Return each row as integers up to `largest`, and the factors that make them the row again."""
    scale = np.maximum(np.abs(values).max(axis=1), 1e-8) / largest
    return np.rint(values / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def graph(weights: Arrays, heads: int, facts: dict[str, str], in_blocks: bool = False) -> bytes:
    """Return the model as a file's content.

    Its inputs are `pieces` and `shapes`, texts of one length by pieces; its outputs `sentiment`, the logits of each
    text, and, where there are weights for them, `tags`, those of each piece. `facts` are kept with it as they are.
    Vectors of word pieces are of four bits where they stand `in_blocks`.
    """
    g = _Graph()
    layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith(_PREFIX))
    look_up = g.looked_up_in_blocks if in_blocks else g.looked_up
    embedded = look_up("pieces", "word", weights["embeddings.word_embeddings.weight"])
    shaped = g.node("Gather", [g.constant("shape", weights["embeddings.shapes.weight"]), "shapes"], "shaped")
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = g.node("Gather", [g.node("Shape", ["pieces"], "size"), g.constant("one", np.array([1]))], "length")
    ends = [g.constant("places", places[None]), g.constant("zero", np.array([0])), length, "one"]
    placed = g.node("Slice", ends, "placed")
    state = g.node("Add", [g.node("Add", [embedded, shaped], "written"), placed], "standing")
    state = _normed(g, weights, "embeddings.LayerNorm", state)
    for number in range(layers):
        state = _layer(g, weights, f"{_PREFIX}{number}", state, heads)
    mean = g.node("ReduceMean", [state], "mean", axes=[1], keepdims=0)
    for head, source in _sources(weights, mean, state):
        weight = g.constant(f"{head}.weight", weights[f"{head}.weight"].T)
        product = g.node("MatMul", [source, weight], f"{head}.product")
        g.node("Add", [product, g.constant(f"{head}.bias", weights[f"{head}.bias"])], head)
    return _model(g, weights, facts)


def _sources(weights: Arrays, mean: str, state: str) -> list[tuple[str, str]]:
    """Return the heads that there are, each with what it reads."""
    return [(head, source) for head, source in (("sentiment", mean), ("tags", state)) if f"{head}.weight" in weights]


def _layer(g: _Graph, weights: Arrays, layer: str, state: str, heads: int) -> str:
    """Add one layer; the three views of a piece come of one product."""
    views = [f"{layer}.attention.self.{name}" for name in ("query", "key", "value")]
    weight = np.concatenate([weights[f"{view}.weight"] for view in views])
    bias = np.concatenate([weights[f"{view}.bias"] for view in views])
    both = g.linear(state, f"{layer}.views", weight, bias)
    g.nodes.append(helper.make_node("Split", [both], views, name=f"{layer}.split", axis=-1))
    heard = g.node("MultiHeadAttention", views, f"{layer}.heard", _CONTRIB, num_heads=heads)
    state = _added(g, weights, f"{layer}.attention.output", heard, state)
    dense = f"{layer}.intermediate.dense"
    inner = g.linear(state, dense, weights[f"{dense}.weight"], None)
    inner = g.node(
        "BiasGelu", [inner, g.constant(f"{dense}.bias", weights[f"{dense}.bias"])], f"{layer}.gelu", _CONTRIB
    )
    return _added(g, weights, f"{layer}.output", inner, state)


def _added(g: _Graph, weights: Arrays, name: str, inner: str, state: str) -> str:
    """Add a dense layer of `inner` to the state, and norm the sum."""
    dense = g.linear(inner, f"{name}.dense", weights[f"{name}.dense.weight"], weights[f"{name}.dense.bias"])
    return _normed(g, weights, f"{name}.LayerNorm", g.node("Add", [dense, state], f"{name}.sum"))


def _normed(g: _Graph, weights: Arrays, name: str, state: str) -> str:
    gain, shift = (g.constant(f"{name}.{part}", weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return g.node("LayerNormalization", [state, gain, shift], f"{name}.normed", axis=-1, epsilon=_EPSILON)


def _model(g: _Graph, weights: Arrays, facts: dict[str, str]) -> bytes:
    texts = {"sentiment": ["texts"], "tags": ["texts", "length"]}
    shapes = {head: [*texts[head], len(weights[f"{head}.bias"])] for head, _ in _sources(weights, "", "")}
    content = helper.make_model(
        helper.make_graph(
            g.nodes,
            "encoder",
            [
                helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "length"])
                for name in ("pieces", "shapes")
            ],
            [helper.make_tensor_value_info(head, TensorProto.FLOAT, shape) for head, shape in shapes.items()],
            g.constants,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=8,
        producer_name="hearken",
    )
    helper.set_model_props(content, facts)
    return bytes(content.SerializeToString(deterministic=True))
