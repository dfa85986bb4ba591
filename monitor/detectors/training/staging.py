"""A trained model in a models folder of its own, where it can be judged before it is adopted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.detectors.evaluation.data_file import DataFile
from monitor.detectors.evaluation.labels import LabelledImage
from monitor.detectors.models.export import export_weights
from monitor.detectors.models.fetch import fetch_weights
from monitor.detectors.models.files import sha256_of
from monitor.detectors.models.local import register
from monitor.detectors.models.manifest import FileSource, ModelSpec, load_manifest
from monitor.detectors.training.frames import input_size, write_frames
from monitor.detectors.training.plan import TrainingPlan
from monitor.detectors.training.run import train_weights

Progress = Callable[[str, float], None]
"""Is told the name of a step and the share of it that is done, 0–1."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. ``width`` is the input's; its height follows from the frames' shape."""

    base: str
    name: str
    width: int = 960
    epochs: int = 60
    minutes: float = 30.0
    batch: int = 8


@dataclass(frozen=True, slots=True)
class Staged:
    """A model that is whole and exported, but known only in ``folder``."""

    spec: ModelSpec
    folder: Path
    facts: dict[str, object]


def train_and_stage(
    wish: Wish,
    data: DataFile,
    images: Sequence[LabelledImage],
    models_dir: Path,
    scratch: Path,
    progress: Progress,
) -> Staged:
    """Fine-tune ``wish.base`` on ``images`` and export it into ``scratch/models``.

    Raises:
        InputError: a picture cannot be read, or a wish does not fit.
        ModelError: the base is missing, or training or export failed.
        NotFoundError: the manifest has no such base.
    """
    base = load_manifest(models_dir).model(wish.base)
    size = input_size(images, wish.width)
    fetch_weights(base, models_dir)
    room, folder = scratch / "room", scratch / "models"
    write_frames(images, data, room, size, lambda share: progress("frames", share))
    shutil.copy(models_dir / base.weights_file, room / "base.pt")
    plan = TrainingPlan(
        names=data.names,
        roles=data.roles,
        base_roles=base.roles,
        width=size[0],
        height=size[1],
        epochs=wish.epochs,
        seconds=wish.minutes * 60,
        batch=wish.batch,
    )
    facts = train_weights(plan, room, lambda share: progress("training", share))
    return Staged(stage(wish, base, data, room / "trained.pt", folder, size), folder, facts)


def stage(
    wish: Wish,
    base: ModelSpec,
    data: DataFile,
    weights: Path,
    folder: Path,
    size: tuple[int, int],
) -> ModelSpec:
    """Declare and export ``weights`` in ``folder``, which becomes a models folder.

    Raises:
        ModelError: the export failed.
    """
    folder.mkdir()
    spec = ModelSpec(
        name=wish.name,
        task="detect",
        licence=f"{base.licence}; fine-tuned on own frames",
        sha256=sha256_of(weights),
        bytes=weights.stat().st_size,
        input_sizes=(size,),
        classes=data.names,
        roles={n: r for n, r in zip(data.names, data.roles, strict=True) if r is not None},
        sources=(FileSource(kind="file", path=Path(f"{wish.name}.pt")),),
        parent=base.name,
    )
    shutil.copy(weights, folder / spec.weights_file)
    register(spec, folder)
    export_weights(spec, folder)
    return spec
