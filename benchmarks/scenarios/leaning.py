"""What a model whose classes name ages says of each person: adult or child, and how clearly.

Its mistakes last: some people look like the other age all day, others as long as they sit so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.scenarios.drifting import Drift
from benchmarks.scenarios.people import Floats, Posture
from benchmarks.scenarios.sight import Crowd, Flags, Sight

_POSTURES = ("standing", "sitting", "bending", "lying", "carried")


class Ages:
    """One camera's model over time; chunks of moments must come in order."""

    def __init__(
        self, table: dict[str, Any], people: int, step: float, rng: np.random.Generator
    ) -> None:
        self._table = table
        self._clear = np.array(
            [[table[age][posture] for posture in _POSTURES] for age in ("child", "adult")]
        )
        self._own = rng.normal(0, table["person_spread"], people)
        self._fast = Drift(people, table["fast_seconds"], step, rng)
        self._slow = Drift(people, table["slow_seconds"], step, rng)

    def leans(self, crowd: Crowd, sight: Sight, dark: Flags) -> Floats:
        """Return the log-odds (> 0: adult) of everybody, (t, n); ``dark`` says when, (t,)."""
        table = self._table
        posture = np.minimum(crowd.posture, Posture.CARRIED)
        age = np.broadcast_to(crowd.adult.astype(int), posture.shape)
        clear = self._clear[age, posture] - table["hidden"] * sight.hidden
        conditions = (
            ("far", sight.distance > table["far_from_m"]),
            ("dark", np.broadcast_to(dark[:, None], posture.shape)),
            ("edge", sight.edge),
        )
        for name, holds in conditions:
            clear = clear * np.where(holds, table[name], 1.0)
        wrong = self._own + table["slow_spread"] * self._slow.run(len(dark))
        wrong = wrong + table["fast_spread"] * self._fast.run(len(dark))
        return np.asarray(np.where(crowd.adult, clear, -clear) + wrong)
