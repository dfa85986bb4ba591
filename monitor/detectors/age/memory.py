"""What is remembered of one person on one camera, for telling adults from children."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.domain.people import AgeClass, Box

_FIRST_WORDS, _WORDS_LAST, _NEW_WORDS = 2.0, 120.0, 20.0
_NOW_ADULT, _ANOTHER_WORD = 0.5, 1.2  # what it says now, and by how much that differs from before
_STEADILY, _SURELY_ADULT = 0.8, 1.2
_CHILDISH, _SURELY_CHILDISH = -0.15, -1.0
_SIZES_LAST = 20.0  # seconds


@dataclass(slots=True)
class Memory:
    """One track: what its boxes and the model's classes said so far; log-odds, > 0 for an adult.

    ``misread`` is what the model said on average, below 0, of the adult for whom she is taken: it
    is allowed for in what it says of her. ``presumed``: she was never seen tall herself.
    ``sure_for``: seconds for which she was an adult beyond doubt. ``lay``: when a box last could be
    that of somebody who lies.
    """

    first: float
    seen: float
    box: Box
    by_size: float = 0.0
    log_odds: float = 0.0
    model_sum: float = 0.0
    model_weight: float = 0.0
    says_now: float = 0.0
    misread: float = 0.0
    age: AgeClass = AgeClass.UNKNOWN
    tall_for: float = 0.0
    heir: bool = False
    presumed: bool = False
    low: bool = False
    lay: float = -math.inf
    size_sum: float = 0.0
    size_weight: float = 0.0
    sure_for: float = 0.0
    height_m: float | None = None
    floor: tuple[float, float] | None = None
    learned: float = -math.inf

    @property
    def model_says(self) -> float:
        """The model's word on average; the first words count for less."""
        return self.model_sum / (self.model_weight + _FIRST_WORDS)

    def hear(self, log_odds: float, weight: float) -> None:
        """Take in what the model's classes say of a sighting; old words fade."""
        log_odds -= self.misread if log_odds else 0.0
        keep = 1 - weight / _WORDS_LAST
        self.model_sum = keep * self.model_sum + weight * log_odds
        self.model_weight = keep * self.model_weight + (weight if log_odds else 0.0)
        self.says_now += weight / _NEW_WORDS * (log_odds - self.says_now)

    @property
    def size_says(self) -> float:
        """What her boxes of the last seconds said on average."""
        return self.size_sum / self.size_weight if self.size_weight else 0.0

    def look(self, log_odds: float, seconds: float) -> None:
        """Take in what a box says that shows all of her, ``seconds`` after the last."""
        keep = math.exp(-seconds / _SIZES_LAST)
        self.size_sum = keep * self.size_sum + seconds * log_odds
        self.size_weight = keep * self.size_weight + seconds

    def inherit(self, adult: Memory, log_odds: float) -> None:
        """Take her for an ``adult`` who vanished, with ``log_odds`` in favour of it."""
        adult.heir = True
        self.tall_for, self.presumed = adult.tall_for, True
        self.by_size = max(self.by_size, log_odds)
        self.misread = min(adult.misread + adult.model_says, 0.0)

    @property
    def is_another(self) -> bool:
        """Say whether, by the model's words, a child's number has gone over to an adult."""
        contradicts = self.model_says < 0 and self.says_now >= _NOW_ADULT
        return contradicts and self.says_now - self.model_says >= _ANOTHER_WORD

    @property
    def _heard_enough(self) -> bool:
        return self.model_weight >= _NEW_WORDS

    @property
    def is_disputed(self) -> bool:
        """Say whether the model steadily calls somebody an adult whose box could be either's."""
        return self.low and self._heard_enough and self.model_says >= _STEADILY

    @property
    def sounds_childish(self) -> bool:
        """Say whether the model rather calls somebody a child whose box could be either's."""
        return self.low and self._heard_enough and self.model_says <= _CHILDISH

    @property
    def surely_sounds_childish(self) -> bool:
        """Say whether the model steadily and clearly calls somebody a child."""
        return self._heard_enough and self.model_says <= _SURELY_CHILDISH

    @property
    def surely_sounds_adult(self) -> bool:
        """Say whether the model steadily and clearly calls somebody an adult."""
        return self._heard_enough and self.model_says >= _SURELY_ADULT

    def begin_anew(self) -> None:
        """Forget who this was: what the model says now goes for somebody else."""
        self.by_size = self.tall_for = self.sure_for = 0.0
        self.model_weight = _NEW_WORDS
        self.model_sum = self.says_now * (_NEW_WORDS + _FIRST_WORDS)
