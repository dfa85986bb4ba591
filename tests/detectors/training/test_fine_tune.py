"""The whole way on a tiny composed set, with the real model and real training."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from monitor.detectors.evaluation.data_file import DataFile
from monitor.detectors.evaluation.labels import read_part
from monitor.detectors.finder import load_finder
from monitor.detectors.models import list_models, verify_models
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.training.fine_tune import Outcome, fine_tune
from monitor.detectors.training.report import write_report
from monitor.detectors.training.staging import Wish
from monitor.detectors.training.verdict import Demand
from monitor.domain.errors import ConflictError, ModelError


def run(
    data: DataFile,
    models: Path,
    wish: Wish,
    stop_at: float = 2.0,
    demand: Demand | None = None,
) -> Outcome:
    def progress(step: str, share: float) -> None:
        if step == "training" and share >= stop_at:
            raise KeyboardInterrupt

    train, held_out = read_part(data, "train"), read_part(data, "val")
    return fine_tune(wish, data, train, held_out, models, progress, demand=demand)


def test_a_model_is_trained_judged_and_registered_only_if_proposed(
    data: DataFile, models_copy: Path, tmp_path: Path
) -> None:
    before = {file: file.stat().st_mtime_ns for file in data.root.rglob("*")}
    outcome = run(data, models_copy, Wish("yolov8n", "ours", width=320, epochs=2, batch=4))
    assert outcome.facts["epochs"] == 2
    assert outcome.facts["threads"] == len(os.sched_getaffinity(0))
    assert outcome.after.ages is not None
    assert outcome.before.ages is None
    assert outcome.after.person.ap50 is not None
    assert outcome.after.person.ap50 > 0.3
    assert outcome.spec.input_sizes == ((320, 192),)
    write_report(outcome, tmp_path / "report")
    assert {f.name for f in (tmp_path / "report").iterdir()} == {
        "report.json",
        "report.en.txt",
        "report.zh.txt",
    }
    registered = "ours" in load_manifest(models_copy).models
    assert registered == outcome.verdict.proposed == (models_copy / "ours.pt").exists()
    assert not list(models_copy.glob(".ours*"))
    assert before == {file: file.stat().st_mtime_ns for file in data.root.rglob("*")}


def test_training_ends_in_time_and_a_proposed_model_is_whole(
    data: DataFile, models_copy: Path
) -> None:
    wish = Wish("yolov8n", "ours", width=160, epochs=10_000, minutes=0.05)
    # Whatever three seconds of training reach: here only the way into the manifest is looked at.
    outcome = run(data, models_copy, wish, demand=Demand(gain=2.0, worth=-1.0))
    epochs = outcome.facts["epochs"]
    assert isinstance(epochs, int)
    assert 1 <= epochs < 10_000
    assert outcome.verdict.proposed
    (ours,) = (status for status in list_models(models_copy) if status.spec.name == "ours")
    assert ours.fetched
    assert ours.exported
    assert ours.spec.parent == "yolov8n"
    assert ours.spec.trained_on == outcome.spec.trained_on
    assert ours.spec.metrics["person_ap50"] == pytest.approx(outcome.after.person.ap50, abs=1e-4)
    assert all(finding.good for finding in verify_models(models_copy, ["ours"]))
    finder = load_finder("ours", models_copy, input_size=(160, 96))
    assert finder.classes == ("adult", "child")
    with pytest.raises(ConflictError, match="'ours' already"):
        run(data, models_copy, wish)


def test_an_interrupted_training_leaves_nothing(data: DataFile, models_copy: Path) -> None:
    before = {path.name for path in models_copy.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        run(data, models_copy, Wish("yolov8n", "ours", width=160, epochs=500), stop_at=0.001)
    assert {path.name for path in models_copy.iterdir()} == before


def test_a_base_that_cannot_be_trained_says_why(data: DataFile, models_copy: Path) -> None:
    (models_copy / "odd.pt").write_bytes(b"no weights")
    digest = hashlib.sha256(b"no weights").hexdigest()
    (models_copy / "manifest.toml").write_text(
        f'version = 1\n[models.odd]\ntask = "detect"\nlicence = "none"\nsha256 = "{digest}"\n'
        '[[models.odd.sources]]\nkind = "file"\npath = "odd.pt"\n'
    )
    with pytest.raises(ModelError, match="the training failed with status"):
        run(data, models_copy, Wish("odd", "ours", width=160, epochs=1))
