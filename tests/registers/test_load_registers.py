from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.documents import parse_document
from monitor.domain.errors import ConfigError
from monitor.domain.registers import DailyLog, LogKind, Register, entry_key, log_starts
from monitor.registers.load import load_registers, parse_registers

TODAY = date(2026, 11, 23)
DEMO = Path(__file__).parents[2] / "configs" / "demo-registers.yaml"


def parse(body: str, today: date | None = TODAY) -> Register:
    lines = indent(dedent(body).strip(), "    ")
    text = f"version: 1\nregisters:\n  - institution: sun\n{lines}\n"
    return parse_registers(parse_document(text, "r.yaml"), today)[0]


def refused(body: str, today: date | None = TODAY) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(body, today)
    return caught.value


def test_entries_become_the_domain_s() -> None:
    register = parse(
        """
        classes:
          - {id: c, name: {zh: 托小班, en: Toddlers}, class: toddler, enrolled: 12, room: r}
        staff: [{number: 7, name: 陈静, role: carer, certificate_expires: today+1y}]
        hazards: [{number: Y-1, summary: 松动, opened: today-9d, due: today-2d, item: S-38}]
        child_months: [{month: 2026-10-19, entered: 2, entry_complete: 1, absences: 0,
                        absences_explained: 0}]
        """
    )
    assert register.classes[0].name.en == "Toddlers"
    assert register.classes[0].room_id == "r"
    assert register.staff[0].number == "7"
    assert register.staff[0].certificate_expires == TODAY + timedelta(days=365)
    assert register.hazards[0].item_id == "S-38"
    assert register.child_months[0].month == date(2026, 10, 1)


def test_a_range_of_logs_covers_the_days_of_operation() -> None:
    register = parse(
        """
        day_exceptions: [{day: 2026-11-18, open: false}, {day: 2026-11-21, open: true}]
        logs:
          - {kind: food_sample, from: 2026-11-16, to: 2026-11-22, except: [2026-11-17], done_by: a}
          - {kind: outdoor, day: 2026-11-22, done_by: b, amount: 100}
        """
    )
    samples = [log.day.day for log in register.logs if log.kind is LogKind.FOOD_SAMPLE]
    assert samples == [16, 19, 20, 21]
    assert register.log_starts == {
        LogKind.FOOD_SAMPLE: date(2026, 11, 16),
        LogKind.OUTDOOR: date(2026, 11, 22),
    }


@pytest.mark.parametrize(
    ("body", "where", "message"),
    [
        (
            "papers: [{kind: licence, number: 1, expires: null}]",
            "4: registers[0].papers[0].kind",
            "",
        ),
        ("papers:\n  - {kind: notice, number: 1}", "5:", "'expires' is missing"),
        ("papres: []", "4: registers[0].papres", "unknown key 'papres'"),
        ("drills:\n  - {kind: fire, held: '2026-02-30', attended: 1}", "5:", "not a day"),
        ("drills:\n  - {kind: fire, held: 2026-02-03, attended: -1}", "5:", "greater"),
        ("drills: [{kind: fire, held: 2026-02-03, attended: many}]", "4:", "integer"),
        ("logs: [{kind: outdoor, done_by: x}]", "4:", "give either"),
        ("logs: [{kind: outdoor, from: today, to: today-1d, done_by: x}]", "4:", "later"),
        ("logs: [{kind: outdoor, from: today-9y, to: today, done_by: x}]", "4:", "at most"),
        ("logs: [{kind: outdoor, day: today, except: [today], done_by: x}]", "4:", "belongs"),
        ('staff: [{number: 1, name: "a\\0b", role: cook}]', "4:", "control characters"),
        (
            "staff: [{number: 1, name: a, role: cook}, {number: 1, name: b, role: cook}]",
            "4:",
            "twice",
        ),
        ("hazards: [{number: 1, summary: x, opened: today, due: today-1d}]", "4:", "before"),
        (
            "child_months: [{month: today, entered: 1, entry_complete: 2, absences: 0,"
            " absences_explained: 0}]",
            "4:",
            "larger than its whole",
        ),
        ("papers: {}", "4:", "must be a list"),
        ("papers: [1]", "4:", "must be a mapping"),
    ],
)
def test_a_mistake_is_named_with_its_line(body: str, where: str, message: str) -> None:
    error = refused(body)
    assert error.where.startswith(f"r.yaml:{where}"), error
    assert message in error.message
    assert error.hint


def test_all_mistakes_are_listed_in_the_order_of_their_lines() -> None:
    error = refused("drills:\n  - {kind: x, held: y, attended: 1}\npanic_tests:\n  - {done: z}")
    lines = [line for line in error.message.splitlines() if line.startswith("r.yaml")]
    assert [line.split(":")[1] for line in lines] == ["5", "5", "7", "7"]


def test_relative_days_need_to_know_today() -> None:
    assert (
        "counts from today"
        in refused("panic_tests: [{done: today, connected: true}]", None).message
    )


def test_a_day_beyond_the_calendar_is_refused() -> None:
    error = refused("panic_tests: [{done: today+9999y, connected: true}]")
    assert "calendar" in error.message


def test_overlapping_ranges_are_refused() -> None:
    error = refused(
        "logs:\n  - {kind: outdoor, from: today-9d, to: today, done_by: a}\n"
        "  - {kind: outdoor, day: today-3d, done_by: b}"
    )
    assert error.where.startswith("r.yaml:6")
    assert "2026-11-20 appears twice" in error.message


def test_two_registers_of_one_institution_are_refused() -> None:
    text = "version: 1\nregisters:\n  - institution: a\n  - institution: a\n"
    with pytest.raises(ConfigError, match="two registers"):
        parse_registers(parse_document(text, "r.yaml"))


@pytest.mark.parametrize("text", ["", "[]", "1", "version: 2\nregisters: []", "registers: []"])
def test_what_is_no_register_file_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"mapping|1|missing"):
        parse_registers(parse_document(text, "r.yaml"))


def test_json_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text('{"version": 1, "registers": [{"institution": "a", "papers": []}]}', "utf-8")
    assert load_registers(path) == (Register("a"),)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        load_registers(tmp_path / "none.yaml")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 4000))
def test_the_demonstration_loads_on_any_day(offset: int) -> None:
    registers = load_registers(DEMO, date(2025, 1, 1) + timedelta(days=offset))
    assert [item.institution_id for item in registers] == ["sunshine", "riverside", "maple"]
    for register in registers:
        keys = [(type(entry), entry_key(entry)) for entry in register.entries()]
        assert len(keys) == len(set(keys))


@given(st.lists(st.tuples(st.sampled_from(LogKind), st.dates())))
def test_log_starts_are_the_earliest_days(found: list[tuple[LogKind, date]]) -> None:
    starts = log_starts(tuple(DailyLog(kind, day, "x") for kind, day in found))
    for kind, day in found:
        assert starts[kind] <= day
    assert all((kind, day) in found for kind, day in starts.items())
