"""One mistake in a configuration file."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.documents import Location


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake: where in the document, what is wrong, what to do."""

    location: Location
    message: str
    hint: str
