"""From boxes in single frames to people over time, on one camera."""

from monitor.detectors.tracking.tracker import Tracker, TrackerSettings

__all__ = ["Tracker", "TrackerSettings"]
