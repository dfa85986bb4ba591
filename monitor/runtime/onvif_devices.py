"""Which ONVIF devices are in the network, and which URL to write for each of their profiles."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote

from monitor.settings.onboarding.columns import Level
from monitor.settings.onboarding.sheet import Filling
from monitor.streams.failures import StreamError
from monitor.streams.onvif.device import DeviceFacts, Profile
from monitor.streams.onvif.discovery import Found, discover
from monitor.streams.onvif.source import device_at
from monitor.streams.reach import Reach

_AT_ONCE = 8
_PATIENCE = 5.0  # seconds for one call


@dataclass(frozen=True, slots=True)
class OnvifReport:
    """One device that answered; ``fault`` says why it does not tell what it has."""

    found: Found
    facts: DeviceFacts | None = None
    clock_offset: float | None = None
    profiles: tuple[Profile, ...] = ()
    snapshot: str = ""
    fault: str = ""

    def url(self, profile: Profile) -> str:
        """Return the URL of a camera by this profile, without credentials."""
        return f"{self.found.url}?profile={quote(profile.token, safe='')}"

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return {
            **asdict(self.found),
            "url": str(self.found.url),
            **(asdict(self.facts) if self.facts else {}),
            "clock_offset_s": self.clock_offset,
            "snapshot": self.snapshot,
            "fault": self.fault,
            "profiles": [{**asdict(item), "url": self.url(item)} for item in self.profiles],
        }


def discover_onvif(
    wait: float,
    reach: Reach,
    *,
    username: str = "",
    password: str = "",
    interface: str = "",
    to: tuple[str, int] | None = None,
) -> tuple[OnvifReport, ...]:
    """Ask the network, then each device that answered what it has; one sign-in for all.

    Devices outside ``reach`` are listed, but nothing is asked of them.
    """
    found = discover(wait, interface=interface, **({"to": to} if to else {}))

    def ask(device: Found) -> OnvifReport:
        return _report(device, reach, username, password)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return tuple(pool.map(ask, found))


def fillings(reports: tuple[OnvifReport, ...], username: str) -> Iterator[Filling]:
    """Yield one row of the import spreadsheet a device: largest picture, smallest for analysis."""
    for report in reports:
        if not report.profiles:
            continue
        row: Filling = {
            (Level.CAMERA, "name"): report.found.name or report.found.host,
            (Level.CAMERA, "url"): report.url(report.profiles[0]),
        }
        if len(report.profiles) > 1:
            row[Level.CAMERA, "substream"] = report.url(report.profiles[-1])
        if username:
            row[Level.CAMERA, "username"] = username
        yield row


def _report(found: Found, reach: Reach, username: str, password: str) -> OnvifReport:
    try:
        url = reach.pinned(replace(found.url, username=username, password=password))
        device = device_at(url, _PATIENCE)
        offset = device.clock_offset()
        profiles = device.profiles()
        return OnvifReport(
            found,
            device.facts(),
            None if offset is None else round(offset, 1),
            profiles,
            device.snapshot_uri(profiles[0].token) if profiles else "",
        )
    except StreamError as error:
        return OnvifReport(found, fault=error.text.en)
