"""Headcounts under noise: how often a slack cries wolf, and how many missing children it sees.

``python -m benchmarks.scenarios.headcount --days 8``. Days of the simulator, judged as if the room
were a whole institution whose record of arrivals is always right: the hardest case, since nobody is
counted elsewhere. The same days are judged with more children signed in than there are, for twenty
minutes of every forty; such a spell is found if an alarm is raised in it. Nap time is left out, as
by the rule, and spells in which fewer than four children are there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scenarios.drive import Glance, drive
from benchmarks.scenarios.intervals import rate_interval, share_interval
from benchmarks.scenarios.stage import Scenario
from monitor.detectors.rules import RuleEngine, rules_for
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.hours import DayTime
from monitor.domain.places import ClassType, Room
from monitor.runtime.logs import configure_logs

_RULE = "headcount_mismatch"
_SLACKS: tuple[tuple[float, float], ...] = ((0, 0), (2, 0.25), (2, 0.4), (3, 0.5))
_GONE = (0, 3, 6, 10)
_SPELL = 1200.0
_FEWEST = 4


@dataclass(slots=True)
class _Spells:
    """Which spells there were, and in which of them an alarm was raised."""

    whole: dict[int, bool] = field(default_factory=dict)
    raised: set[int] = field(default_factory=set)

    @property
    def counted(self) -> set[int]:
        return {number for number, good in self.whole.items() if good}


class _Judge:
    """One slack and one number of children who are signed in and not there, over one day."""

    def __init__(self, room: Room, slack: tuple[float, float], gone: int) -> None:
        own: dict[str, object] = {"slack": slack[0], "slack_share": slack[1], "cool_down": 0}
        room = replace(room, class_type=ClassType.TODDLER, rules={_RULE: own})
        self._engine = RuleEngine(room, [r for r in rules_for(room, []) if r.name == _RULE])
        self._gone = gone
        self.spells = _Spells()
        self.alarms = 0

    def see(self, glance: Glance, *, nap: bool) -> None:
        """Judge the room at one moment."""
        state, crowd = glance.state, glance.chunk.crowd
        if state is None:
            return
        there = int((crowd.inside[glance.row] & ~crowd.adult).sum())
        number = int(state.time // _SPELL)
        gone = self._gone if number % 2 else 0
        if gone:
            good = there >= _FEWEST and not nap
            self.spells.whole[number] = self.spells.whole.get(number, True) and good
        heads = Headcount(there + gone, there + gone, Counted())
        state = replace(state, day=DayTime(open=True, nap=nap), headcount=heads)
        for event in self._engine.step(state):
            if event.cleared is None:
                self.alarms += 1
                self.spells.raised.add(number)


def _day(seed: int) -> dict[tuple[int, int], _Judge]:
    scenario = Scenario(seed, "day")
    judges = {
        (index, gone): _Judge(scenario.room, slack, gone)
        for index, slack in enumerate(_SLACKS)
        for gone in _GONE
    }

    def watch(glance: Glance) -> None:
        time = float(glance.chunk.times[glance.row])
        nap = any(begin <= time < end for begin, end in scenario.routine.dark)
        for judge in judges.values():
            judge.see(glance, nap=nap)

    drive(scenario, watcher=watch)
    return judges


def _summed(days: Sequence[dict[tuple[int, int], _Judge]]) -> list[dict[str, Any]]:
    rows = []
    for index, (slack, share) in enumerate(_SLACKS):
        false = sum(day[index, 0].alarms for day in days)
        row: dict[str, Any] = {"slack": slack, "slack_share": share, "false": false}
        row["false_a_day"] = (false / len(days), *rate_interval(false, len(days)))
        for gone in _GONE[1:]:
            spells = [day[index, gone].spells for day in days]
            whole = sum(len(found.counted) for found in spells)
            seen = sum(len(found.counted & found.raised) for found in spells)
            row[f"found_{gone}"] = (seen, whole, *share_interval(seen, whole))
        rows.append(row)
    return rows


def _show(rows: Sequence[dict[str, Any]], days: int) -> None:
    table = Table(title=f"headcount_mismatch over {days} room-days of ten hours")
    for name in ("slack", "share", "false a day", *(f"{gone} gone: found" for gone in _GONE[1:])):
        table.add_column(name, justify="right")
    for row in rows:
        rate, low, high = row["false_a_day"]
        found = [row[f"found_{gone}"] for gone in _GONE[1:]]
        table.add_row(
            f"{row['slack']:g}",
            f"{row['slack_share']:g}",
            f"{rate:.2f} ({low:.2f}–{high:.2f})",
            *(f"{seen} of {whole} ({a:.0%}–{b:.0%})" for seen, whole, a, b in found),
        )
    Console().print(table)


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=8, help="room-days to simulate")
    parser.add_argument("--seed", type=int, default=0, help="the first day's seed")
    parser.add_argument("--json", action="store_true", help="print everything for programs")
    options = parser.parse_args()
    configure_logs()
    rows = _summed([_day(options.seed + number) for number in range(options.days)])
    if options.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    else:
        _show(rows, options.days)


if __name__ == "__main__":
    main()
