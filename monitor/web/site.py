"""The running application's own state: context, repositories, renderer, feed and throttle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from fastapi import Request
from starlette.requests import HTTPConnection

from monitor.store.alert_repository import AlertRepository
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.deletions import DeletionLog
from monitor.store.demo_messages import DemoMessageRepository
from monitor.store.evidence import EvidenceRepository
from monitor.store.feed import FeedRepository
from monitor.store.holds import HoldRepository
from monitor.store.jobs import JobRunRepository
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.recorder_problems import RecorderProblemRepository
from monitor.store.retention_audits import RetentionAuditRepository
from monitor.store.room_status import RoomStatusRepository
from monitor.store.session_repository import SessionRepository
from monitor.store.storage_forecasts import StorageForecastRepository
from monitor.store.user_repository import UserRepository
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
    audits: RetentionAuditRepository
    cameras: CameraStatusRepository
    deletions: DeletionLog
    evidence: EvidenceRepository
    feed: FeedRepository
    forecasts: StorageForecastRepository
    holds: HoldRepository
    hub: FeedHub
    inbox: DemoMessageRepository
    jobs: JobRunRepository
    outbox: OutboxRepository
    places: PlaceRepository
    recorder_problems: RecorderProblemRepository
    renderer: Renderer
    sessions: SessionRepository
    users: UserRepository
    workers: WorkerRepository
    names: Throttle
    addresses: Throttle

    @classmethod
    def of(cls, context: WebContext) -> Site:
        """Build the state of an application."""
        database = context.database
        places = PlaceRepository(database)
        feed = FeedRepository(database)
        return cls(
            context=context,
            alerts=AlertRepository(database),
            audits=RetentionAuditRepository(database),
            cameras=CameraStatusRepository(database),
            deletions=DeletionLog(database),
            evidence=EvidenceRepository(database),
            feed=feed,
            forecasts=StorageForecastRepository(database),
            holds=HoldRepository(database),
            hub=FeedHub(feed, RoomStatusRepository(database), places),
            inbox=DemoMessageRepository(database),
            jobs=JobRunRepository(database),
            outbox=OutboxRepository(database),
            places=places,
            recorder_problems=RecorderProblemRepository(database),
            renderer=Renderer(context),
            sessions=SessionRepository(database),
            users=UserRepository(database),
            workers=WorkerRepository(database),
            names=Throttle(NAME_FAILURES, THROTTLE_SECONDS),
            addresses=Throttle(ADDRESS_FAILURES, THROTTLE_SECONDS),
        )


def site_of(connection: HTTPConnection | Request) -> Site:
    """Return the state of the application that serves a request."""
    return cast("Site", connection.app.state.site)
