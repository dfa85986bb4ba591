"""Visits as an iCalendar feed (RFC 5545): whole days, folded lines, escaped text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_LONGEST_OCTETS = 75


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A visit on a day; ``version`` grows with each change, so that calendars take it over."""

    uid: str
    day: date
    title: str
    place: str
    description: str
    version: int
    updated: datetime
    cancelled: bool = False


def render_calendar(name: str, events: Iterable[CalendarEvent]) -> bytes:
    """Return a calendar in UTF-8; the same events give the same bytes."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Kanhu//Inspections//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return b"".join(folded + b"\r\n" for line in lines for folded in _folded(line))


def _event(event: CalendarEvent) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"DTSTAMP:{event.updated:%Y%m%dT%H%M%SZ}"
    yield f"LAST-MODIFIED:{event.updated:%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{event.version}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(event.title)}"
    if event.place:
        yield f"LOCATION:{_text(event.place)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    yield f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}"
    yield "TRANSP:TRANSPARENT"
    if not event.cancelled:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(event.title)}"
        yield "TRIGGER:-PT7H"  # at 17:00 of the day before
        yield "END:VALARM"
    yield "END:VEVENT"


def _text(value: str) -> str:
    plain = "".join(char for char in value if char == "\n" or char.isprintable())
    for char, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(char, escaped)
    return plain


def _folded(line: str) -> Iterator[bytes]:
    """Yield the pieces of a line, none longer than 75 octets, cut between characters."""
    piece = b""
    for char in line:
        octets = char.encode("utf-8", "replace")
        if len(piece) + len(octets) > _LONGEST_OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
