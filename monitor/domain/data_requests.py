"""Requests about personal data: of guardians, of people in the pictures, and of authorities.

``received → checked → decided → carried out → closed``: who asks is checked first, somebody other
than who took the request down decides, what was granted is carried out, and then it is closed. A
refused request is closed without being carried out; any that is not closed can be withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitor.domain.errors import ConflictError
from monitor.domain.exports import Faces
from monitor.domain.text import Text


class Requester(StrEnum):
    """Who asks. ``person`` is anybody else whose data they are, such as a carer."""

    GUARDIAN = "guardian"
    PERSON = "person"
    POLICE = "police"
    PROCURATORATE = "procuratorate"
    COURT = "court"
    HEALTH = "health"
    AUTHORITY = "authority"

    @property
    def official(self) -> bool:
        """Say whether it is an authority, which asks by an official letter."""
        return self not in (Requester.GUARDIAN, Requester.PERSON)


class Wish(StrEnum):
    """What is asked for: to see recordings or have a copy, or a right over other data."""

    VIEW = "view"
    COPY = "copy"
    ACCESS = "access"
    CORRECT = "correct"
    DELETE = "delete"
    EXPLAIN = "explain"

    @property
    def footage(self) -> bool:
        """Say whether it is about recorded video."""
        return self in (Wish.VIEW, Wish.COPY)


class Way(StrEnum):
    """How a request came in."""

    IN_PERSON = "in_person"
    LETTER = "letter"
    MAIL = "mail"
    PHONE = "phone"


class RequestState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    CHECKED = "checked"
    DECIDED = "decided"
    CARRIED_OUT = "carried_out"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def over(self) -> bool:
        """Say whether nothing is to be done any more."""
        return self in (RequestState.CLOSED, RequestState.WITHDRAWN)


class Verdict(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


class RequestAction(StrEnum):
    """What was done to a request."""

    RECORD = "record"
    CHECK = "check"
    DECIDE = "decide"
    CARRY_OUT = "carry_out"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    COMMENT = "comment"


_OPEN = tuple(state for state in RequestState if not state.over)
_TRANSITIONS: dict[RequestAction, tuple[tuple[RequestState, ...], RequestState | None]] = {
    RequestAction.CHECK: ((RequestState.RECEIVED,), RequestState.CHECKED),
    RequestAction.DECIDE: ((RequestState.CHECKED,), RequestState.DECIDED),
    RequestAction.CARRY_OUT: ((RequestState.DECIDED,), RequestState.CARRIED_OUT),
    RequestAction.CLOSE: ((RequestState.DECIDED, RequestState.CARRIED_OUT), RequestState.CLOSED),
    RequestAction.WITHDRAW: (_OPEN, RequestState.WITHDRAWN),
    RequestAction.COMMENT: (_OPEN, None),
}


def next_request_state(
    state: RequestState, action: RequestAction, verdict: Verdict | None
) -> RequestState:
    """Return the state after ``action``; ``verdict`` is what was decided before.

    Raises:
        ConflictError: the action does not fit the state.
    """
    if action not in fitting_request_actions(state, verdict):
        raise ConflictError(
            Text(
                f"状态为“{state}”的请求不能“{action}”",
                f"'{action}' does not fit a request that is '{state}'",
            ),
            where="action",
            hint=Text(
                "请重新载入请求：可能已有人先办理",
                "reload the request: somebody else may have been faster",
            ),
        )
    target = _TRANSITIONS[action][1]
    return state if target is None else target


def fitting_request_actions(
    state: RequestState, verdict: Verdict | None
) -> frozenset[RequestAction]:
    """Return what may be done to a request, whoever may do it.

    What was granted has to be carried out before it is closed, and what was refused never is.
    """
    fitting = {action for action, (allowed, _) in _TRANSITIONS.items() if state in allowed}
    if state is RequestState.DECIDED:
        fitting.discard(
            RequestAction.CARRY_OUT if verdict is Verdict.REFUSED else RequestAction.CLOSE
        )
    return frozenset(fitting)


@dataclass(frozen=True, slots=True)
class AnswerTimes:
    """In how many days requests are answered, and how many days ahead somebody is reminded."""

    persons: int = 15
    authorities: int = 5
    remind: int = 3

    def due(self, requester: Requester, received: date) -> date:
        """Return the last day on which a request is answered in time."""
        days = self.authorities if requester.official else self.persons
        return received + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class Particulars:
    """Who asks and why: the personal data of a request, erased when its time is over.

    ``proof`` says how the identity was shown, ``letter`` is the number of an official letter.
    """

    person: str
    unit: str
    contact: str
    proof: str
    letter: str
    purpose: str
    basis: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request to be taken down.

    ``rooms`` are ids and empty for the whole institution; ``start`` and ``end`` bound the time that
    is asked about. A ``confidential`` one is seen only by people of the whole district.
    """

    institution_id: str
    requester: Requester
    wish: Wish
    way: Way
    received: date
    particulars: Particulars
    rooms: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with its words in both languages; ``faces`` is what may be seen of others."""

    verdict: Verdict
    words: Text
    faces: Faces = Faces.BLURRED


@dataclass(frozen=True, slots=True)
class DataRequest:
    """One request as it stands, without anybody's name.

    ``due`` is the last day to answer it; ``erased`` is when its personal data went.
    """

    id: int
    number: str
    institution_id: str
    rooms: tuple[str, ...]
    requester: Requester
    wish: Wish
    way: Way
    confidential: bool
    state: RequestState
    verdict: Verdict | None
    faces: Faces
    received: date
    due: date
    start: datetime | None
    end: datetime | None
    recorded: datetime
    recorded_by_id: int | None
    decided: datetime | None
    ended: datetime | None
    erased: datetime | None
    version: int

    def late(self, today: date) -> int:
        """Return for how many days it should have been answered; 0 where it was, or may wait."""
        if self.state.over or self.state is RequestState.CARRIED_OUT:
            return 0
        return max(0, (today - self.due).days)

    @property
    def opens_footage(self) -> bool:
        """Say whether recordings may be shown for it now."""
        granted = self.verdict in (Verdict.GRANTED, Verdict.PARTLY)
        return granted and self.wish.footage and self.state is RequestState.DECIDED
