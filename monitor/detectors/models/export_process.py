"""Start the process that traces weights with torch, in a room of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import ModelSpec
from monitor.domain.errors import ModelError

_PATIENCE_SECONDS = 900
_TAIL_LINES = 6


def quiet_environment(folder: Path) -> dict[str, str]:
    """Return the variables that keep ultralytics offline and its files inside ``folder``."""
    return {
        "YOLO_CONFIG_DIR": str(folder),
        "YOLO_OFFLINE": "true",
        "YOLO_AUTOINSTALL": "false",
        "YOLO_VERBOSE": "false",
        "MPLCONFIGDIR": str(folder),
    }


def trace(spec: ModelSpec, weights: Path, folder: Path, form: Form) -> Path:
    """Trace ``weights`` into ``folder/raw.xml`` (with ``raw.bin``) or ``raw.onnx``.

    ``folder/raw.json`` says what was found in them.

    Raises:
        ModelError: the process failed; the error carries the end of what it printed.
    """
    width, height = spec.input_sizes[0]
    command = [sys.executable, "-W", "ignore", "-m", "monitor.detectors.models.torch_export"]
    command += [str(weights.resolve()), str(folder.resolve()), str(width), str(height)]
    command += [spec.task, "onnx" if form is Form.ONNX else "openvino"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={
                **os.environ,
                **quiet_environment(folder.resolve()),
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "CUDA_VISIBLE_DEVICES": "",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ModelError(
            f"the export did not end within {_PATIENCE_SECONDS} s", where=spec.name
        ) from None
    raw = folder / ("raw.onnx" if form is Form.ONNX else "raw.xml")
    if done.returncode or not raw.exists():
        tail = "\n".join(done.stdout.strip().splitlines()[-_TAIL_LINES:])
        raise ModelError(
            f"the export failed with status {done.returncode}:\n{tail}",
            where=str(weights),
            hint=f"check that the weights are a {spec.task} model and that 'ultralytics' is "
            "current",
        )
    return raw
