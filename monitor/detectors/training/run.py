"""Start the process that fine-tunes, in a room of its own, and follow it."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from monitor.detectors.models.export_process import quiet_environment
from monitor.detectors.training.plan import PROGRESS, TrainingPlan
from monitor.domain.errors import ModelError

_OVERTIME_S = 600.0
_TAIL_LINES = 8


def train_weights(
    plan: TrainingPlan, folder: Path, progress: Callable[[float], None]
) -> dict[str, object]:
    """Fine-tune ``folder/base.pt`` on the set in ``folder`` into ``folder/trained.pt``.

    Returns the facts of the run: epochs, seconds, threads, versions. Whatever interrupts this ends
    the process too.

    Raises:
        ModelError: ultralytics is not installed, or the process failed; the error carries the end
            of what it printed.
    """
    if importlib.util.find_spec("ultralytics") is None:
        raise ModelError(
            "training needs the package 'ultralytics', which is not installed",
            hint="install Kanhu with the extra 'models'",
        )
    (folder / "plan.json").write_text(plan.model_dump_json(), "utf-8")
    process = _start(folder.resolve())
    too_late = threading.Timer(plan.seconds + _OVERTIME_S, process.kill)
    too_late.daemon = True
    too_late.start()
    try:
        tail = _follow(process, progress)
        status = process.wait()
    finally:
        too_late.cancel()
        process.kill()
        process.wait()
    if status or not (folder / "trained.pt").is_file():
        raise ModelError(
            f"the training failed with status {status}:\n" + "\n".join(tail),
            hint="check that the base is a detection model and that 'ultralytics' is current",
        )
    facts: dict[str, object] = json.loads((folder / "facts.json").read_text("utf-8"))
    return facts


def _start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-W", "ignore", "-m", "monitor.detectors.training.torch_train"),
            str(folder),
        ],
        cwd=folder,
        env={
            **os.environ,
            **quiet_environment(folder),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "CUDA_VISIBLE_DEVICES": "",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def _follow(process: subprocess.Popen[str], progress: Callable[[float], None]) -> deque[str]:
    """Tell the progress until the process ends; return the last lines that are none."""
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    if process.stdout is not None:
        with process.stdout as lines:
            for line in lines:
                if line.startswith(PROGRESS):
                    progress(json.loads(line.removeprefix(PROGRESS))["share"])
                elif line.strip():
                    tail.append(line.rstrip())
    return tail
