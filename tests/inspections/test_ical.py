"""The calendar feed follows RFC 5545, whatever names hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from monitor.inspections.ical import CalendarEvent, render_calendar

WHEN = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


def _event(title: str = "检查", *, cancelled: bool = False) -> CalendarEvent:
    return CalendarEvent(
        "visit-1@d", date(2026, 11, 30), title, "梅园路 18 号", "a\nb", 3, WHEN, cancelled
    )


def _unfolded(feed: bytes) -> list[str]:
    return feed.decode("utf-8").replace("\r\n ", "").split("\r\n")


def _plain(text: str) -> str:
    return "".join(char for char in text if char == "\n" or char.isprintable())


def _unescaped(value: str) -> str:
    found, escaped = "", False
    for char in value:
        if escaped:
            found += "\n" if char == "n" else char
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            assert char not in ",;"
            found += char
    return found


@given(st.text(max_size=300))
def test_any_title_survives_folding_and_escaping(title: str) -> None:
    feed = render_calendar("区", [_event(title)])
    assert all(len(line) <= 75 for line in feed.split(b"\r\n"))
    assert b"\n" not in feed.replace(b"\r\n", b"")
    summary = next(line for line in _unfolded(feed) if line.startswith("SUMMARY:"))
    valid = _plain(title).encode("utf-8", "replace").decode("utf-8")
    assert _unescaped(summary.removeprefix("SUMMARY:")) == valid


def test_a_visit_is_a_whole_day_and_reminds_the_afternoon_before() -> None:
    lines = _unfolded(render_calendar("区", [_event()]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20261130" in lines
    assert "DTEND;VALUE=DATE:20261201" in lines
    assert "DTSTAMP:20261102T013000Z" in lines
    assert "SEQUENCE:3" in lines
    assert "TRIGGER:-PT7H" in lines
    open_parts: list[str] = []
    for line in lines[:-1]:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            open_parts.append(value)
        elif name == "END":
            assert open_parts.pop() == value
    assert open_parts == []


def test_a_visit_called_off_says_so_and_does_not_remind() -> None:
    lines = _unfolded(render_calendar("区", [_event(cancelled=True)]))
    assert "STATUS:CANCELLED" in lines
    assert "BEGIN:VALARM" not in lines
