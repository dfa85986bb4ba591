"""Shelves: a chronic camera or rule put aside for a while; its alerts are recorded, not told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.errors import InputError, PermissionDeniedError
from monitor.domain.text import Text

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
        raise InputError(
            Text("请写明原因", "a reason is needed"),
            where="reason",
            hint=Text("用几个字说明原因", "say why, in a few words"),
        )
    if new.grave and not supervisor:
        raise PermissionDeniedError(
            Text(
                "儿童无人看护的告警只有主管可以搁置",
                "only a supervisor may put aside alerts about children left alone",
            ),
            where="rule",
        )
    longest = LONGEST_GRAVE if new.grave else LONGEST
    if not SHORTEST <= new.expires - now <= longest:
        hours = longest.total_seconds() / 3600
        raise InputError(
            Text(
                f"可搁置 5 分钟到 {hours:.0f} 小时",
                f"this may be put aside for 5 minutes to {hours:.0f} hours",
            ),
            where="expires",
            hint=Text("请另选时间", "choose another time"),
        )
