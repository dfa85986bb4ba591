"""What fine-tuning gives: ``monitor train`` beside a plain ultralytics fine-tune, in equal time.

``python -m benchmarks.training`` composes labelled wide-angle frames (drawn rooms, cut-out people,
with occlusion, sitting, blur, low light and infra-red), holds out whole rooms, and judges on them
the stock model, a plain fine-tune (14 epochs, frozen backbone, 640 pixels square, not validated in
between, everything else as ultralytics has it) and ours, which gets as many seconds as the plain
one took. All three are judged through the product's own finder. Composed frames are far easier than
a nursery: compare the rows, and do not take the numbers for those of a real room.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from monitor.demo.labelled.frames import SetPlan, compose_set
from monitor.detectors.evaluation.compare import Candidate, best_balance, examine
from monitor.detectors.evaluation.data_file import DataFile, read_data_file
from monitor.detectors.evaluation.evaluate import Evaluation
from monitor.detectors.evaluation.labels import LabelledImage, read_part
from monitor.detectors.models import ensure_model
from monitor.detectors.models.export_process import quiet_environment
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.training.staging import Wish, stage, train_and_stage
from monitor.runtime.environment import models_folder

BASE = "yolov8n"
PLAIN_EPOCHS = 14
_PLAIN = """
import sys
from ultralytics import YOLO
base, data, folder, epochs = sys.argv[1:]
YOLO(base).train(data=data, epochs=int(epochs), imgsz=640, freeze=10, device="cpu",
                 plots=False, val=False, project=folder, name="run", verbose=False)
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a training took: seconds on the clock, and of processor time."""

    seconds: float = 0.0
    cpu: float = 0.0

    @classmethod
    def now(cls) -> Spent:
        """Return the clock and what ended child processes have used so far."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return cls(time.monotonic(), used.ru_utime + used.ru_stime)

    def since(self, start: Spent) -> Spent:
        """Return what was spent from ``start`` to this."""
        return Spent(self.seconds - start.seconds, self.cpu - start.cpu)


@dataclass(frozen=True, slots=True)
class Row:
    """One model as it was judged."""

    name: str
    spent: Spent
    evaluation: Evaluation


def main() -> int:
    """Compose, train, judge and print."""
    options = _options()
    with TemporaryDirectory(prefix="kanhu-training-") as scratch:
        folder = Path(scratch)
        plan = SetPlan(options.cameras, options.held_out, seed=options.seed)
        data = read_data_file(compose_set(plan, folder / "set"))
        train, held_out = read_part(data, "train"), read_part(data, "val")
        ensure_model(BASE, models_folder())
        rows = [_judged("stock", BASE, (960, 544), Spent(), models_folder(), data, held_out)]
        rows += _plain(folder, data, held_out, options.epochs)
        seconds = options.seconds or rows[-1].spent.seconds
        rows.append(_ours(folder, data, train, held_out, seconds))
    _show(rows, len(train), len(held_out), options.json)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cameras", type=int, default=44, help="rooms of ten frames each")
    parser.add_argument("--held-out", type=int, default=14, help="of which are held out")
    parser.add_argument("--epochs", type=int, default=PLAIN_EPOCHS, help="of the plain fine-tune")
    parser.add_argument("--seconds", type=float, help="for ours; as long as the plain one took")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _plain(
    folder: Path, data: DataFile, held_out: tuple[LabelledImage, ...], epochs: int
) -> list[Row]:
    room = folder / "plain"
    room.mkdir()
    shutil.copytree(data.root, room / "set")
    # Ultralytics takes a path that is not absolute from a folder of its own settings.
    given = (room / "set" / "data.yaml").read_text()
    (room / "data.yaml").write_text(f"path: {room / 'set'}\n{given}")
    shutil.copy(models_folder() / f"{BASE}.pt", room / "base.pt")
    began = Spent.now()
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PLAIN, "base.pt", "data.yaml", room, str(epochs)],
        cwd=room,
        env={**os.environ, **quiet_environment(room)},
        stdout=sys.stderr,
        check=True,
    )
    spent = Spent.now().since(began)
    weights = room / "run" / "weights" / "best.pt"
    base = load_manifest(models_folder()).model(BASE)
    rows = []
    for size in ((640, 384), (960, 544)):
        name = f"plain-{size[0]}"
        stage(Wish(BASE, name), base, data, weights, room / name, size)
        rows.append(_judged(name, name, size, spent, room / name, data, held_out))
    return rows


def _ours(
    folder: Path,
    data: DataFile,
    train: tuple[LabelledImage, ...],
    held_out: tuple[LabelledImage, ...],
    seconds: float,
) -> Row:
    wish = Wish(BASE, "ours", epochs=1000, minutes=seconds / 60)
    began = Spent.now()
    staged = train_and_stage(wish, data, train, models_folder(), folder / "ours", _tell)
    size = staged.spec.input_sizes[0]
    spent = Spent.now().since(began)
    return _judged("ours", "ours", size, spent, staged.folder, data, held_out)


def _judged(
    name: str,
    model: str,
    size: tuple[int, int],
    spent: Spent,
    models: Path,
    data: DataFile,
    held_out: tuple[LabelledImage, ...],
) -> Row:
    evaluation = examine(Candidate(model, "openvino", size), models, data, held_out)
    return Row(f"{name} {size[0]}×{size[1]}", spent, evaluation)


def _tell(step: str, share: float) -> None:
    sys.stderr.write(f"\r{step} {share:.0%}   ")


def _show(rows: list[Row], train: int, held_out: int, as_json: bool) -> None:
    columns = ("person_ap50", "adult_ap50", "child_ap50", "balanced_frame", "balanced_window")
    found = [
        {
            "model": row.name,
            "seconds": round(row.spent.seconds),
            "cpu_seconds": round(row.spent.cpu),
            **_marks(row),
        }
        for row in rows
    ]
    if as_json:
        sys.stdout.write(json.dumps({"train": train, "held_out": held_out, "models": found}) + "\n")
        return
    table = Table("model", "seconds", "cpu", *columns)
    for row in found:
        table.add_row(
            str(row["model"]),
            str(row["seconds"]),
            str(row["cpu_seconds"]),
            *("–" if row[name] is None else f"{row[name]:.3f}" for name in columns),
        )
    Console(width=110).print(f"{train} frames to train on, {held_out} of other rooms held out")
    Console(width=110).print(table)


def _marks(row: Row) -> dict[str, float | None]:
    ages = row.evaluation.ages
    windows = ages.windows if ages else None
    return {
        "person_ap50": row.evaluation.person.ap50,
        "adult_ap50": ages.adult.ap50 if ages else None,
        "child_ap50": ages.child.ap50 if ages else None,
        "balanced_frame": best_balance(row.evaluation),
        "balanced_window": windows.cheapest(row.evaluation.costs).balanced_accuracy
        if windows
        else None,
    }


if __name__ == "__main__":
    sys.exit(main())
