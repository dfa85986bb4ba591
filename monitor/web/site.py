"""The running application's own state: context, repositories, renderer, feed and throttle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fastapi import Request
from starlette.requests import HTTPConnection

from monitor.runtime.planning import PlanDesk
from monitor.runtime.report_desk import ReportDesk
from monitor.runtime.templates import TemplateDesk
from monitor.settings.district import district_of
from monitor.store.alert_repository import AlertRepository
from monitor.store.attendance import AttendanceRepository
from monitor.store.calendar_feeds import CalendarFeeds
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.demo_messages import DemoMessageRepository
from monitor.store.evidence import EvidenceRepository
from monitor.store.feed import FeedRepository
from monitor.store.finding_repository import FindingRepository
from monitor.store.jobs import JobRunRepository
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_changes import RegisterHistory
from monitor.store.register_documents import RegisterDocuments
from monitor.store.register_reminders import ReminderRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.room_status import RoomStatusRepository
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.visits import VisitRepository
from monitor.store.workers import WorkerRepository
from monitor.web.context import WebContext
from monitor.web.feed_hub import FeedHub
from monitor.web.rendering import Renderer
from monitor.web.throttle import Throttle

NAME_FAILURES, ADDRESS_FAILURES = 5, 30
THROTTLE_SECONDS = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """What routes work with. One per application."""

    context: WebContext
    alerts: AlertRepository
    attendance: AttendanceRepository
    calendars: CalendarFeeds
    cameras: CameraStatusRepository
    documents: RegisterDocuments
    evidence: EvidenceRepository
    feed: FeedRepository
    findings: FindingRepository
    history: RegisterHistory
    hub: FeedHub
    inbox: DemoMessageRepository
    jobs: JobRunRepository
    outbox: OutboxRepository
    places: PlaceRepository
    plans: PlanDesk
    registers: RegisterRepository
    reminders: ReminderRepository
    renderer: Renderer
    reports: ReportDesk
    sessions: SessionRepository
    templates: TemplateDesk
    users: UserRepository
    visits: VisitRepository
    workers: WorkerRepository
    names: Throttle
    addresses: Throttle

    @classmethod
    def of(cls, context: WebContext) -> Site:
        """Build the state of an application."""
        database = context.database
        places = PlaceRepository(database)
        feed = FeedRepository(database)
        district = district_of(context.settings, Path())
        return cls(
            context=context,
            alerts=AlertRepository(database),
            attendance=AttendanceRepository(database),
            calendars=CalendarFeeds(database),
            cameras=CameraStatusRepository(database),
            documents=RegisterDocuments(database, context.files),
            evidence=EvidenceRepository(database),
            feed=feed,
            findings=FindingRepository(database),
            history=RegisterHistory(database),
            hub=FeedHub(feed, RoomStatusRepository(database), places),
            inbox=DemoMessageRepository(database),
            jobs=JobRunRepository(database),
            outbox=OutboxRepository(database),
            places=places,
            plans=PlanDesk(
                database,
                district,
                context.settings.planning,
                context.clock,
                context.inspections,
            ),
            registers=RegisterRepository(database),
            reminders=ReminderRepository(database),
            renderer=Renderer(context),
            reports=ReportDesk(database, district, context.risk, context.clock),
            sessions=SessionRepository(database),
            templates=TemplateDesk(database, context.clock),
            users=UserRepository(database),
            visits=VisitRepository(database),
            workers=WorkerRepository(database),
            names=Throttle(NAME_FAILURES, THROTTLE_SECONDS),
            addresses=Throttle(ADDRESS_FAILURES, THROTTLE_SECONDS),
        )


def site_of(connection: HTTPConnection | Request) -> Site:
    """Return the state of the application that serves a request."""
    return cast("Site", connection.app.state.site)
