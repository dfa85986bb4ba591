"""A person model's mistakes, declared in ``models/*.yaml`` and drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.scenarios.drifting import LOGISTIC, Drift, uniform
from benchmarks.scenarios.leaning import Ages
from benchmarks.scenarios.people import Floats, Posture
from benchmarks.scenarios.sight import Crowd, Flags, Sight

STOCK = "stock"
_FOLDER = Path(__file__).parent / "models"
MODELS = tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))
"""The models whose mistakes are declared."""

_LATENTS = 9
_POSTURES = ("standing", "sitting", "bending", "lying", "carried")
_LEAST_SCORE, _SCORES = 0.1, 0.85


@dataclass(frozen=True, slots=True)
class Noise:
    """The declared numbers; ``table`` is the file as it stands."""

    table: dict[str, Any]
    miss: Floats
    score: Floats

    def part(self, name: str) -> dict[str, Any]:
        """Return one section of the file."""
        section: dict[str, Any] = self.table[name]
        return section


@cache
def declared_noise(model: str = STOCK) -> Noise:
    """Return how ``model`` errs; tables are (child or adult, posture)."""
    table = _table(model)
    miss, score = (
        np.array([[table[age][p][what] for p in _POSTURES] for age in ("child", "adult")])
        for what in ("miss", "score")
    )
    return Noise(table, miss, score)


def _table(model: str) -> dict[str, Any]:
    """Return the file of ``model``, with what it leaves out as in the file that it is ``like``."""
    own = yaml.safe_load((_FOLDER / f"{model}.yaml").read_text(encoding="utf-8"))
    like = own.pop("like", None)
    return own if like is None else _over(_table(like), own)


def _over(under: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return ``under`` with the values of ``own`` in their places."""
    joined = {
        key: _over(under[key], value) if isinstance(value, dict) and key in under else value
        for key, value in own.items()
    }
    return {**under, **joined}


@dataclass(frozen=True, slots=True)
class Found:
    """Boxes of real people as the model gives them: who is found, where, with which score.

    ``doubled`` is who is found a second time, with ``double_boxes``. ``leans`` (> 0: adult) are the
    log-odds by which the model tells ages, ``None`` if its classes name none. Arrays are (t, n)
    and (t, n, 4).
    """

    found: Flags
    boxes: Floats
    scores: Floats
    doubled: Flags
    double_boxes: Floats
    double_scores: Floats
    leans: Floats | None


class Model:
    """One camera's person model over time; chunks of moments must come in order."""

    def __init__(self, noise: Noise, people: int, step: float, rng: np.random.Generator) -> None:
        """``step`` is the time between two moments, seconds."""
        self._noise = noise
        self._rng = rng
        table = self._noise.table
        self._fast = Drift(_LATENTS * people, table["fast_seconds"], step, rng)
        self._slow = Drift(_LATENTS * people, table["slow_seconds"], step, rng)
        self._people = people
        self._ages = Ages(noise.table["ages"], people, step, rng) if "ages" in noise.table else None

    def find(self, crowd: Crowd, sight: Sight, dark: Flags) -> Found:
        """Return what the model makes of a chunk of moments; ``dark`` says when, (t,)."""
        table = self._noise.table
        shape = (len(dark), self._people, _LATENTS)
        fast = self._fast.run(len(dark)).reshape(shape)
        slow = self._slow.run(len(dark)).reshape(shape)
        share = table["slow_share"]
        mixed = np.sqrt(1 - share) * fast + np.sqrt(share) * slow
        odds, middle = self._difficulty(crowd, sight, dark)
        luck = 1 / (1 + np.exp(-LOGISTIC * mixed[..., 0]))
        gone = sight.hidden >= table["hidden"]["gone_from"]
        found = sight.in_view & ~gone & (luck >= odds / (1 + odds))
        logit = middle + table["score_spread"] * mixed[..., 1]
        scores = _LEAST_SCORE + _SCORES / (1 + np.exp(-logit))
        boxes = self._sizes(sight, fast, slow)
        boxes = self._merged(boxes, sight, found, mixed[..., 6])
        doubled = found & (uniform(mixed[..., 7]) < table["doubled"]["share"])
        half = boxes.copy()
        half[..., 3] -= (0.35 + 0.2 * uniform(slow[..., 8])) * (boxes[..., 3] - boxes[..., 1])
        double_logit = table["doubled"]["score"] + table["score_spread"] * fast[..., 8]
        double_scores = _LEAST_SCORE + _SCORES / (1 + np.exp(-double_logit))
        leans = None if self._ages is None else self._ages.leans(crowd, sight, dark)
        return Found(found, boxes, scores, doubled, half, double_scores, leans)

    def _difficulty(self, crowd: Crowd, sight: Sight, dark: Flags) -> tuple[Floats, Floats]:
        """Return the odds of a miss and the middle of the scores' log-odds."""
        table = self._noise.table
        posture = np.minimum(crowd.posture, Posture.CARRIED)
        age = np.broadcast_to(crowd.adult.astype(int), posture.shape)
        miss, score = self._noise.miss[age, posture], self._noise.score[age, posture]
        odds = miss / (1 - miss)
        odds = odds * np.exp(table["hidden"]["steep"] * sight.hidden)
        score = score + table["hidden"]["score"] * sight.hidden
        conditions = (
            ("far", sight.distance > table["far"]["from_m"]),
            ("dark", np.broadcast_to(dark[:, None], posture.shape)),
            ("edge", sight.edge),
        )
        for name, holds in conditions:
            odds = odds * np.where(holds, table[name]["miss_odds"], 1.0)
            score = score + np.where(holds, table[name]["score"], 0.0)
        return odds, score

    def _sizes(self, sight: Sight, fast: Floats, slow: Floats) -> Floats:
        table = self._noise.table
        low, high = table["cut"]
        cut = low + (high - low) * uniform(slow[..., 6])
        boxes = sight.boxes + cut[..., None] * (sight.cut - sight.boxes)
        wrong = table["jitter"] * fast[..., 2:6] + table["bias"] * slow[..., 2:6]
        gross = uniform(fast[..., 8]) < table["gross"]["share"]
        wild = self._rng.normal(0, table["gross"]["spread"], wrong.shape)
        wrong = np.where(gross[..., None], wild, wrong)
        tall = boxes[..., 3] - boxes[..., 1]
        # Heights are shares of the picture's height, widths of its width.
        wrong = wrong * tall[..., None] * np.array([0.45, 1.0, 0.45, 1.0])
        boxes = boxes + wrong
        boxes[..., 2:] = np.maximum(boxes[..., 2:], boxes[..., :2] + 0.005)
        return np.asarray(np.clip(boxes, 0.0, 1.0))

    def _merged(self, boxes: Floats, sight: Sight, found: Flags, latent: Floats) -> Floats:
        """Join the box of somebody in front with that of the one whom she mostly covers."""
        table = self._noise.table["merged"]
        count = boxes.shape[1]
        rows, behind = np.nonzero(
            sight.in_view & (sight.hidden - sight.screened > table["covered_from"])
        )
        if not len(rows) or count < 2:
            return boxes
        own = sight.boxes[rows, behind][:, None]
        others = sight.boxes[rows]
        size = np.minimum(own[..., 2:], others[..., 2:]) - np.maximum(own[..., :2], others[..., :2])
        shared = np.maximum(size, 0).prod(axis=-1) * (others[..., 3] > own[..., 3])
        front = shared.argmax(axis=1)
        joined = (
            (shared[np.arange(len(rows)), front] > 0)
            & found[rows, front]
            & (uniform(latent[rows, front]) < table["share"])
        )
        rows, behind, front = rows[joined], behind[joined], front[joined]
        merged = boxes.copy()
        merged[rows, front, :2] = np.minimum(boxes[rows, front, :2], boxes[rows, behind, :2])
        merged[rows, front, 2:] = np.maximum(boxes[rows, front, 2:], boxes[rows, behind, 2:])
        found[rows, behind] = False
        return merged
