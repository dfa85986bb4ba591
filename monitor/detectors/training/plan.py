"""What the training process is told: plain values that travel as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from monitor.detectors.finders.roles import role_of
from monitor.detectors.models.manifest import Role

PROGRESS = "progress "
"""What a line about progress begins with."""


class TrainingPlan(BaseModel):
    """How to fine-tune; written by the parent, read by the training process.

    ``names`` and ``roles`` are the new classes, ``base_roles`` what the manifest says of the base
    model's. ``width`` × ``height`` is the input in pixels. Training ends after ``epochs`` or
    ``seconds``, whichever comes first. The first ``frozen`` layers stay as they are. Mosaics are
    shown until the share ``mosaic_until`` of the training is over, whole frames after that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: tuple[str, ...] = Field(min_length=1)
    roles: tuple[Role | None, ...]
    base_roles: dict[str, Role] = {}
    width: int
    height: int
    epochs: int = Field(ge=1)
    seconds: float = Field(gt=0)
    batch: int = Field(8, ge=1)
    rate: float = 1e-3
    frozen: int = 0
    mosaic: float = 0.7
    mosaic_until: float = 0.7
    seed: int = 1

    def rows(self, base_names: Sequence[str]) -> tuple[int | None, ...]:
        """Return for each new class the class of the base model whose score it starts from.

        That is the class of the same name, else one of the same role, else a person; ``None``
        where the base model knows no people.
        """
        roles = [self.base_roles.get(n) if self.base_roles else role_of(n) for n in base_names]
        by_name = {name: index for index, name in reversed(list(enumerate(base_names)))}
        by_role: Mapping[Role | None, int] = {
            role: index for index, role in reversed(list(enumerate(roles))) if role is not None
        }
        anybody = min(by_role.values(), default=None)
        return tuple(
            by_name.get(name, by_role.get(role, by_role.get(Role.PERSON, anybody)))
            for name, role in zip(self.names, self.roles, strict=True)
        )
