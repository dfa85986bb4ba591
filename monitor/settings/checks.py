"""What a schema cannot say: ids used twice, cameras where none may be, rules that do not exist."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from monitor.detectors.rules import parse_parameters
from monitor.documents import Location
from monitor.domain.errors import ConfigError, KanhuError
from monitor.domain.geometry import Polygon
from monitor.domain.places import PRIVATE_ROOMS, RoomType
from monitor.settings.complaint import Complaint
from monitor.settings.gb28181 import GbPart, is_gb28181, problem_with
from monitor.settings.notify_checks import notify_complaints
from monitor.settings.schema import (
    CalibrationPart,
    CameraPart,
    Corners,
    LinePart,
    RoomPart,
    Settings,
    ZonePart,
)
from monitor.streams.catalogue import schemes, serves
from monitor.streams.reach import Reach
from monitor.streams.url import UrlError, parse_url
from monitor.streams.whip.server import SCHEME as WHIP
from monitor.streams.whip.server import token_of

_SMALLEST_AREA = 0.0001
_SHORTEST_LINE = 0.02


def complaints(settings: Settings, folder: Path) -> Iterator[Complaint]:
    """Yield every mistake that spans more than one value; ``folder`` is the file's own."""
    yield from _twice(settings)
    yield from rule_complaints(settings.rules, ("rules",))
    if settings.sources.unreadable_certificates(folder):
        yield Complaint(
            ("sources", "certificates"),
            f"{settings.sources.certificates} cannot be read as certificates",
            "name a PEM file: -----BEGIN CERTIFICATE----- …",
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
            f"device {device} is listed twice",
            "remove one of the two",
        )
    yield from notify_complaints(settings.notify, {item.id for item in settings.institutions})


def _twice(settings: Settings) -> Iterator[Complaint]:
    seen: dict[tuple[str, str], Location] = {}

    def check(kind: str, identifier: str, location: Location) -> Iterator[Complaint]:
        key = (kind, identifier)
        if key in seen:
            yield Complaint(
                (*location, "id"),
                f"{kind} id '{identifier}' is used twice",
                f"give each {kind} of the district an id of its own",
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


def _room(room: RoomPart, rooms: Collection[str], at: Location) -> Iterator[Complaint]:
    if room.cameras and room.type in PRIVATE_ROOMS:
        yield Complaint(
            (*at, "cameras"),
            f"no camera may be in a {room.type} (State Council Order 799, article 8)",
            "remove the camera; a washroom is watched at its doorway, from the corridor",
        )
    if room.class_type is not None and room.type not in (RoomType.ACTIVITY, RoomType.NAP):
        yield Complaint(
            (*at, "class"), f"a {room.type} has no class", "remove 'class', or change 'type'"
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
            f"line '{line.id}' leads to its own room",
            "name the room on the other side, or leave leads_to out",
        )
    elif line.leads_to is not None and line.leads_to not in rooms:
        yield Complaint(
            (*at, "leads_to"),
            f"there is no room '{line.leads_to}' in this institution",
            "use the id of one of its rooms, or leave leads_to out",
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
                yield from _caught(partial(_listed, url, part), (*at, "cameras", index, key))


def _listed(url: str, part: GbPart | None) -> None:
    problem = problem_with(url, part)
    if problem is not None:
        raise ConfigError(problem[0], hint=problem[1])


def line_complaints(lines: tuple[LinePart, ...], at: Location) -> Iterator[Complaint]:
    """Yield what is wrong with the lines of the camera at ``at``."""
    names: set[str] = set()
    for index, line in enumerate(lines):
        where = (*at, "lines", index)
        if line.id in names:
            yield Complaint(
                (*where, "id"), f"line '{line.id}' is defined twice", "rename one of them"
            )
        names.add(line.id)
        if math.dist(line.start, line.end) < _SHORTEST_LINE:
            yield Complaint(
                (*where, "to"),
                f"line '{line.id}' is too short to be crossed",
                "draw it across the whole doorway",
            )


def blind_complaints(blind: tuple[Corners, ...], at: Location) -> Iterator[Complaint]:
    """Yield what is wrong with the blind areas of the camera at ``at``."""
    for index, corners in enumerate(blind):
        if Polygon(corners).area() < _SMALLEST_AREA:
            yield Complaint(
                (*at, "blind", index),
                "the polygon encloses no area",
                "give its corners in order",
            )


def camera_complaints(
    zones: tuple[ZonePart, ...], calibration: CalibrationPart | None, at: Location
) -> Iterator[Complaint]:
    """Yield what is wrong with the zones and the calibration of the camera at ``at``."""
    if calibration is not None and (problem := calibration.complain()):
        yield Complaint((*at, "calibration"), problem, "see docs/how-to/calibrate.md")
    names: set[str] = set()
    for index, zone in enumerate(zones):
        where = (*at, "zones", index)
        if zone.id in names:
            yield Complaint(
                (*where, "id"), f"zone '{zone.id}' is defined twice", "rename one of them"
            )
        names.add(zone.id)
        if Polygon(zone.polygon).area() < _SMALLEST_AREA:
            yield Complaint(
                (*where, "polygon"), "the polygon encloses no area", "give its corners in order"
            )


def _sources(room: RoomPart, reach: Reach, folder: Path, at: Location) -> Iterator[Complaint]:
    for index, camera in enumerate(room.cameras):
        for key, secret in (("url", camera.url), ("substream", camera.substream)):
            if secret is not None:
                check = partial(check_source, secret.get_secret_value(), reach, folder)
                yield from _caught(check, (*at, "cameras", index, key))


def check_source(url: str, reach: Reach, folder: Path) -> None:
    """Check a camera URL; ``folder`` is where relative files start.

    Raises:
        UrlError: it is not well-formed, nothing serves its scheme, or it leads too far.
    """
    parsed = parse_url(url, folder)
    if not serves(parsed.scheme):
        raise UrlError(
            f"没有这种地址:“{parsed.scheme}:”",
            f"no source serves '{parsed.scheme}:' URLs",
            hint=f"use one of: {', '.join(schemes())}",
        )
    if parsed.scheme == WHIP:
        token_of(parsed)
    reach.check(parsed)


def rule_complaints(rules: dict[str, dict[str, object]], at: Location) -> Iterator[Complaint]:
    """Yield what is wrong with the parameters of rules found at ``at``."""
    for name, parameters in rules.items():
        yield from _caught(
            partial(parse_parameters, name, parameters, where=""),
            (*at, name),
        )


def _caught(check: Callable[[], object], at: Location) -> Iterator[Complaint]:
    try:
        check()
    except KanhuError as error:
        yield Complaint(at, error.message, error.hint or "correct the value")
