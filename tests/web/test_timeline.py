from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.clock import to_datetime
from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.text import Text
from monitor.runtime.backtest.comparison import Comparison, Fate, Fired, Verdict, Would
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.trial import RoomResult
from monitor.web.timeline import rows

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = 1_793_030_400.0  # of 27 October 2026 in Shanghai


def event(onset: float, cleared: float | None) -> Event:
    return Event(
        "id", "unattended_child", "sun", "room", None, "east", onset, onset + 60, cleared,
        Severity.HIGH, 0.8, {}, Text("", ""), Provenance("1"),
    )  # fmt: skip


def result(would: Event, spans: tuple[Span, ...] = ()) -> RoomResult:
    fired = Fired(event(MIDNIGHT + 3600, MIDNIGHT + 3900), 1, Verdict.FALSE, Fate.GONE)
    return RoomResult("room", Comparison((fired,), (Would(would, True),)), spans, 0)


def test_events_stand_at_their_local_minutes() -> None:
    assert to_datetime(MIDNIGHT).astimezone(ZONE).date() == date(2026, 10, 27)
    window = Span(MIDNIGHT - 86400, MIDNIGHT + 86400)
    (row,) = rows([result(event(MIDNIGHT + 7200, MIDNIGHT + 9000))], window, ZONE)
    assert (row.room_id, row.day) == ("room", date(2026, 10, 27))
    assert [(mark.x, mark.width) for mark in row.fired] == [(60, 5)]
    assert [(mark.x, mark.width) for mark in row.would] == [(120, 30)]


def test_what_lasts_over_midnight_is_on_both_days() -> None:
    window = Span(MIDNIGHT - 3600, MIDNIGHT + 7200)
    late = event(MIDNIGHT - 600, MIDNIGHT + 1200)
    first, second = rows([result(late, (Span(MIDNIGHT - 900, MIDNIGHT + 900),))], window, ZONE)
    assert [(mark.x, mark.width) for mark in first.would] == [(1430, 10)]
    assert [(mark.x, mark.width) for mark in second.would] == [(0, 20)]
    assert [(piece.x, piece.width) for piece in first.tracks] == [(1425, 15)]
    assert [(piece.x, piece.width) for piece in second.tracks] == [(0, 15)]


@pytest.mark.parametrize("minute", [0.0, 1439.99])
def test_a_mark_never_leaves_its_day(minute: float) -> None:
    window = Span(MIDNIGHT, MIDNIGHT + 86399)
    onset = MIDNIGHT + 60 * minute
    (row,) = rows([result(event(onset, onset + 1))], window, ZONE)
    assert all(mark.x >= 0 and mark.x + mark.width <= 1440 for mark in row.would)
