"""Run by a process of its own: weights and labelled frames in, fine-tuned weights out.

``python -m monitor.detectors.training.torch_train FOLDER`` reads ``FOLDER/plan.json``,
``FOLDER/base.pt`` and the set ``FOLDER/data.yaml`` (images no larger than the input), and writes
``FOLDER/trained.pt`` and ``FOLDER/facts.json``. Lines of standard output that begin with
``progress`` are JSON: share done, epoch, losses.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from monitor.detectors.models.openvino_runtime import silence_telemetry
from monitor.detectors.training.plan import TrainingPlan


def main(arguments: list[str]) -> None:
    """Train in the folder named on the command line."""
    folder = Path(arguments[0])
    plan = TrainingPlan.model_validate_json((folder / "plan.json").read_bytes())
    silence_telemetry()
    import torch
    import ultralytics

    from monitor.detectors.training.trainer import RectangleTrainer

    trainer: Any = RectangleTrainer(plan, folder)
    trainer.train()
    trainer.last.replace(folder / "trained.pt")
    facts = {
        "epochs": trainer.epoch + 1,
        "seconds": round(trainer.seconds(), 1),
        "threads": torch.get_num_threads(),
        "versions": {"ultralytics": ultralytics.__version__, "torch": torch.__version__},
    }
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv[1:])
