"""Does the service run with the configuration that is saved? For the system page and health."""

from __future__ import annotations

from enum import StrEnum

from monitor.runtime.config_desk import ConfigDesk
from monitor.store.config_running import RunningConfigs
from monitor.web.site import Site


class ConfigState(StrEnum):
    """How what runs stands to what is saved."""

    SAVED = "saved"
    """Every process runs with what is saved."""
    LATE = "late"
    """A process runs with an earlier version."""
    NEXT_START = "next_start"
    """Parts of what is saved take effect at the next start."""
    BY_HAND = "by_hand"
    """The file was changed by hand, and that is not in force."""
    UNKNOWN = "unknown"
    """There is no file, or nothing has been said of what runs."""


def config_state(site: Site) -> ConfigState:
    """Return how what runs stands to what is saved."""
    desk: ConfigDesk | None = site.configuration
    in_force = None if desk is None else desk.versions.newest(in_force=True)
    running = RunningConfigs(site.context.database).all()
    if desk is None or in_force is None or not running:
        return ConfigState.UNKNOWN
    if any(item.config_version != in_force.config_version for item in running):
        return ConfigState.LATE
    if desk.on_disk() != in_force.config_version:
        return ConfigState.BY_HAND
    if any(item.waits for item in running):
        return ConfigState.NEXT_START
    return ConfigState.SAVED
