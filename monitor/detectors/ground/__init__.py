"""The floor as a camera sees it: from pixels to metres."""

from monitor.detectors.ground.agreement import Agreement
from monitor.detectors.ground.fit import PlaneFit, Stature, fit_plane
from monitor.detectors.ground.plane import GroundPlane, ground_plane_of

__all__ = ["Agreement", "GroundPlane", "PlaneFit", "Stature", "fit_plane", "ground_plane_of"]
