"""What a schema cannot say: ids used twice, cameras where none may be, rules that do not exist."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from pathlib import Path

from monitor.documents import Complaint, Location
from monitor.domain.errors import ConfigError
from monitor.domain.geometry import Polygon
from monitor.domain.places import PRIVATE_ROOMS, RoomType
from monitor.domain.text import Text
from monitor.settings.addresses import address_mistake
from monitor.settings.gb28181 import GbPart, is_gb28181, problem_with
from monitor.settings.notify_checks import notify_complaints
from monitor.settings.rule_checks import rule_complaints
from monitor.settings.schema import (
    CalibrationPart,
    CameraPart,
    Corners,
    LinePart,
    RoomPart,
    Settings,
    ZonePart,
)
from monitor.store.address import address_of
from monitor.streams.reach import Reach

_SMALLEST_AREA = 0.0001
_SHORTEST_LINE = 0.02
_KINDS = {
    "channel": "渠道",
    "institution": "机构",
    "room": "房间",
    "camera": "摄像机",
}
_RENAME = Text("给其中一个改名", "rename one of them")
_CORNERS = (
    Text("这个多边形没有面积", "the polygon encloses no area"),
    Text("按顺序填写各个角", "give its corners in order"),
)


def complaints(settings: Settings, folder: Path) -> Iterator[Complaint]:
    """Yield every mistake that spans more than one value; ``folder`` is the file's own."""
    yield from _twice(settings)
    yield from _database(settings)
    yield from rule_complaints(settings.rules, ("rules",))
    if settings.sources.unreadable_certificates(folder):
        yield Complaint(
            ("sources", "certificates"),
            Text(
                f"{settings.sources.certificates} 不能作为证书读取",
                f"{settings.sources.certificates} cannot be read as certificates",
            ),
            Text(
                "请写 PEM 文件：-----BEGIN CERTIFICATE----- …",
                "name a PEM file: -----BEGIN CERTIFICATE----- …",
            ),
        )
    for i, institution in enumerate(settings.institutions):
        rooms = {room.id for room in institution.rooms}
        yield from rule_complaints(institution.rules, ("institutions", i, "rules"))
        for j, room in enumerate(institution.rooms):
            yield from _room(room, rooms, ("institutions", i, "rooms", j))
            yield from _sources(
                room, settings.sources.reach(), folder, ("institutions", i, "rooms", j)
            )
            yield from _gb28181(room, settings.gb28181, ("institutions", i, "rooms", j))
    for index, device in settings.gb28181.twice() if settings.gb28181 else ():
        yield Complaint(
            ("gb28181", "devices", index, "id"),
            Text(f"设备 {device} 列了两次", f"device {device} is listed twice"),
            Text("删除其中一个", "remove one of the two"),
        )
    yield from notify_complaints(settings.notify, {item.id for item in settings.institutions})


def _twice(settings: Settings) -> Iterator[Complaint]:
    seen: dict[tuple[str, str], Location] = {}

    def check(kind: str, identifier: str, location: Location) -> Iterator[Complaint]:
        key = (kind, identifier)
        if key in seen:
            yield Complaint(
                (*location, "id"),
                Text(
                    f"{_KINDS[kind]}编号“{identifier}”用了两次",
                    f"{kind} id '{identifier}' is used twice",
                ),
                Text(
                    f"全区每个{_KINDS[kind]}的编号都要不同",
                    f"give each {kind} of the district an id of its own",
                ),
            )
        seen[key] = location

    for index, channel in enumerate(settings.notify.channels):
        yield from check("channel", channel.id, ("notify", "channels", index))
    for i, institution in enumerate(settings.institutions):
        at: Location = ("institutions", i)
        yield from check("institution", institution.id, at)
        for j, room in enumerate(institution.rooms):
            yield from check("room", room.id, (*at, "rooms", j))
            for k, camera in enumerate(room.cameras):
                yield from check("camera", camera.id, (*at, "rooms", j, "cameras", k))


def _database(settings: Settings) -> Iterator[Complaint]:
    url = settings.service.database_url
    try:
        if url is not None:
            address_of(url.get_secret_value())
    except ConfigError as error:
        yield Complaint(("service", "database_url"), error.text, error.advice)


def private_complaints(kind: RoomType, at: Location) -> Iterator[Complaint]:
    """Yield a complaint if no camera may be in a room of this type."""
    if kind in PRIVATE_ROOMS:
        yield Complaint(
            at,
            Text(
                "盥洗室、更衣室、哺乳室内不得安装摄像机（国务院令第 799 号第八条）",
                f"no camera may be in a {kind} (State Council Order 799, article 8)",
            ),
            Text(
                "删除这台摄像机；盥洗室由走廊中的摄像机照看门口",
                "remove the camera; a washroom is watched at its doorway, from the corridor",
            ),
        )


def _room(room: RoomPart, rooms: Collection[str], at: Location) -> Iterator[Complaint]:
    if room.cameras:
        yield from private_complaints(room.type, (*at, "cameras"))
    if room.class_type is not None and room.type not in (RoomType.ACTIVITY, RoomType.NAP):
        yield Complaint(
            (*at, "class"),
            Text(f"{room.type} 类型的房间没有班型", f"a {room.type} has no class"),
            Text("删除 class，或修改 type", "remove 'class', or change 'type'"),
        )
    yield from rule_complaints(room.rules, (*at, "rules"))
    for index, camera in enumerate(room.cameras):
        yield from _camera(camera, (*at, "cameras", index))
        for number, line in enumerate(camera.lines):
            yield from _goal(line, room.id, rooms, (*at, "cameras", index, "lines", number))


def _goal(line: LinePart, home: str, rooms: Collection[str], at: Location) -> Iterator[Complaint]:
    if line.leads_to == home:
        yield Complaint(
            (*at, "leads_to"),
            Text(f"线“{line.id}”通向它自己的房间", f"line '{line.id}' leads to its own room"),
            Text(
                "写另一侧的房间，或不写 leads_to",
                "name the room on the other side, or leave leads_to out",
            ),
        )
    elif line.leads_to is not None and line.leads_to not in rooms:
        yield Complaint(
            (*at, "leads_to"),
            Text(
                f"这个机构没有房间“{line.leads_to}”",
                f"there is no room '{line.leads_to}' in this institution",
            ),
            Text(
                "写本机构某个房间的编号，或不写 leads_to",
                "use the id of one of its rooms, or leave leads_to out",
            ),
        )


def _camera(camera: CameraPart, at: Location) -> Iterator[Complaint]:
    yield from camera_complaints(camera.zones, camera.calibration, at)
    yield from line_complaints(camera.lines, at)
    yield from blind_complaints(camera.blind, at)


def _gb28181(room: RoomPart, part: GbPart | None, at: Location) -> Iterator[Complaint]:
    for index, camera in enumerate(room.cameras):
        for key, secret in (("url", camera.url), ("substream", camera.substream)):
            url = secret.get_secret_value() if secret is not None else ""
            if is_gb28181(url):
                problem = problem_with(url, part)
                if problem is not None:
                    yield Complaint((*at, "cameras", index, key), *problem)


def line_complaints(lines: tuple[LinePart, ...], at: Location) -> Iterator[Complaint]:
    """Yield what is wrong with the lines of the camera at ``at``."""
    names: set[str] = set()
    for index, line in enumerate(lines):
        where = (*at, "lines", index)
        if line.id in names:
            yield Complaint(
                (*where, "id"),
                Text(f"线“{line.id}”定义了两次", f"line '{line.id}' is defined twice"),
                _RENAME,
            )
        names.add(line.id)
        if math.dist(line.start, line.end) < _SHORTEST_LINE:
            yield Complaint(
                (*where, "to"),
                Text(f"线“{line.id}”太短", f"line '{line.id}' is too short to be crossed"),
                Text("画满整个门口的宽度", "draw it across the whole doorway"),
            )


def blind_complaints(blind: tuple[Corners, ...], at: Location) -> Iterator[Complaint]:
    """Yield what is wrong with the blind areas of the camera at ``at``."""
    for index, corners in enumerate(blind):
        if Polygon(corners).area() < _SMALLEST_AREA:
            yield Complaint((*at, "blind", index), *_CORNERS)


def camera_complaints(
    zones: tuple[ZonePart, ...], calibration: CalibrationPart | None, at: Location
) -> Iterator[Complaint]:
    """Yield what is wrong with the zones and the calibration of the camera at ``at``."""
    if calibration is not None and (problem := calibration.complain()):
        yield Complaint(
            (*at, "calibration"),
            problem,
            Text("见 docs/how-to/calibrate.md", "see docs/how-to/calibrate.md"),
        )
    names: set[str] = set()
    for index, zone in enumerate(zones):
        where = (*at, "zones", index)
        if zone.id in names:
            yield Complaint(
                (*where, "id"),
                Text(f"区域“{zone.id}”定义了两次", f"zone '{zone.id}' is defined twice"),
                _RENAME,
            )
        names.add(zone.id)
        if Polygon(zone.polygon).area() < _SMALLEST_AREA:
            yield Complaint((*where, "polygon"), *_CORNERS)


def _sources(room: RoomPart, reach: Reach, folder: Path, at: Location) -> Iterator[Complaint]:
    for index, camera in enumerate(room.cameras):
        for key, secret in (("url", camera.url), ("substream", camera.substream)):
            if secret is not None:
                wrong = address_mistake(secret.get_secret_value(), reach, folder)
                if wrong is not None:
                    yield Complaint((*at, "cameras", index, key), *wrong)
