"""What was put aside, in the words of a reading: rule and place, from when until when, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.domain.text import Text
from monitor.inspections.facts import ShelfFact
from monitor.inspections.period import Period

EVERY_RULE = frozenset({"*"})
"""Says that a metric speaks of whatever is put aside."""

_MOST_NAMED = 4


def with_shelves(explain: Text, shelves: Sequence[ShelfFact], period: Period) -> Text:
    """Return a reading's words with what was put aside, as far as there is anything."""
    if not shelves:
        return explain
    said = [_said(shelf, period.timezone) for shelf in shelves[:_MOST_NAMED]]
    more = len(shelves) - len(said)
    if more > 0:
        said.append(Text(zh=f"另有{more}项", en=f"and {more} more"))
    return Text(
        zh=f"{explain.zh}。搁置告警：{'；'.join(item.zh for item in said)}",
        en=f"{explain.en}. Put aside: {'; '.join(item.en for item in said)}",
    )


def shelf_inputs(shelves: Sequence[ShelfFact], period: Period) -> Mapping[str, list[str]]:
    """Return what was put aside as plain JSON; nothing where there is nothing."""
    if not shelves:
        return {}
    return {"put_aside": [_said(shelf, period.timezone).en for shelf in shelves]}


def _said(shelf: ShelfFact, timezone: str) -> Text:
    since, until = (_day(moment, timezone) for moment in (shelf.since, shelf.until))
    return Text(
        zh=f"{shelf.what.zh}（{since}至{until}，{shelf.reason}）",
        en=f"{shelf.what.en} ({since} to {until}: {shelf.reason})",
    )


def _day(moment: datetime, timezone: str) -> str:
    return moment.astimezone(ZoneInfo(timezone)).date().isoformat()
