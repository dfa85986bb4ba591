"""The district's roll-up of a month or of a year: from facts to figures, pure."""

from monitor.inspections.rollup.facts import DistrictFacts
from monitor.inspections.rollup.figures import Rollup, RollupKind
from monitor.inspections.rollup.sums import roll_up

__all__ = ["DistrictFacts", "Rollup", "RollupKind", "roll_up"]
