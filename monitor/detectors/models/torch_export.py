"""Run by a process of its own: weights in, a raw OpenVINO or ONNX graph out.

``python -m monitor.detectors.models.torch_export WEIGHTS FOLDER WIDTH HEIGHT TASK FORMAT`` writes
``FOLDER/raw.xml`` and ``raw.bin``, or ``raw.onnx``, and ``raw.json`` (class names, stride,
versions). A process of its
own gives torch's memory back, and keeps what ultralytics prints and stores out of the caller's way.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

from monitor.detectors.models.openvino_runtime import silence_telemetry


def main(arguments: list[str]) -> None:
    """Export the weights named on the command line."""
    weights, folder = Path(arguments[0]), Path(arguments[1])
    width, height = int(arguments[2]), int(arguments[3])
    task, kind = arguments[4], arguments[5]
    if not zipfile.is_zipfile(weights):
        raise SystemExit(f"Error: {weights.name} is no PyTorch file")
    silence_telemetry()
    import torch
    import ultralytics
    from ultralytics.models import YOLO

    # Ultralytics exports beside the weights, and the models folder may be read-only.
    copy = shutil.copy(weights, folder / "weights.pt")
    model: Any = YOLO(copy, task=task)
    # The example size only traces the graph: with `dynamic` every multiple of the stride works.
    exported = Path(
        model.export(
            format=kind,
            imgsz=(height, width),
            dynamic=True,
            device="cpu",
            verbose=False,
            # ONNX Runtime simplifies by itself; doing it here needs yet another package.
            **({"simplify": False} if kind == "onnx" else {}),
        )
    )
    files = [exported] if exported.is_file() else exported.glob("*")
    for file in files:
        if file.suffix in (".xml", ".bin", ".onnx"):
            file.replace(folder / f"raw{file.suffix}")
    facts = {
        "classes": [model.names[index] for index in sorted(model.names)],
        "stride": int(max(model.model.stride)),
        "versions": {"ultralytics": ultralytics.__version__, "torch": torch.__version__},
    }
    (folder / "raw.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv[1:])
