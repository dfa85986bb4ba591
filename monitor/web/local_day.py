"""The district's own day, which registers and attendance go by."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from monitor.web.site import Site


def today_of(site: Site) -> date:
    """Return the district's local day."""
    return site.context.now().astimezone(_zone(site)).date()


def day_start(site: Site) -> datetime:
    """Return the moment at which the district's day began."""
    return datetime.combine(today_of(site), time(), _zone(site)).astimezone(UTC)


def _zone(site: Site) -> ZoneInfo:
    return ZoneInfo(site.context.settings.district.timezone)
