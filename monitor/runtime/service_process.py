"""The service process: the schedule, the escalations and the notifier.

Jobs live here, in code; APScheduler only says when. Each run claims its slot in the database, so
that it happens once however many service processes there are, and what was missed while nobody ran
is caught up at the next start.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy.exc import SQLAlchemyError

from monitor.alerts.notifier import Notifier
from monitor.alerts.rate_limit import RateLimit
from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, SystemClock, utc_now
from monitor.domain.errors import KanhuError
from monitor.domain.text import Text
from monitor.inspections.schedule import JOB as CHECKLISTS
from monitor.inspections.schedule import due_months, month_at, slot_of
from monitor.runtime.addressees import Addressees
from monitor.runtime.backtest.desk import BacktestDesk
from monitor.runtime.backtest.reliefs import ReliefTrials
from monitor.runtime.barred_notices import BarredNotices
from monitor.runtime.config_follow import ConfigFollower, until_changed
from monitor.runtime.desk import StoreDesk
from monitor.runtime.due_reminders import DueReminders
from monitor.runtime.environment import Environment
from monitor.runtime.exports.always import make_exports_always
from monitor.runtime.logs import configure_logs
from monitor.runtime.notices import (
    alert_channels,
    channel_specs,
    ladder_of,
    open_channels,
    page_address,
)
from monitor.runtime.opening import open_store
from monitor.runtime.overdue import JOB as OVERDUE
from monitor.runtime.overdue import OverdueFindings
from monitor.runtime.planning import PlanDesk
from monitor.runtime.push import PushDesk
from monitor.runtime.recording.audit import Auditor
from monitor.runtime.recording.keeper import Keeper
from monitor.runtime.recording.watch import DiskWatch
from monitor.runtime.reinspecting import ReinspectionDesk
from monitor.runtime.reminders import ExpiryReminders
from monitor.runtime.repeated_work import RepeatedWork
from monitor.runtime.request_reminders import RequestReminders
from monitor.runtime.retention import Retention
from monitor.runtime.risk_desk import RiskDesk
from monitor.runtime.visit_reminders import VisitReminders
from monitor.settings.escalation import life_of
from monitor.store.base import Database
from monitor.store.escalation_repository import EscalationRepository
from monitor.store.files import FileStore
from monitor.store.jobs import JobRunRepository, JobState
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.pulses import PulseRepository
from monitor.store.retention_audits import Verdict

log = structlog.get_logger(__name__)

_RETRY_JOB = timedelta(hours=1)
_FIRST_START = "first-start"
_RETENTION = "retention"
_PLAN = "monthly-plan"
_CATCH_UP = "plan-catch-up"
_EXPIRIES = "expiry-reminders"
_VISITS = "visit-reminders"
_DUE = "due-reminders"
_REQUESTS = "request-reminders"
_MORNING, _AFTERNOON = 8, 17
_RELIEFS = "relief-trials"
_AUDIT = "retention-audit"
_FIRST_AUDIT = timedelta(days=2)
_WATCH_DISK = 60
_FOLLOW_EVERY = 2.0
_LONGEST_MESSAGE = 900  # characters of either language


def run_scheduled(config: Path, log_file: Path | None) -> None:
    """Run the schedule and the notifier until SIGTERM; the target of a process."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    configure_logs(log_file)
    try:
        with ExitStack() as whole:
            environment = Environment.load(config)
            database = open_store(environment)
            whole.callback(database.close)
            follower = ConfigFollower(environment, database, "service", SystemClock())
            following: Environment | None = environment
            while following is not None:
                with ExitStack() as stack:
                    following = _run(following, database, follower, stop, stack)
    except KanhuError as error:
        log.error("service_cannot_start", error=str(error))
        raise SystemExit(2) from None


def _run(
    environment: Environment,
    database: Database,
    follower: ConfigFollower,
    stop: threading.Event,
    stack: ExitStack,
) -> Environment | None:
    """Work until told to stop, or until another configuration is in force, and return that."""
    jobs = Jobs(environment, database, SystemClock())
    _schedule(jobs, environment.district.timezone, stack)
    make_exports_always(environment, database, stack)
    pause = threading.Event()
    found: list[Environment] = []

    def follow() -> None:
        newer = until_changed(follower, stop.wait, _FOLLOW_EVERY)
        if newer is not None:
            found.append(newer)
        pause.set()

    thread = threading.Thread(target=follow, name="configuration", daemon=True)
    thread.start()
    _deliver(environment, database, pause)
    thread.join()
    if not found:
        return None
    follower.taken(found[0])
    return found[0]


class Jobs:
    """What is done by the calendar; any of it may be called at any time, as often as you like."""

    def __init__(self, environment: Environment, database: Database, clock: Clock) -> None:
        self._district = environment.district
        self._clock = clock
        self._runs = JobRunRepository(database)
        self._desk = StoreDesk(database, environment.district, clock)
        self._overdue = OverdueFindings(
            database,
            environment.district,
            alert_channels(environment.settings),
            page_address(environment),
            clock,
            Addressees(environment.settings, database).of_institution,
        )
        self._due = DueReminders(environment, database, clock)
        self._planning = environment.settings.planning
        timezone = environment.district.timezone
        risk = RiskDesk(database, timezone, environment.settings.risk.policy(), clock)
        self._plan = PlanDesk(
            database, environment.district, self._planning, clock, self._desk, risk
        )
        self._again = ReinspectionDesk(database, self._planning, clock, self._plan)
        self._expiries = ExpiryReminders(environment, database, clock)
        self._barred = BarredNotices(environment.settings, database, clock)
        self._visits = VisitReminders(environment, database, clock)
        self._requests = RequestReminders(environment, database, clock)
        policy, files = environment.settings.recording, environment.recording_store()
        keeper = Keeper(policy, files, database, clock)
        self._retention = Retention(environment, database, clock, keeper)
        self._disk = DiskWatch(policy, files, database, keeper, clock)
        self._auditor = Auditor(environment, database, clock)
        trials = BacktestDesk(database, environment.district, environment.tracks_folder, clock)
        self._reliefs = ReliefTrials(database, environment.district, trials, clock)

    def monthly_checklists(self) -> None:
        """Make the checklists of this month, and of earlier ones that are owed."""
        now = utc_now(self._clock)
        if self._runs.claim(_FIRST_START, "once", now):
            self._runs.finish(_FIRST_START, "once", now)
        since = min(run.started for run in self._runs.recent(_FIRST_START))
        done = [
            run.slot for run in self._runs.recent(CHECKLISTS, 100) if run.state is JobState.DONE
        ]
        for month in due_months(now, self._district.timezone, done, since):
            self._once(CHECKLISTS, slot_of(month), partial(self._make_checklists, month))

    def daily_retention(self) -> None:
        """Delete what has been kept for as long as it may be."""
        self._once(_RETENTION, self._today(), self._retention.run)

    def daily_overdue(self) -> None:
        """Tell people about findings that are not put right in time."""
        self._once(OVERDUE, self._today(), self._tell_overdue)

    def monthly_plan(self) -> None:
        """Plan this month's inspections, and the next month's some days before it begins."""
        now = utc_now(self._clock)
        timezone = self._district.timezone
        done = [run.slot for run in self._runs.recent(_PLAN, 100) if run.state is JobState.DONE]
        ahead = now + timedelta(days=self._planning.lead_days)
        for month in due_months(ahead, timezone, done, most=2):
            # What is over cannot be planned any more.
            if month >= month_at(now, timezone) and self._plan.days_left(month):
                self._once(_PLAN, slot_of(month), partial(self._make_plan, month))

    def daily_catch_up(self) -> None:
        """Move on the visits that were not made on their day, and plan what is to be seen again."""
        self._once(_CATCH_UP, self._today(), self._catch_up)

    def daily_reminders(self) -> None:
        """Remind of what ends or is due and of requests, from eight, and of visits, from five."""
        local = self._local()
        slot = local.date().isoformat()
        if local.hour >= _MORNING:
            self._once(_EXPIRIES, slot, self._remind_of_registers)
            self._once(_DUE, slot, partial(self._due.run, local.date()))
            self._once(_REQUESTS, slot, partial(self._requests.run, local.date()))
        if local.hour >= _AFTERNOON:
            self._once(_VISITS, slot, partial(self._visits.run, local.date()))

    def _tell_overdue(self) -> Text:
        told = self._overdue.run()
        return Text(f"{told} 个问题已上报", f"{told} findings escalated")

    def _catch_up(self) -> Text:
        month, again = self._plan.catch_up(), self._again.catch_up()
        return Text(f"{month.zh}；{again.zh}", f"{month.en}; {again.en}")

    def _remind_of_registers(self) -> Text:
        told, barred = self._expiries.run(), self._barred.run()
        return Text(
            f"{told.zh}，禁止从业人员通知 {barred} 条",
            f"{told.en}, {barred} of barred staff",
        )

    def _make_plan(self, month: date) -> Text:
        made = self._plan.make(month)
        return Text(f"安排了 {made} 次检查", f"{made} visits planned")

    def _local(self) -> datetime:
        return utc_now(self._clock).astimezone(ZoneInfo(self._district.timezone))

    def _today(self) -> str:
        return self._local().date().isoformat()

    def monthly_audit(self) -> None:
        """Prove, once a month, which days each channel can show.

        An installation of less than two days has no whole day to show: its first audit waits, so
        that a month's checklist does not hold against anybody what nobody could have recorded.
        """
        began = self._runs.first_started()
        if began is None or utc_now(self._clock) - began < _FIRST_AUDIT:
            return
        self._once(_AUDIT, f"{self._local():%Y-%m}", self._audit)

    def daily_reliefs(self) -> None:
        """Back-test what the measures of alarm quality suggest."""
        self._once(_RELIEFS, self._today(), self._reliefs.run)

    def stop(self) -> None:
        """End what takes long."""
        self._reliefs.stop()

    def watch_disk(self) -> None:
        """Make room for recordings where there is too little, and reckon how long it lasts."""
        try:
            self._disk.look()
        except (OSError, SQLAlchemyError) as error:
            log.warning("disk_not_watched", error=type(error).__name__)

    def _audit(self) -> Text:
        audit = self._auditor.run(self._auditor.choose_seed())
        met = sum(channel.verdict is Verdict.MET for channel in audit.channels)
        total = len(audit.channels)
        return Text(
            f"{total} 个通道中 {met} 个达到规定天数",
            f"{met} of {total} channels show the required days",
        )

    def _make_checklists(self, month: date) -> Text:
        made = self._desk.generate(DISTRICT, month, None)
        return Text(f"生成了 {made} 份检查表", f"{made} checklists made")

    def _once(self, job: str, slot: str, work: Callable[[], Text]) -> None:
        if not self._runs.claim(job, slot, utc_now(self._clock), retry_after=_RETRY_JOB):
            return
        try:
            message = work()
        except Exception as error:
            log.exception("job_failed", job=job, slot=slot)
            self._runs.finish(
                job, slot, utc_now(self._clock), failure=_why(error).kept(_LONGEST_MESSAGE)
            )
        else:
            log.info("job_done", job=job, slot=slot, result=message.en)
            self._runs.finish(
                job, slot, utc_now(self._clock), message=message.kept(_LONGEST_MESSAGE)
            )


def _why(error: Exception) -> Text:
    if isinstance(error, KanhuError):
        return error.brief()
    kind = type(error).__name__
    return Text(f"程序错误（{kind}），详见日志", f"{kind}: {error}")


def _schedule(jobs: Jobs, timezone: str, stack: ExitStack) -> None:
    scheduler = BackgroundScheduler(
        timezone=timezone,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    start = datetime.now(ZoneInfo(timezone)) + timedelta(seconds=2)
    for work, trigger in (
        (jobs.monthly_checklists, CronTrigger(day=1, hour=1, timezone=timezone)),
        (jobs.monthly_audit, CronTrigger(day=1, hour=0, minute=20, timezone=timezone)),
        (jobs.daily_retention, CronTrigger(hour=3, minute=10, timezone=timezone)),
        (jobs.daily_reliefs, CronTrigger(hour=4, minute=10, timezone=timezone)),
        (jobs.daily_overdue, CronTrigger(hour=8, minute=30, timezone=timezone)),
        (jobs.monthly_plan, CronTrigger(hour=1, minute=20, timezone=timezone)),
        (jobs.daily_catch_up, CronTrigger(hour=1, minute=30, timezone=timezone)),
        (jobs.daily_reminders, CronTrigger(hour=f"{_MORNING},{_AFTERNOON}", timezone=timezone)),
    ):
        scheduler.add_job(work, trigger, id=work.__name__)
        scheduler.add_job(work, "date", run_date=start, id=f"{work.__name__}-at-start")
        # A failed run is tried again, and a long pause of the machine is noticed within the hour.
        scheduler.add_job(work, "interval", hours=1, id=f"{work.__name__}-hourly")
    scheduler.add_job(jobs.watch_disk, "interval", seconds=_WATCH_DISK, id="watch_disk")
    scheduler.start()
    stack.callback(scheduler.shutdown, wait=False)
    stack.callback(jobs.stop)


def _deliver(environment: Environment, database: Database, stop: threading.Event) -> None:
    clock = SystemClock()
    owner = f"{socket.gethostname()[:40]}-{os.getpid()}"
    pulses = PulseRepository(database)
    escalations = EscalationRepository(
        database, ladder_of(environment, database), life_of(environment.settings)
    )
    notifier, push = (
        Notifier(
            OutboxRepository(database),
            open_channels(environment.settings, PushDesk(database, environment.settings, clock)),
            FileStore(environment.evidence_folder),
            clock=clock,
            limits={
                spec.id: RateLimit(spec.per_minute) for spec in channel_specs(environment.settings)
            },
            members=members,
        )
        for members in (False, True)
    )
    # Apart from one another: a service that answers slowly must not delay the next tier, nor
    # devices that are out of reach the channels of a control room.
    beside = {
        "escalation": lambda: escalations.climb_due(utc_now(clock)),
        "push": push.deliver_due,
    }
    threads = [
        threading.Thread(
            target=RepeatedWork(name, work, pulses, owner, clock).run,
            args=[stop],
            name=name,
            daemon=True,
        )
        for name, work in beside.items()
    ]
    for thread in threads:
        thread.start()
    RepeatedWork("notifier", notifier.deliver_due, pulses, owner, clock).run(stop)
    for thread in threads:
        thread.join(5)
