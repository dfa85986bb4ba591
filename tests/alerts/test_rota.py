from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.rota import Override, Rota

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ROTA = Rota("duty", date(2026, 11, 2), ("wang", "li", "zhao"), change=8 * 60)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_turns_change_at_their_hour_on_their_day() -> None:
    assert ROTA.on_call(at(2, 8), SHANGHAI) == "wang"
    assert ROTA.on_call(at(9, 7, 59), SHANGHAI) == "wang"
    assert ROTA.on_call(at(9, 8), SHANGHAI) == "li"
    assert ROTA.on_call(at(16, 8), SHANGHAI) == "zhao"
    assert ROTA.on_call(at(23, 8), SHANGHAI) == "wang"
    assert ROTA.on_call(at(2, 7, 59), SHANGHAI) == "zhao"  # before it began, backwards


def test_the_hour_is_kept_when_clocks_are_changed() -> None:
    rota = Rota("duty", date(2026, 10, 19), ("wang", "li"), change=8 * 60)
    before = datetime(2026, 10, 26, 7, 59, tzinfo=BERLIN)  # clocks went back on the 25th
    assert rota.on_call(before, BERLIN) == "wang"
    assert rota.on_call(before + timedelta(minutes=1), BERLIN) == "li"


def test_an_override_takes_over_and_gives_back() -> None:
    rota = Rota("duty", ROTA.starts, ROTA.turns, 8 * 60, (Override(at(4, 12), at(4, 18), "sun"),))
    assert rota.on_call(at(4, 11, 59), SHANGHAI) == "wang"
    assert rota.on_call(at(4, 12), SHANGHAI) == "sun"
    assert rota.on_call(at(4, 18), SHANGHAI) == "wang"
    assert Rota("empty", ROTA.starts, ()).on_call(at(4, 12), SHANGHAI) is None


@given(st.integers(-3_000_000, 3_000_000))
def test_there_is_always_somebody_and_for_a_week(minutes: int) -> None:
    moment = at(2, 8) + timedelta(minutes=minutes)
    person = ROTA.on_call(moment, SHANGHAI)
    assert person in ROTA.turns
    following = ROTA.on_call(moment + timedelta(days=7), SHANGHAI)
    assert following == ROTA.turns[(ROTA.turns.index(person or "") + 1) % 3]
