"""Types of what comes in by URL: whatever does not look like an id never reaches the database."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

_PLACE = r"^[A-Za-z0-9_.-]{1,64}$"
_PLACE_OR_NOTHING = r"^[A-Za-z0-9_.-]{0,64}$"
_LARGEST_ID = 2**63 - 1

RowId = Annotated[int, Path(ge=1, le=_LARGEST_ID)]
"""Id of a stored row, in the path."""

PlaceId = Annotated[str, Path(pattern=_PLACE)]
"""Id of an institution, room or camera, in the path."""

PlaceFilter = Annotated[str, Query(pattern=_PLACE_OR_NOTHING)]
"""Id of a place or a rule to filter by; empty means any."""

AskedFor = Annotated[int, Query(alias="request", ge=0, le=_LARGEST_ID)]
"""Id of the request about personal data that something is looked at for; 0 is none."""

SessionId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
"""Id of a live session, in the path."""

FeedPosition = Annotated[int | None, Query(ge=0, le=_LARGEST_ID)]
"""Id of the last feed entry that the caller knows."""
