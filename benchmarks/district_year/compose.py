"""Composes places and what happened in them; everything comes from the seed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from benchmarks.district_year.registers import compose_register
from benchmarks.district_year.year import (
    ZONE,
    AlertLine,
    CameraYear,
    DistrictYear,
    OnLine,
    PlaceYear,
    RoomNow,
    YearPlan,
    midnight,
)
from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity
from monitor.domain.geometry import Polygon
from monitor.domain.places import (
    CLASS_CAPACITY,
    Camera,
    ClassType,
    District,
    Institution,
    Line,
    LineKind,
    NoticeState,
    Room,
    RoomType,
    Side,
    Zone,
)
from monitor.domain.room_state import ViewFault
from monitor.domain.text import Text

_FIRST = "春夏秋冬晨星明月安乐康和欣悦童心蓝天白云青禾小树彩虹"
_LAST = (("托育园", "Nursery"), ("托育中心", "Child Care Centre"), ("亲子园", "Day Nursery"))
_COMMUNITIES = ("梅园街道", "竹园街道", "兰溪镇", "菊泉街道", "河滨街道", "南桥镇")
_CORNERS = ((0.1, 0.5), (0.9, 0.5), (0.9, 0.95))
_RULES: tuple[tuple[str, Severity, float], ...] = (
    ("unattended_child", Severity.HIGH, 0.30),
    ("crowding", Severity.MEDIUM, 0.35),
    ("ratio_breach", Severity.HIGH, 0.12),
    ("exit_alone", Severity.CRITICAL, 0.05),
    ("nap_check_overdue", Severity.HIGH, 0.10),
    ("view_lost", Severity.TECHNICAL, 0.08),
)
_HOUR = 3600.0


def compose(plan: YearPlan) -> DistrictYear:
    """Return the district of a plan and its year."""
    random = Random(plan.seed)
    institutions: list[Institution] = []
    rooms: list[Room] = []
    cameras: list[Camera] = []
    places: list[PlaceYear] = []
    for number in range(plan.institutions):
        institution = _institution(number, random, plan)
        own_rooms = _rooms(institution.id, random)
        own_cameras = [camera for room in own_rooms for camera in _cameras(room, random)]
        institutions.append(institution)
        rooms += own_rooms
        cameras += own_cameras
        places.append(_place(institution, own_rooms, own_cameras, random, plan))
    name = Text(zh="海棠区", en="Haitang District")
    district = District("haitang", name, ZONE, tuple(institutions), tuple(rooms), tuple(cameras))
    return DistrictYear(plan, district, tuple(places))


def _institution(number: int, random: Random, plan: YearPlan) -> Institution:
    zh, en = random.choice(_LAST)
    first = random.choice(_FIRST) + random.choice(_FIRST)
    states = (NoticeState.GRANTED,) * 17 + (
        NoticeState.EXPIRING,
        NoticeState.APPLYING,
        NoticeState.RECTIFICATION,
    )
    return Institution(
        id=f"place-{number:03d}",
        name=Text(zh=f"{first}{zh}", en=f"{en} {number + 1}"),
        community=random.choice(_COMMUNITIES),
        address=f"海棠路{number + 1}号",
        contact_name="园长",
        contact_phone=f"021-5555{number:04d}",
        notice_number=f"沪托备 2025-{number:04d}",
        notice_state=random.choice(states),
        notice_expires=plan.last + timedelta(days=random.randint(-10, 700)),
        approved_capacity=60,
    )


def _rooms(institution: str, random: Random) -> list[Room]:
    kinds = [ClassType.TODDLER, random.choice((ClassType.INFANT, ClassType.OLDER))]
    rooms = [
        Room(
            f"{institution}-{kind}",
            institution,
            Text(zh=f"{place}班", en=f"{kind} room"),
            RoomType.ACTIVITY,
            kind,
            CLASS_CAPACITY[kind],
            CLASS_CAPACITY[kind] + 4,
        )
        for place, kind in zip("甲乙", kinds, strict=True)
    ]
    rooms.append(
        Room(
            f"{institution}-nap",
            institution,
            Text(zh="睡眠室", en="nap room"),
            RoomType.NAP,
            ClassType.TODDLER,
            15,
            19,
        )
    )
    if random.random() < 0.6:
        kitchen = Text(zh="厨房", en="kitchen")
        rooms.append(Room(f"{institution}-kitchen", institution, kitchen, RoomType.KITCHEN))
    if random.random() < 0.4:
        yard = Text(zh="户外场地", en="yard")
        rooms.append(Room(f"{institution}-yard", institution, yard, RoomType.OUTDOOR))
    return rooms


def _cameras(room: Room, random: Random) -> list[Camera]:
    if room.type is RoomType.OUTDOOR and random.random() < 0.4:
        return []
    zones = (Zone("mat", Polygon(_CORNERS), capacity=8),)
    lines = (Line("gate", (0.1, 0.9), (0.4, 0.9), LineKind.EXIT, Side.LEFT),)
    return [
        Camera(
            f"{room.id}-{number}",
            room.id,
            Text(zh=f"{room.name.zh}{number}号", en=f"{room.name.en} {number}"),
            f"rtsp://127.0.0.1/{room.id}/{number}",
            zones=zones if room.type is RoomType.ACTIVITY else (),
            lines=lines if room.type is RoomType.ACTIVITY and number == 1 else (),
            enabled=number == 1 or random.random() < 0.9,
        )
        for number in range(1, random.randint(1, 2) + 1)
    ]


def _place(
    institution: Institution,
    rooms: list[Room],
    cameras: list[Camera],
    random: Random,
    plan: YearPlan,
) -> PlaceYear:
    care = random.betavariate(6, 2)
    reports = random.random() > 0.05
    watched = [camera for camera in cameras if camera.enabled]
    return PlaceYear(
        institution_id=institution.id,
        care=care,
        register=compose_register(institution.id, rooms, care, random, plan) if reports else None,
        cameras=tuple(_camera_year(camera, care, random, plan) for camera in watched),
        rooms=tuple(_room_now(room, random) for room in rooms if room.class_type is not None),
        alerts=tuple(_alerts(rooms, watched, care, random, plan)),
    )


def _camera_year(camera: Camera, care: float, random: Random, plan: YearPlan) -> CameraYear:
    start = midnight(plan.each_month[0])
    if random.random() < 0.05:  # connected later
        start += timedelta(hours=random.randint(24, 24 * 30 * plan.months - 48))
    stretches: list[OnLine] = []
    at = start
    while at < plan.now:
        up = at + timedelta(hours=random.expovariate(1 / (300 + 900 * care)) + 1)
        stretches.append(OnLine(at, min(up, plan.now), online=True))
        down = up + timedelta(hours=random.expovariate(1 / (30 - 24 * care)))
        if up < plan.now:
            stretches.append(OnLine(up, min(down, plan.now), online=False))
        at = down + timedelta(hours=12 if random.random() < 0.05 else 0)  # a time nobody knows of
    online = stretches[-1].online and stretches[-1].end == plan.now
    odd = random.random() < 0.06
    fault = random.choice((ViewFault.COVERED, ViewFault.DARK)) if odd and online else None
    gap = plan.now.date() - timedelta(days=random.randint(1, 200))
    days = (plan.now.date() - timedelta(days=back) for back in range(plan.footage_days))
    footage = tuple(day for day in days if day != gap)
    return CameraYear(
        camera.id, tuple(stretches), online, fault if online else ViewFault.OFFLINE, footage
    )


def _room_now(room: Room, random: Random) -> RoomNow:
    return RoomNow(
        room.id,
        adults=random.randint(0, 4),
        children=random.randint(0, 14),
        unknown=random.choice((0, 0, 0, 1)),
        full=random.random() < 0.9,
    )


def _alerts(
    rooms: list[Room], cameras: list[Camera], care: float, random: Random, plan: YearPlan
) -> list[AlertLine]:
    places = [room for room in rooms if any(camera.room_id == room.id for camera in cameras)]
    found = []
    waiting: set[tuple[str, str]] = set()
    for month in plan.each_month:
        for _ in range(int(random.expovariate(1 / (2 + 10 * (1 - care))))):
            raised = midnight(month) + timedelta(seconds=random.uniform(0, 27 * 24 * _HOUR))
            alert = _alert(random.choice(places), raised, random, plan.now)
            if not alert.state.ended:
                # Of one rule and place, never two are open at once.
                if (alert.rule, alert.room_id) in waiting:
                    alert = replace(alert, state=AlertState.RESOLVED)
                waiting.add((alert.rule, alert.room_id))
            found.append(alert)
    return sorted(found, key=lambda alert: alert.raised)


def _alert(room: Room, raised: datetime, random: Random, now: datetime) -> AlertLine:
    names = [rule for rule, _, _ in _RULES]
    rule = random.choices(names, [share for _, _, share in _RULES])[0]
    severity = next(level for name, level, _ in _RULES if name == rule)
    acknowledged = None
    state = AlertState.OPEN
    if random.random() < 0.97 or now - raised > timedelta(days=60):
        acknowledged = raised + timedelta(seconds=round(random.lognormvariate(4.0, 0.9), 3))
        state = random.choices(
            (AlertState.RESOLVED, AlertState.FALSE, AlertState.DRILL, AlertState.ACKNOWLEDGED),
            (80, 14, 3, 3),
        )[0]
    zone = "mat" if room.type is RoomType.ACTIVITY and rule == "crowding" else None
    return AlertLine(rule, room.id, zone, severity, raised, acknowledged, state)
