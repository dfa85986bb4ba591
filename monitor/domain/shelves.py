"""Shelves: a chronic camera or rule put aside for a while; its alerts are recorded, not told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.errors import InputError, PermissionDeniedError

GRAVE_RULES = frozenset({"unattended_child"})
"""Rules that only a supervisor may shelve, for a day at most; so may everything at once."""

LONGEST = timedelta(days=30)
LONGEST_GRAVE = timedelta(hours=24)
SHORTEST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewShelf:
    """What to put aside: an institution, one of its rooms or cameras, and one rule or all.

    Empty ids mean any. ``reason`` says why and ``expires`` until when.
    """

    institution_id: str
    reason: str
    expires: datetime
    room_id: str = ""
    camera_id: str = ""
    rule: str = ""

    @property
    def grave(self) -> bool:
        """Say whether it could silence a child left alone."""
        return not self.rule or self.rule in GRAVE_RULES


def covers_critical(new: NewShelf, now: datetime, *, supervisor: bool) -> bool:
    """Say whether critical alerts are put aside too: only by a supervisor and for a day."""
    return supervisor and new.expires - now <= LONGEST_GRAVE


def check_shelf(new: NewShelf, now: datetime, *, supervisor: bool) -> None:
    """Refuse a shelf that may not be.

    Raises:
        InputError: it has no reason, or ends too soon or too late.
        PermissionDeniedError: only a supervisor may put this aside.
    """
    if not new.reason.strip():
        raise InputError("a reason is needed", where="reason", hint="say why, in a few words")
    if new.grave and not supervisor:
        raise PermissionDeniedError(
            "only a supervisor may put aside alerts about children left alone", where="rule"
        )
    longest = LONGEST_GRAVE if new.grave else LONGEST
    if not SHORTEST <= new.expires - now <= longest:
        raise InputError(
            f"this may be put aside for 5 minutes to {longest.total_seconds() / 3600:.0f} hours",
            where="expires",
            hint="choose another time",
        )
