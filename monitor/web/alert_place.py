"""What is known of the place of an alert: its zones, its people, and what happened there before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.domain.alerts import AlertState
from monitor.domain.places import Zone
from monitor.domain.registers import StaffMember, StaffRole
from monitor.store.alert_views import AlertView
from monitor.web.directory import Directory
from monitor.web.floor_plan import HEIGHT, WIDTH, DrawnArea, FloorPlan, floor_plans
from monitor.web.local_day import today_of
from monitor.web.site import Site
from monitor.web.visitor import Visitor

BEFORE = timedelta(days=30)
_TO_CALL = (StaffRole.MANAGER, StaffRole.HEALTH_WORKER, StaffRole.GUARD)
_MOST_CALLED = 8


@dataclass(frozen=True, slots=True)
class AlertPlace:
    """Plans of the floor, zones in the picture, people to call, verdicts on the last alerts."""

    plans: tuple[FloorPlan, ...]
    sketch: tuple[DrawnArea, ...]
    staff: tuple[StaffMember, ...]
    verdicts: Mapping[AlertState, int]

    @property
    def total(self) -> int:
        """Return how many alerts the room had lately."""
        return sum(self.verdicts.values())

    def count(self, state: str) -> int:
        """Return how many of them ended in ``state``."""
        return self.verdicts.get(AlertState(state), 0)


def place_of(
    site: Site, visitor: Visitor, alert: AlertView, directory: Directory, camera: str | None
) -> AlertPlace:
    """Return what the page of an alert tells of its place."""
    spot = directory.spots.get(camera or "")
    since = site.context.now() - BEFORE
    tracks = alert.evidence.get("tracks", ())
    settings = site.context.settings
    return AlertPlace(
        plans=floor_plans(settings, alert.room_id, directory, tracks, camera, alert.zone_id),
        sketch=sketch(spot.camera.zones, alert.zone_id) if spot else (),
        staff=_staff(site, visitor, alert.institution_id),
        verdicts=site.alerts.verdicts(visitor.scope, alert.room_id, since),
    )


def sketch(zones: Sequence[Zone], meant: str | None) -> tuple[DrawnArea, ...]:
    """Return zones to be drawn, the one that is ``meant`` last, so that nothing covers it."""
    drawn = []
    for zone in zones:
        corners = [(x * WIDTH, y * HEIGHT) for x, y in zone.polygon.points]
        drawn.append(
            DrawnArea(
                zone.id,
                " ".join(f"{x:.1f},{y:.1f}" for x, y in corners),
                round(sum(x for x, _ in corners) / len(corners), 1),
                round(sum(y for _, y in corners) / len(corners), 1),
                zone.id == meant,
            )
        )
    return tuple(sorted(drawn, key=lambda zone: zone.meant))


def _staff(site: Site, visitor: Visitor, institution_id: str) -> tuple[StaffMember, ...]:
    kept = site.registers.entries(visitor.scope, institution_id, "staff")
    found = [
        item.entry
        for item in kept
        if isinstance(item.entry, StaffMember)
        and item.entry.role in _TO_CALL
        and item.entry.employed(today_of(site))
        and not item.entry.banned
    ]
    return tuple(sorted(found, key=lambda item: (_TO_CALL.index(item.role), item.name)))[
        :_MOST_CALLED
    ]
