"""How long something has been true, in spite of stray frames and of what could not be seen.

A spell begins when its condition is first true. Short contradictions (``tolerance`` seconds, or a
single look) are bridged; longer ones end it, and so do many short ones: a second in which it is
true makes up for ``forgiving`` seconds of contradiction. What is seen beyond doubt contradicts more
in a second than what may be a mistake. While nothing can be known the spell is frozen: beyond
``blink`` seconds the time is not counted, and after ``gap`` seconds the spell is forgotten. To
count, the condition must also have been seen true for at least half of the counted time, and be
true now.

Doubt is not blindness: where everything was seen and only somebody undecided stands against the
condition, it held all the time if it then turns out to hold.
"""

from __future__ import annotations

from dataclasses import dataclass

_SHARE = 0.5
_LONGEST_LOOK = 5.0
_SLACK = 1e-3  # differences of POSIX seconds are exact to about a microsecond only


@dataclass(slots=True)
class Spell:
    """One condition over time; times in seconds, never falling."""

    needed: float
    tolerance: float
    blink: float
    gap: float
    forgiving: float = 1.0
    since: float | None = None
    _last_true: float = 0.0
    _frozen: float = 0.0
    _seen_true: float = 0.0
    _against: float = 0.0
    _looks_against: int = 0
    _before_against: float = 0.0
    _blind: bool = False
    _before: float | None = None
    _before_true: bool = False
    _doubt_since: float | None = None

    def update(
        self, time: float, value: bool | None, *, doubted: bool = False, against: float = 1.0
    ) -> bool:
        """Take in how things stand at ``time`` and say whether they stood so for long enough.

        ``doubted`` tells doubt from blindness where ``value`` is ``None``; where it is false, that
        this may yet turn out to be wrong. A second in which it is false counts for ``against``.
        """
        self._count(time, value, against)
        if value:
            self._confirm(time)
            return self.lasted(time)
        if doubted:
            if self._doubt_since is None:
                self._doubt_since = time
        else:
            self._doubt_since = None
        if value is None:
            self._blind = self._blind or not doubted
        else:
            self._contradict()
        if self.since is not None and time - self._last_true > self._patience:
            self.reset()
        return False

    @property
    def _patience(self) -> float:
        """For how long after it was last seen true the condition may still be."""
        doubt = 0.0 if self._blind or self._doubt_since is None else self.needed
        return max(self.gap, doubt) + _SLACK

    def lasted(self, time: float) -> bool:
        """Say whether the spell is long enough at ``time``."""
        if self.since is None:
            return False
        counted = self.seconds(time)
        return counted + _SLACK >= self.needed and self._seen_true + _SLACK >= _SHARE * counted

    def seconds(self, time: float) -> float:
        """Return for how long the condition has held, without the time that was frozen."""
        return 0.0 if self.since is None else max(time - self.since - self._frozen, 0.0)

    def stirs(self, time: float, within: float) -> bool:
        """Say whether it was seen true ``within`` so many seconds, or is in doubt."""
        lately = time - self._last_true <= within
        return self.since is not None and (lately or self._doubt_since is not None)

    def reset(self) -> None:
        """Forget the spell."""
        self.since = None
        self._frozen = self._seen_true = self._against = 0.0
        self._looks_against = 0
        self._blind = False

    def _count(self, time: float, value: bool | None, against: float) -> None:
        if self._before is not None and self.since is not None:
            passed = max(time - self._before, 0.0)
            if self._before_true:
                self._seen_true += min(passed, _LONGEST_LOOK)
                self._against = max(self._against - self.forgiving * passed, 0.0)
            else:
                self._against += self._before_against * passed
        self._before, self._before_true = time, bool(value)
        self._before_against = against if value is False else 0.0

    def _confirm(self, time: float) -> None:
        silent = time - self._last_true
        if self.since is not None and silent > self._patience:
            self.reset()
        if self.since is None:
            doubt = self._doubt_since
            self.since = time if doubt is None else max(doubt, time - self.needed / 2)
        elif self._blind and silent > self.blink + _SLACK:
            self._frozen += silent
        self._last_true = time
        self._looks_against = 0
        self._blind = False
        self._doubt_since = None

    def _contradict(self) -> None:
        if self.since is None:
            return
        self._looks_against += 1
        if self._looks_against > 1 and self._against + _SLACK >= self.tolerance:
            self.reset()
