"""Names, numbers and times in words."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.room_state import ViewFault
from monitor.domain.text import Language
from monitor.web import wording


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (0, "0 秒", "0 s"),
        (-5, "0 秒", "0 s"),
        (59.6, "1 分", "1 min"),
        (61, "1 分 1 秒", "1 min 1 s"),
        (3600, "1 小时", "1 h"),
        (7384, "2 小时 3 分", "2 h 3 min"),
        (90_061, "1 天 1 小时", "1 d 1 h"),
        (86_461, "1 天", "1 d"),
    ],
)
def test_durations(seconds: float, chinese: str, english: str) -> None:
    assert wording.duration(seconds, "zh") == chinese
    assert wording.duration(seconds, "en") == english


@given(st.floats(0, 1e9), st.sampled_from(["zh", "en"]))
def test_any_duration_has_one_or_two_parts(seconds: float, language: Language) -> None:
    assert len(wording.duration(seconds, language).split()) in (2, 4)


def test_moments_name_the_day_unless_it_is_today() -> None:
    when = datetime(2026, 11, 2, 9, 30, 5)  # noqa: DTZ001 (already local)
    assert wording.moment(when, "zh", "full", date(2026, 11, 2)) == "09:30:05"
    assert wording.moment(when, "en", "short", date(2026, 11, 3)) == "2 Nov 09:30"
    assert wording.moment(when, "zh", "short", date(2026, 12, 3)) == "11月2日 09:30"
    assert wording.moment(when, "zh", "full", date(2027, 1, 1)) == "2026年11月2日 09:30:05"
    assert wording.month(date(2026, 11, 1), "en") == "Nov 2026"


@pytest.mark.parametrize(
    ("key", "value", "chinese", "english"),
    [
        ("after", 60.0, "1 分", "1 min"),
        ("cool_down", 0.0, "0 秒", "0 s"),
        ("remember", 600.0, "10 分", "10 min"),
        ("reach", 2.0, "2", "2"),
        ("min_confidence", 0.25, "25%", "25%"),
        ("high_share", 1.2, "120%", "120%"),
        ("count", 23, "23", "23"),
        ("enabled", True, "是", "yes"),
        ("capacity", None, "–", "–"),
        ("view", "partial", "部分可见", "partial"),
        ("fault", "covered", "镜头被遮挡", "covered"),
        ("cameras", ["a", "b"], "a、b", "a, b"),
        ("zones", {"mat": 3}, "mat：3", "mat: 3"),
        ("anything", "else", "else", "else"),
    ],
)
def test_facts(key: str, value: object, chinese: str, english: str) -> None:
    assert wording.fact_value((key, value), "zh") == chinese
    assert wording.fact_value((key, value), "en") == english


def test_names_of_plug_ins_are_their_own() -> None:
    assert wording.rule_name("quiet_room", "zh") == "quiet room"
    assert wording.rule_name("crowding", "en") == "Over capacity"
    assert wording.fact_name("people_per_m2", "en") == "people per m2"
    assert wording.camera_fault(ViewFault.DARK, "zh") == "画面过暗"
    assert wording.camera_fault(None, "zh") == ""
