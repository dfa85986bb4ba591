"""What the training process is told: plain values that travel as JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

PROGRESS = "progress "
"""What a line about progress begins with."""


class TrainingPlan(BaseModel):
    """How to fine-tune; written by the parent, read by the training process.

    ``rows`` names for each new class the class of the base model whose score it starts from, or
    ``None`` to start from nothing. ``width`` × ``height`` is the input in pixels. Training ends
    after ``epochs`` or ``seconds``, whichever comes first. The first ``frozen`` layers stay as
    they are. ``mosaic_until`` is the share of the training after which whole frames are shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...]
    rows: tuple[int | None, ...]
    width: int
    height: int
    epochs: int = Field(ge=1)
    seconds: float = Field(gt=0)
    batch: int = 8
    rate: float = 1e-3
    frozen: int = 0
    mosaic: float = 0.7
    mosaic_until: float = 0.7
    threads: int | None = None
    seed: int = 1
