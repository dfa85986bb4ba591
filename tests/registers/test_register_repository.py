from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.errors import NotFoundError
from monitor.domain.places import District, Institution
from monitor.domain.registers import (
    DailyLog,
    DayException,
    LogKind,
    Paper,
    PaperKind,
    Register,
    StaffMember,
    StaffRole,
    entry_key,
)
from monitor.domain.text import Text
from monitor.registers.load import load_registers
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import MergeReport, RegisterRepository

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DEMO = Path(__file__).parents[2] / "configs" / "demo-registers.yaml"
ALL = (date(2000, 1, 1), date(2100, 1, 1))


@pytest.fixture
def registers(database: Database) -> RegisterRepository:
    names = ("sunshine", "riverside", "maple")
    institutions = tuple(Institution(name, Text(zh=name, en=name), "") for name in names)
    district = District("d", Text(zh="区", en="D"), institutions=institutions)
    PlaceRepository(database).sync(district, NOW)
    return RegisterRepository(database)


def ordered(register: Register) -> Register:
    names = [name for name in Register.__slots__ if isinstance(getattr(register, name), tuple)]
    changes: dict[str, Any] = {
        name: tuple(sorted(getattr(register, name), key=entry_key)) for name in names
    }
    return replace(register, **changes)


def test_what_is_merged_comes_back(registers: RegisterRepository) -> None:
    for register in load_registers(DEMO, TODAY):
        count = len(register.entries())
        assert registers.merge(register, NOW) == MergeReport(count, 0, 0)
        assert registers.register(register.institution_id, *ALL) == ordered(register)


def test_merging_again_changes_nothing(registers: RegisterRepository) -> None:
    register = load_registers(DEMO, TODAY)[1]
    registers.merge(register, NOW)
    again = registers.merge(register, NOW + timedelta(days=1))
    assert again == MergeReport(0, 0, len(register.entries()))


def test_an_entry_with_the_same_key_is_replaced(registers: RegisterRepository) -> None:
    person = StaffMember("7", "陈静", StaffRole.CARER)
    registers.put("maple", [person], NOW)
    renewed = replace(person, health_certificate_expires=date(2027, 1, 1))
    report = registers.put("maple", [renewed, replace(person, number="8")], NOW)
    assert report == MergeReport(1, 1, 0)
    kept = registers.register("maple", *ALL)
    assert kept is not None
    assert kept.staff[0] == renewed


def test_the_same_key_twice_in_one_call_keeps_the_last(registers: RegisterRepository) -> None:
    papers = [Paper(PaperKind.NOTICE, "1", None, date(2027, 1, day)) for day in (1, 2)]
    registers.put("maple", papers, NOW)
    kept = registers.register("maple", *ALL)
    assert kept is not None
    assert kept.papers == (papers[1],)


def test_logs_are_limited_to_a_period_but_their_start_is_known(
    registers: RegisterRepository,
) -> None:
    days = [date(2026, 9, 1), date(2026, 11, 2), date(2026, 12, 1)]
    registers.put("maple", [DailyLog(LogKind.OUTDOOR, day, "x", 120) for day in days], NOW)
    kept = registers.register("maple", date(2026, 11, 1), date(2026, 11, 30))
    assert kept is not None
    assert [log.day for log in kept.logs] == [date(2026, 11, 2)]
    assert kept.log_starts == {LogKind.OUTDOOR: date(2026, 9, 1)}


def test_nothing_reported_is_none(registers: RegisterRepository) -> None:
    registers.put("maple", [Paper(PaperKind.NOTICE, "1")], NOW)
    assert registers.register("riverside", *ALL) is None


def test_an_unknown_institution_is_refused(registers: RegisterRepository) -> None:
    with pytest.raises(NotFoundError, match="no institution 'oak'"):
        registers.merge(Register("oak"), NOW)


def test_hostile_text_is_kept_harmless(registers: RegisterRepository) -> None:
    registers.put("maple", [StaffMember("1", "a\x00'; DROP TABLE--\ud800", StaffRole.COOK)], NOW)
    kept = registers.register("maple", *ALL)
    assert kept is not None
    assert kept.staff[0].name == "a'; DROP TABLE--?"


def test_days_against_their_weekday_are_told_by_institution(registers: RegisterRepository) -> None:
    off, working = DayException(date(2026, 10, 1), False), DayException(date(2026, 10, 10), True)
    registers.put("sunshine", [off, working], NOW)
    registers.put("maple", [off], NOW)
    assert registers.day_exceptions(["sunshine", "riverside"]) == {
        "sunshine": {off.day: False, working.day: True}
    }
    assert registers.day_exceptions([]) == {}


def test_the_notice_holds_as_long_as_its_paper_says(
    registers: RegisterRepository, database: Database
) -> None:
    places, configured = PlaceRepository(database), date(2026, 6, 30)
    maple = Institution("maple", Text(zh="枫", en="Maple"), "", notice_expires=configured)
    places.sync(District("d", Text(zh="区", en="D"), institutions=(maple,)), NOW)

    def holds() -> tuple[date | None, date | None]:
        alone = places.institutions(DISTRICT)[0].notice_expires
        return alone, places.institution(DISTRICT, "maple").institution.notice_expires

    registers.put("maple", [Paper(PaperKind.INSURANCE, "7", None, date(2030, 1, 1))], NOW)
    assert holds() == (configured, configured)
    registers.put("maple", [Paper(PaperKind.NOTICE, "2", None, date(2028, 1, 1))], NOW)
    registers.put("maple", [Paper(PaperKind.NOTICE, "1", None, date(2026, 5, 1))], NOW)
    assert holds() == (date(2028, 1, 1), date(2028, 1, 1))
    registers.put("maple", [Paper(PaperKind.NOTICE, "0", None, None)], NOW)
    assert holds() == (None, None), "one without an end holds before all"
