"""Fold colour order, scale and layout into an ONNX graph, as the OpenVINO one has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

PICTURES = "pictures"


def fold_onnx(raw: Path, target: Path) -> str:
    """Write ``raw`` to ``target`` so that it takes ``uint8`` BGR; return onnx's version.

    The input is called ``pictures`` and has the shape (batch, height, width, 3).
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(raw))
    graph = model.graph
    planes = graph.input[0].name
    steps = [
        helper.make_node("Gather", [PICTURES, "kanhu_rgb"], ["kanhu_colours"], axis=3),
        helper.make_node("Cast", ["kanhu_colours"], ["kanhu_numbers"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["kanhu_numbers"], ["kanhu_layout"], perm=[0, 3, 1, 2]),
        helper.make_node("Div", ["kanhu_layout", "kanhu_scale"], [planes]),
    ]
    graph.initializer.extend(
        (
            numpy_helper.from_array(np.array([2, 1, 0], np.int64), "kanhu_rgb"),
            numpy_helper.from_array(np.array(255, np.float32), "kanhu_scale"),
        )
    )
    network = list(graph.node)
    del graph.node[:]
    graph.node.extend((*steps, *network))
    del graph.input[:]
    shape: list[str | int | None] = ["batch", "height", "width", 3]
    graph.input.append(helper.make_tensor_value_info(PICTURES, TensorProto.UINT8, shape))
    onnx.checker.check_model(model)
    onnx.save(model, str(target))
    return str(onnx.__version__)
