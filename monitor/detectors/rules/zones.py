"""Which cameras see the zones that a rule is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor.domain.places import Camera, Zone


def cameras_of_zones(
    cameras: Sequence[Camera], wanted: Callable[[Zone], bool]
) -> Mapping[str, frozenset[str]]:
    """Return the cameras in use that see each wanted zone, by the zone's id, in its order."""
    seen_by: dict[str, set[str]] = {}
    for camera in cameras:
        for zone in camera.zones if camera.enabled else ():
            if wanted(zone):
                seen_by.setdefault(zone.id, set()).add(camera.id)
    return {zone_id: frozenset(seen_by[zone_id]) for zone_id in sorted(seen_by)}
