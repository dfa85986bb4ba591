"""The sidecar of an exported model: what it was made from, by what, and the hashes of its files.

It guards against mixed-up, truncated and hand-edited files. Whoever may write the models folder
may also write a consistent sidecar: file permissions, not this, guard against that.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.detectors.models.files import sha256_of
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import ModelSpec
from monitor.domain.errors import ModelError

SIDECAR = "export.json"
GRAPH, WEIGHTS = Form.OPENVINO.files


class Quantisation(BaseModel):
    """How an INT8 graph was made: from which graph, by what, and from which pictures.

    ``parent`` holds the hashes of the files of the ``f32`` graph; ``calibration_sha256`` is over
    the pictures' bytes, in order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str
    parent: dict[str, str]
    calibration_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    pictures: int = Field(gt=0)
    input_size: tuple[int, int]
    kept_f32: int = Field(ge=0, description="Operations of the head that were not quantised")


class Sidecar(BaseModel):
    """Everything that ``export.json`` says.

    The graph takes ``uint8`` BGR pictures of shape (batch, height, width, 3), each side a multiple
    of ``stride``, and gives ``float32`` (batch, 4 + classes, places): centre x, centre y, width and
    height in input pixels, then one score (0–1) for each class. A pose model adds three
    rows for each key point: x and y in input pixels, and how surely it is seen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    model: str
    source_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    files: dict[str, str]
    classes: tuple[str, ...] = Field(min_length=1)
    stride: int = Field(gt=0)
    precision: Literal["f32", "int8"] = "f32"
    exported_with: dict[str, str]
    quantisation: Quantisation | None = None
    digest: str = ""

    def sealed(self) -> Sidecar:
        """Return the same with the digest over all other fields."""
        return self.model_copy(update={"digest": self._own_digest()})

    def write(self, folder: Path) -> None:
        """Write ``export.json`` into ``folder``."""
        (folder / SIDECAR).write_text(self.sealed().model_dump_json(indent=1) + "\n")

    def _own_digest(self) -> str:
        # Without what does not apply, so that a new field leaves older exports as they are.
        content = self.model_dump(mode="json", exclude={"digest"}, exclude_none=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def intact(self) -> bool:
        """Say whether the digest fits the other fields."""
        return self.digest == self._own_digest()


def check_export(spec: ModelSpec, models_dir: Path, form: Form = Form.OPENVINO) -> Sidecar:
    """Return the sidecar of the exported model after checking it and every file it names.

    Raises:
        ModelError: the export is missing, altered, or made from other weights than the manifest's.
    """
    folder = models_dir / spec.folder(form)
    path = folder / SIDECAR
    hint = f"run: {form.recipe} {spec.name}"
    if not path.is_file():
        done = "quantised" if form is Form.OPENVINO_INT8 else "exported"
        raise ModelError(f"the model has not been {done}", where=str(folder), hint=hint)
    try:
        sidecar = Sidecar.model_validate_json(path.read_bytes())
    except (ValidationError, OSError) as error:
        raise ModelError("the sidecar cannot be read", where=str(path), hint=hint) from error
    if not sidecar.intact:
        raise ModelError("the sidecar was altered after the export", where=str(path), hint=hint)
    if sidecar.model != spec.name or sidecar.source_sha256 != spec.sha256:
        raise ModelError(
            f"the export was made from other weights: expected SHA-256 {spec.sha256}, "
            f"actual {sidecar.source_sha256}",
            where=str(path),
            hint=hint,
        )
    for name in form.files:
        _check_file(folder / name, sidecar.files.get(name, "none"), hint)
    return sidecar


def _check_file(path: Path, expected: str, hint: str) -> None:
    actual = sha256_of(path) if path.is_file() else "missing"
    if actual != expected:
        raise ModelError(
            f"the exported file was altered: expected SHA-256 {expected}, actual {actual}",
            where=str(path),
            hint=hint,
        )
