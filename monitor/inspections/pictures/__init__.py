"""Pictures of figures, as SVG that stands on a page and on paper alike.

Each has a title and a description for those who do not see it, and the same figures as a table.
Colours are attributes, so that paper has them, and classes, so that a page can have its own.
"""

from monitor.inspections.pictures.bars import Bar, bars
from monitor.inspections.pictures.drawing import Picture, Table
from monitor.inspections.pictures.heat import Cell, HeatRow, heat
from monitor.inspections.pictures.lines import Series, lines

__all__ = ["Bar", "Cell", "HeatRow", "Picture", "Series", "Table", "bars", "heat", "lines"]
