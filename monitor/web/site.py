"""The running application's own state: context, repositories, renderer, feed and throttle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from fastapi import Request
from starlette.requests import HTTPConnection

from monitor.runtime.alarm_desk import AlarmDesk
from monitor.runtime.barred_notices import BarredNotices
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.extension_notices import ExtensionNotices
from monitor.runtime.plan_approval import PlanApprovalDesk
from monitor.runtime.planning import PlanDesk
from monitor.runtime.privacy.answers import AnswerDesk
from monitor.runtime.push import PushDesk
from monitor.runtime.reinspecting import ReinspectionDesk
from monitor.runtime.report_desk import ReportDesk
from monitor.runtime.retention_proof import RetentionProofs
from monitor.runtime.templates import TemplateDesk
from monitor.settings.district import district_of
from monitor.settings.escalation import life_of
from monitor.store.access_register import AccessRegister
from monitor.store.alert_repository import AlertRepository
from monitor.store.api_tokens import ApiTokenRepository
from monitor.store.attendance import AttendanceRepository
from monitor.store.calendar_feeds import CalendarFeeds
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.connection_trials import ConnectionTrials
from monitor.store.data_request_repository import DataRequests
from monitor.store.dead_letters import DeadLetterRepository
from monitor.store.deletions import DeletionLog
from monitor.store.demo_messages import DemoMessageRepository
from monitor.store.evidence import EvidenceRepository
from monitor.store.exports import ExportRepository
from monitor.store.feed import FeedRepository
from monitor.store.finding_repository import FindingRepository
from monitor.store.handovers import HandoverRepository
from monitor.store.holds import HoldRepository
from monitor.store.jobs import JobRunRepository
from monitor.store.notice_steps import NoticeSteps
from monitor.store.oidc_identities import OidcIdentities
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.privacy_deletions import PrivacyDeletionLog
from monitor.store.pulses import PulseRepository
from monitor.store.push_devices import PushDevices
from monitor.store.recorder_problems import RecorderProblemRepository
from monitor.store.register_changes import RegisterHistory
from monitor.store.register_documents import RegisterDocuments
from monitor.store.register_reminders import ReminderRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.reinspections import ReinspectionRepository
from monitor.store.relief_trials import ReliefTrialRepository
from monitor.store.request_copies import RequestCopies
from monitor.store.retention_audits import RetentionAuditRepository
from monitor.store.room_status import RoomStatusRepository
from monitor.store.second_factors import SecondFactors
from monitor.store.session_repository import SessionRepository
from monitor.store.shelves import ShelfRepository
from monitor.store.storage_forecasts import StorageForecastRepository
from monitor.store.user_repository import UserRepository
from monitor.store.visits import VisitRepository
from monitor.store.workers import WorkerRepository
from monitor.web.context import WebContext
from monitor.web.doors import Doors
from monitor.web.feed_hub import FeedHub
from monitor.web.oidc import OidcProvider
from monitor.web.pending import PendingUploads
from monitor.web.rendering import Renderer
from monitor.web.shared_pages import SharedPages


@dataclass(frozen=True, slots=True)
class Site:
    """What routes work with. One per application."""

    context: WebContext
    configuration: ConfigDesk | None
    alarms: AlarmDesk
    relief_trials: ReliefTrialRepository
    approvals: PlanApprovalDesk
    alerts: AlertRepository
    attendance: AttendanceRepository
    calendars: CalendarFeeds
    cameras: CameraStatusRepository
    documents: RegisterDocuments
    dead_letters: DeadLetterRepository
    evidence: EvidenceRepository
    feed: FeedRepository
    findings: FindingRepository
    handovers: HandoverRepository
    history: RegisterHistory
    audits: RetentionAuditRepository
    deletions: DeletionLog
    forecasts: StorageForecastRepository
    holds: HoldRepository
    hub: FeedHub
    inbox: DemoMessageRepository
    jobs: JobRunRepository
    outbox: OutboxRepository
    pending: PendingUploads
    notices: NoticeSteps
    places: PlaceRepository
    plans: PlanDesk
    again: ReinspectionDesk
    barred: BarredNotices
    reinspections: ReinspectionRepository
    push: PushDesk
    push_devices: PushDevices
    registers: RegisterRepository
    reminders: ReminderRepository
    templates: TemplateDesk
    pulses: PulseRepository
    recorder_problems: RecorderProblemRepository
    renderer: Renderer
    reports: ReportDesk
    sessions: SessionRepository
    shared_pages: SharedPages
    shelves: ShelfRepository
    trials: ConnectionTrials
    users: UserRepository
    visits: VisitRepository
    workers: WorkerRepository
    register: AccessRegister
    requests: DataRequests
    answers: AnswerDesk
    copies: RequestCopies
    erasures: PrivacyDeletionLog
    exports: ExportRepository
    extensions: ExtensionNotices
    second_factors: SecondFactors
    tokens: ApiTokenRepository
    identities: OidcIdentities
    provider: OidcProvider | None
    doors: Doors

    @classmethod
    def of(cls, context: WebContext) -> Site:
        """Build the state of an application."""
        database = context.database
        places = PlaceRepository(database)
        feed = FeedRepository(database)
        oidc = context.settings.access.oidc
        district = district_of(context.settings, Path())
        plans = PlanDesk(
            database,
            district,
            context.settings.planning,
            context.clock,
            context.inspections,
            context.risk,
        )
        return cls(
            context=context,
            configuration=None
            if context.config is None
            else ConfigDesk(database, context.config, context.secret, context.clock),
            alarms=AlarmDesk(database, district, context.clock),
            relief_trials=ReliefTrialRepository(database),
            approvals=PlanApprovalDesk(context.settings, database, context.clock),
            attendance=AttendanceRepository(database),
            calendars=CalendarFeeds(database),
            documents=RegisterDocuments(database, context.files),
            alerts=AlertRepository(database, life_of(context.settings)),
            cameras=CameraStatusRepository(database),
            dead_letters=DeadLetterRepository(database),
            evidence=EvidenceRepository(database),
            feed=feed,
            findings=FindingRepository(database),
            handovers=HandoverRepository(database),
            history=RegisterHistory(database),
            audits=RetentionAuditRepository(database),
            deletions=DeletionLog(database),
            forecasts=StorageForecastRepository(database),
            holds=HoldRepository(database),
            hub=FeedHub(feed, RoomStatusRepository(database), places),
            inbox=DemoMessageRepository(database),
            jobs=JobRunRepository(database),
            outbox=OutboxRepository(database),
            pending=PendingUploads(),
            notices=NoticeSteps(database),
            places=places,
            plans=plans,
            barred=BarredNotices(context.settings, database, context.clock),
            again=ReinspectionDesk(database, context.settings.planning, context.clock, plans),
            reinspections=ReinspectionRepository(database),
            push=PushDesk(database, context.settings, context.clock),
            push_devices=PushDevices(database),
            registers=RegisterRepository(database),
            reminders=ReminderRepository(database),
            templates=TemplateDesk(database, context.clock),
            pulses=PulseRepository(database),
            recorder_problems=RecorderProblemRepository(database),
            renderer=Renderer(context),
            reports=ReportDesk(
                database,
                district,
                context.risk,
                context.clock,
                RetentionProofs(database, district),
            ),
            sessions=SessionRepository(database),
            shared_pages=SharedPages(),
            shelves=ShelfRepository(database),
            trials=ConnectionTrials(database),
            users=UserRepository(database),
            visits=VisitRepository(database),
            workers=WorkerRepository(database),
            register=AccessRegister(database),
            requests=DataRequests(database),
            copies=RequestCopies(database),
            answers=AnswerDesk(database, context.settings, context.clock),
            erasures=PrivacyDeletionLog(database),
            exports=ExportRepository(database),
            extensions=ExtensionNotices(context.settings, database),
            second_factors=SecondFactors(database, context.secret),
            tokens=ApiTokenRepository(database),
            identities=OidcIdentities(database),
            provider=OidcProvider(oidc) if oidc is not None else None,
            doors=Doors.of(context.secret),
        )

    def going_on(self, context: WebContext) -> Site:
        """Return the state for another configuration; who is at the door or waits stays so."""
        fresh = Site.of(replace(context, workers=self.context.workers))
        return replace(fresh, hub=self.hub, doors=self.doors, pending=self.pending)


def site_of(connection: HTTPConnection | Request) -> Site:
    """Return the state of the application that serves a request."""
    return cast("Site", connection.app.state.site)
