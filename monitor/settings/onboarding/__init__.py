"""A district's cameras by spreadsheet: template, trial, and the change to the district's file.

One row is one camera; institution and room are repeated on each, or named once and then by name
or id alone. Blank cells leave what the file says. What people wrote into the file by hand, and
their comments, stay as they are.
"""

from monitor.settings.onboarding.sheet import write_template
from monitor.settings.onboarding.trial import Trial, apply_sheet, try_sheet

__all__ = ["Trial", "apply_sheet", "try_sheet", "write_template"]
