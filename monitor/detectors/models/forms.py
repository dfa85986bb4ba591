"""The forms in which a model is exported, each into a folder of its own beside the weights."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """What an export is for; the value ends the name of its folder."""

    OPENVINO = "openvino"
    OPENVINO_INT8 = "openvino_int8"
    ONNX = "onnx"

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the graph, the one to open first."""
        return ("model.onnx",) if self is Form.ONNX else ("model.xml", "model.bin")

    @property
    def graph(self) -> str:
        """The file to open."""
        return self.files[0]

    @property
    def recipe(self) -> str:
        """How the command line makes it, less the model's name."""
        return {
            Form.OPENVINO: "monitor models export",
            Form.OPENVINO_INT8: "monitor models quantise",
            Form.ONNX: "monitor models export --engine onnxruntime",
        }[self]
