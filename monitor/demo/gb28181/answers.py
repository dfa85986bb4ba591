"""The documents that a simulated recorder sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from xml.sax.saxutils import escape

from monitor.demo.gb28181.plan import NvrPlan, Quirks, SimulatedChannel
from monitor.streams.gb28181.manscdp import Interval


def pages(
    kind: str, command: str, sn: str, device: str, items: Sequence[str], quirks: Quirks
) -> list[bytes]:
    """Return the messages that list ``items``, a page in each; at least one."""
    cut = [items[at : at + quirks.page] for at in range(0, len(items), quirks.page)] or [items]
    total = "" if quirks.no_total else f"<SumNum>{len(items)}</SumNum>"
    documents = [
        _document(
            "Response",
            command,
            sn,
            device,
            f'<Name>NVR</Name>{total}<{kind} Num="{len(page)}">{"".join(page)}</{kind}>',
        )
        for page in cut
    ]
    return [item for item in documents for _ in range(2)] if quirks.repeat_pages else documents


def catalogue_items(plan: NvrPlan, quirks: Quirks) -> list[str]:
    """Return the entries of the recorder's catalogue."""
    return [_channel(channel, plan.id, quirks.bare_ampersand) for channel in plan.channels]


def record_items(
    channel: SimulatedChannel, start: datetime, end: datetime, zone: tzinfo
) -> list[str]:
    """Return the entries of what is recorded between two moments."""
    found = [item for item in channel.recorded if item.start < end and item.end > start]
    return [_record(channel, item, zone) for item in found]


def keepalive(plan: NvrPlan, sn: int) -> bytes:
    """Return a sign of life."""
    return _document("Notify", "Keepalive", str(sn), plan.id, "<Status>OK</Status>")


def alarm(plan: NvrPlan, channel: str, sn: int) -> bytes:
    """Return an alarm of a channel: method 5 (video), crossing of a line."""
    now = datetime.now(UTC).astimezone(plan.zone)
    return _document(
        "Notify",
        "Alarm",
        str(sn),
        channel,
        "<AlarmPriority>4</AlarmPriority><AlarmMethod>5</AlarmMethod>"
        f"<AlarmTime>{_local(now, plan.zone)}</AlarmTime><Info><AlarmType>5</AlarmType></Info>",
    )


def position(plan: NvrPlan, sn: int) -> bytes:
    """Return where the recorder stands, which no platform asked."""
    return _document(
        "Notify",
        "MobilePosition",
        str(sn),
        plan.id,
        "<Longitude>121.5</Longitude><Latitude>31.2</Latitude>",
    )


def file_ended(channel: str, sn: int) -> bytes:
    """Return the notice that a recording has been played to its end."""
    return _document("Notify", "MediaStatus", str(sn), channel, "<NotifyType>121</NotifyType>")


def _document(kind: str, command: str, sn: str, device: str, rest: str) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="GB2312"?>\r\n<{kind}><CmdType>{command}</CmdType>'
        f"<SN>{sn}</SN><DeviceID>{device}</DeviceID>{rest}</{kind}>\r\n"
    )
    return text.encode("gb18030")


def _channel(channel: SimulatedChannel, parent: str, bare: bool) -> str:
    name = f"{channel.name}&1" if bare else escape(channel.name)
    return (
        f"<Item><DeviceID>{channel.id}</DeviceID><Name>{name}</Name>"
        "<Manufacturer>Kanhu</Manufacturer><Model>Simulated</Model><Owner>Owner</Owner>"
        f"<CivilCode>{channel.id[:6]}</CivilCode><Address>Address</Address><Parental>0</Parental>"
        f"<ParentID>{parent}</ParentID><SafetyWay>0</SafetyWay><RegisterWay>1</RegisterWay>"
        f"<Secrecy>0</Secrecy><Status>{'ON' if channel.online else 'OFF'}</Status></Item>"
    )


def _record(channel: SimulatedChannel, item: Interval, zone: tzinfo) -> str:
    return (
        f"<Item><DeviceID>{channel.id}</DeviceID><Name>{escape(channel.name)}</Name>"
        f"<StartTime>{_local(item.start, zone)}</StartTime>"
        f"<EndTime>{_local(item.end, zone)}</EndTime><Secrecy>0</Secrecy><Type>time</Type></Item>"
    )


def _local(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
