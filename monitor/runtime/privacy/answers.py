"""Written answers to requests, known by the hash that is printed on them."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConflictError
from monitor.domain.text import Language, Text
from monitor.inspections.reports.request_answer import AnswerFacts, render_answer, rooms_of
from monitor.runtime.notices import address_of
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.issued_reports import IssuedReports
from monitor.store.request_views import RequestDetail

KIND = "answer"
"""What an answer is called among the reports that were handed out."""


class AnswerDesk:
    """Writes answers."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._issued = IssuedReports(database)
        self._settings = settings
        self._clock = clock

    def write(
        self,
        detail: RequestDetail,
        institution: Text,
        rooms: Sequence[Text],
        language: Language,
        actor: Actor,
    ) -> bytes:
        """Return the answer to a request as a PDF, and write down that it was handed out.

        Raises:
            ConflictError: it was not decided yet, or its personal data were erased.
        """
        request = detail.request
        if request.verdict is None or request.decided is None:
            raise ConflictError(
                Text("还没有决定", "this was not decided yet"), where=f"request {request.number}"
            )
        if detail.particulars is None or detail.ruling is None:
            raise ConflictError(
                Text("这个请求中的个人信息已删除", "the personal data of this request were erased"),
                where=f"request {request.number}",
            )
        facts = AnswerFacts(
            district=self._settings.district.name.text(),
            institution=institution,
            rooms=rooms_of(rooms),
            request=request,
            particulars=detail.particulars,
            ruling=detail.ruling,
            verdict=request.verdict,
            decided=request.decided,
            timezone=self._settings.district.timezone,
        )
        made = render_answer(facts, language, address_of(self._settings))
        scope = Scope(ScopeKind.INSTITUTION, request.institution_id)
        self._issued.issue(
            DISTRICT if request.confidential else scope,
            made.sha256,
            KIND,
            request.number,
            request.decided,
            actor,
            utc_now(self._clock),
        )
        return made.content
