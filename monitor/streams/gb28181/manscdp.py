"""The queries that the platform sends and what devices answer (GB/T 28181, annex A)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from monitor.streams.gb28181.errors import XmlError
from monitor.streams.gb28181.ids import is_device_id
from monitor.streams.gb28181.xml import Element, parse_xml, write_xml

CONTENT_TYPE = "Application/MANSCDP+xml"
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})")
_LONGEST_TEXT = 128


@dataclass(frozen=True, slots=True)
class Notice:
    """A document of a device: ``kind`` is ``Notify``, ``Response`` …; ``sn`` its serial number."""

    kind: str
    command: str
    sn: str
    device: str
    root: Element


@dataclass(frozen=True, slots=True)
class Channel:
    """An entry of a device's catalogue. ``online`` as the device says; ``None`` if it does not."""

    id: str
    name: str
    online: bool | None
    maker: str = ""
    model: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch of time that is recorded: aware, ``start`` before ``end``."""

    start: datetime
    end: datetime


def parse_notice(body: bytes) -> Notice:
    """Return what a device says.

    Raises:
        XmlError: it is no MANSCDP document.
    """
    root = parse_xml(body)
    command = root.value("CmdType")
    if not command:
        raise XmlError("the document names no command")
    return Notice(root.tag, command[:32], root.value("SN")[:16], root.value("DeviceID")[:32], root)


def catalogue_query(sn: int, device: str) -> bytes:
    """Ask for everything that ``device`` has."""
    return write_xml("Query", [("CmdType", "Catalog"), ("SN", str(sn)), ("DeviceID", device)])


def record_query(sn: int, channel: str, start: datetime, end: datetime, zone: tzinfo) -> bytes:
    """Ask what of ``channel`` is recorded; devices reckon in local time without a zone."""
    return write_xml(
        "Query",
        [
            ("CmdType", "RecordInfo"),
            ("SN", str(sn)),
            ("DeviceID", channel),
            ("StartTime", _local(start, zone)),
            ("EndTime", _local(end, zone)),
            ("Secrecy", "0"),
            ("Type", "all"),
        ],
    )


def channels_of(root: Element) -> list[Channel]:
    """Return the entries of one catalogue message; those without a valid id are left out."""
    found = []
    for item in root.items("DeviceList"):
        identifier = item.value("DeviceID")
        if not is_device_id(identifier):
            continue
        status = item.value("Status").upper()
        found.append(
            Channel(
                id=identifier,
                name=item.value("Name")[:_LONGEST_TEXT],
                online=None if not status else status in ("ON", "OK", "ONLINE"),
                maker=item.value("Manufacturer")[:_LONGEST_TEXT],
                model=item.value("Model")[:_LONGEST_TEXT],
                parent=item.value("ParentID")[:_LONGEST_TEXT],
            )
        )
    return found


def intervals_of(root: Element, zone: tzinfo) -> list[Interval]:
    """Return the entries of one RecordInfo message; those without sane times are left out."""
    found = []
    for item in root.items("RecordList"):
        start = parse_time(item.value("StartTime"), zone)
        end = parse_time(item.value("EndTime"), zone)
        if start is not None and end is not None and start < end:
            found.append(Interval(start, end))
    return found


def merge(
    intervals: Iterable[Interval], *, within: timedelta = timedelta(seconds=1)
) -> list[Interval]:
    """Return ``intervals`` in order, joined where they overlap or lie no further apart."""
    merged: list[Interval] = []
    for item in sorted(intervals):
        if merged and item.start <= merged[-1].end + within:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, item.end))
        else:
            merged.append(item)
    return merged


def parse_time(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment that a device writes in its local time, or ``None``."""
    match = _TIME.match(text)
    if match is None:
        return None
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}").replace(tzinfo=zone)
    except ValueError:
        return None


def _local(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
