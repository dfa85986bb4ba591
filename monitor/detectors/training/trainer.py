"""Ultralytics' trainer, changed where its habits do not suit small people in wide pictures.

* The input is a rectangle of the camera's shape, also under mosaic: a square one spends 44 % of
  its pixels on grey, and small children need the pixels.
* The class head keeps its hidden layers, and the new classes start from the score of ``person``:
  the usual way begins the whole head at random when the number of classes changes.
* Rate and mosaic follow the share of time or epochs spent, so that any budget ends cooled down.
* Nothing is validated here: whoever holds the held-out part judges afterwards, once.

Imports torch, and is therefore only imported by the training process.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import Any

import torch
from ultralytics.data.augment import Mosaic, RandomPerspective
from ultralytics.models.yolo.detect import DetectionTrainer

from monitor.detectors.training.plan import PROGRESS, TrainingPlan

_WARM_UP = 0.04
_COLDEST = 0.02
_SCALES = (0.55, 1.5)


class RectangleTrainer(DetectionTrainer):
    """Trains by a plan, in a folder that holds ``base.pt`` and ``data.yaml``."""

    model: Any
    optimizer: Any
    best_fitness: Any
    tloss: Any

    def __init__(self, plan: TrainingPlan, folder: Path) -> None:
        self.plan = plan
        self._parent = os.getppid()
        self._began = 0.0
        self._batches_done = 0
        self._whole_frames = False
        super().__init__(overrides=_overrides(plan, folder))
        self.best_fitness = math.inf  # no checkpoint is called the best here
        self.add_callback("on_train_start", RectangleTrainer._begin)
        self.add_callback("on_train_epoch_start", RectangleTrainer._begin_epoch)
        self.add_callback("on_train_batch_end", RectangleTrainer._end_batch)

    def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:
        """Return the dataset; its augmented pictures have the shape of the input."""
        dataset = super().build_dataset(img_path, mode, batch)
        if mode == "train":
            _make_rectangular(dataset, self.plan, self.args)
        return dataset

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Any:  # noqa: ARG002
        """Return the base model with the plan's classes."""
        return _with_classes(weights.float(), self.plan)

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Lay the pictures out as the processor likes them."""
        batch = super().preprocess_batch(batch)
        batch["img"] = batch["img"].to(memory_format=torch.channels_last)
        return batch

    def validate(self) -> tuple[dict[str, float], float]:
        """Judge nothing."""
        return {}, 0.0

    def optimizer_step(self) -> None:
        """Step at the rate that the share of the budget spent asks for."""
        rate = self.plan.rate * _heat(self.share())
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        step: Callable[[], None] = super().optimizer_step
        step()

    def seconds(self) -> float:
        """Return how long the training has lasted."""
        return time.monotonic() - self._began

    def share(self) -> float:
        """Return the share of the budget that is spent, 0–1."""
        epochs = self.epoch + self._batches_done / len(self.train_loader)
        return min(max(epochs / self.plan.epochs, self.seconds() / self.plan.seconds), 1.0)

    def _begin(self) -> None:
        # By now ultralytics has chosen the device, and left a core idle: on two, every other one.
        torch.set_num_threads(len(os.sched_getaffinity(0)))
        self.model.to(memory_format=torch.channels_last)
        if _has_bfloat16():
            _halve(self.model)
        self._began = time.monotonic()

    def _begin_epoch(self) -> None:
        self._batches_done = 0
        if not self._whole_frames and self.share() >= self.plan.mosaic_until:
            self._whole_frames = True
            self.train_loader.dataset.close_mosaic(hyp=copy(self.args))
            self.train_loader.reset()

    def _end_batch(self) -> None:
        if os.getppid() != self._parent:
            raise SystemExit("whoever asked for the training is gone")
        self._batches_done += 1
        self.stop = self.stop or self.seconds() >= self.plan.seconds
        losses = {name: round(float(value), 4) for name, value in (self.tloss or {}).items()}
        told = {"share": round(self.share(), 4), "epoch": self.epoch + 1, "losses": losses}
        sys.stdout.write(f"{PROGRESS}{json.dumps(told)}\n")
        sys.stdout.flush()


def _overrides(plan: TrainingPlan, folder: Path) -> dict[str, Any]:
    return {
        "model": str(folder / "base.pt"),
        "data": str(folder / "data.yaml"),
        "project": str(folder),
        "name": "run",
        "epochs": plan.epochs,
        "patience": 0,
        "imgsz": max(plan.width, plan.height),
        "batch": plan.batch,
        "nbs": plan.batch,
        "device": "cpu",
        "workers": 0,
        "cache": False,
        "amp": False,
        "optimizer": "AdamW",
        "lr0": plan.rate,
        "weight_decay": 5e-4,
        "warmup_epochs": 0,
        "freeze": plan.frozen,
        "mosaic": plan.mosaic,
        "close_mosaic": 0,
        "scale": _SCALES,
        "translate": 0.1,
        "degrees": 3.0,
        "hsv_v": 0.5,
        "fliplr": 0.5,
        "seed": plan.seed,
        "plots": False,
        "val": False,
        "verbose": False,
    }


def _make_rectangular(dataset: Any, plan: TrainingPlan, hyp: Any) -> None:
    """Let the augmented pictures of ``dataset`` have the input's shape, mosaics too."""
    longest = max(plan.width, plan.height)
    square = dataset.build_transforms

    def build(hyp: Any) -> Any:
        transforms = square(hyp)
        for step in transforms.transforms[0].transforms:
            if isinstance(step, Mosaic):
                # Where the four meet: anywhere that leaves no grey in the rectangle cut out.
                step.border = (-(longest - plan.height // 2), -(longest - plan.width // 2))
            elif isinstance(step, RandomPerspective):
                step.size = (plan.width, plan.height)
        return transforms

    dataset.build_transforms = build
    dataset.transforms = build(copy(hyp))


def _with_classes(model: Any, plan: TrainingPlan) -> Any:
    """Return ``model`` with the plan's classes in place of its own."""
    head = model.model[-1]
    rows = plan.rows([model.names[index] for index in sorted(model.names)])
    for branch in ("cv3", "one2one_cv3"):
        for layers in getattr(head, branch, None) or ():
            layers[-1] = _last_layer(layers[-1], rows)
    head.nc = len(plan.names)
    head.no = head.nc + head.reg_max * 4
    model.nc = head.nc
    model.yaml["nc"] = head.nc
    model.names = dict(enumerate(plan.names))
    return model


def _last_layer(old: Any, rows: tuple[int | None, ...]) -> Any:
    new: Any = torch.nn.Conv2d(old.in_channels, len(rows), old.kernel_size, old.stride, old.padding)
    with torch.no_grad():
        torch.nn.init.normal_(new.weight, std=0.01)
        torch.nn.init.constant_(new.bias, float(old.bias.min()))
        for index, row in enumerate(rows):
            if row is not None:
                new.weight[index] += old.weight[row]
                new.bias[index] = old.bias[row]
    return new


def _heat(share: float) -> float:
    """Return the share of the highest rate: a short rise, then half a cosine."""
    if share < _WARM_UP:
        return max(share / _WARM_UP, 0.05)
    fallen = (share - _WARM_UP) / (1 - _WARM_UP)
    return _COLDEST + (1 - _COLDEST) * 0.5 * (1 + math.cos(math.pi * fallen))


def _has_bfloat16() -> bool:
    """Say whether the processor multiplies bfloat16 itself; emulated it would be slower."""
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False


def _halve(model: Any) -> None:
    """Let ``model`` multiply in bfloat16; ultralytics itself does so only on a GPU."""
    predict = model.predict

    def halved(*arguments: Any, **keywords: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return _whole(predict(*arguments, **keywords))

    model.predict = halved


def _whole(value: Any) -> Any:
    """Return ``value`` with all tensors in it as ``float32``: the loss needs the digits."""
    if isinstance(value, dict):
        return {key: _whole(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_whole(part) for part in value)
    return value.float() if isinstance(value, torch.Tensor) else value
