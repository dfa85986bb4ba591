"""The web process, and all processes of ``monitor run`` together."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import structlog
import uvicorn

from monitor.detectors.models.manifest import load_manifest
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import ConfigError, KanhuError
from monitor.domain.system_words import system_words
from monitor.domain.text import Text
from monitor.registers.load import load_registers
from monitor.runtime.backtest.desk import BacktestDesk
from monitor.runtime.backtest.runs import TrialRuns
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.desk import StoreDesk
from monitor.runtime.environment import Environment
from monitor.runtime.gb28181_process import run_platform
from monitor.runtime.logs import configure_logs
from monitor.runtime.notices import page_address
from monitor.runtime.onsite_desk import OnsiteDesk
from monitor.runtime.opening import open_store
from monitor.runtime.privacy.keeper import PrivacyKeeper, Stores
from monitor.runtime.recording.desk import RecordingDesk
from monitor.runtime.recording.shelf import Shelf
from monitor.runtime.risk_desk import RiskDesk
from monitor.runtime.service_process import run_scheduled
from monitor.runtime.supervisor import Child, Supervisor
from monitor.runtime.worker_process import run_worker
from monitor.store import migrate
from monitor.store.base import Database
from monitor.store.config_running import RunningConfigs
from monitor.store.files import FileStore
from monitor.store.labels import LabelStore
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import RecordingRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.workers import WorkerRepository
from monitor.web.application import create_app
from monitor.web.context import ModelFact, WebContext
from monitor.web.following import Following
from monitor.web.http_gateway import HttpWorkerGateway

log = structlog.get_logger(__name__)

_OPEN_CONNECTIONS = 2
_LOOK_EVERY = 0.2


def prepare(environment: Environment) -> None:
    """Bring schema, places and registers up to date; harmless while the service runs.

    Raises:
        ConfigError: the database is newer than this program, or the registers have a mistake.
    """
    environment.secret()
    now = utc_now(SystemClock())
    with closing(environment.database()) as database:
        migrate.upgrade(database, lambda message: log.info("schema", message=message))
        PlaceRepository(database).sync(environment.district, now)
        RunningConfigs(database).begin()
        ConfigDesk(database, environment.config, environment.secret(), SystemClock()).begin()
        if environment.settings.registers is not None:
            registers = RegisterRepository(database)
            # Days counted from today are for the demo; a district writes dates.
            today = now.date() if environment.settings.demo else None
            for register in load_registers(environment.settings.registers, today):
                registers.merge(register, now)


def _finish_recordings(environment: Environment) -> None:
    """File the segments that a crash left; only while no worker records."""
    with closing(environment.database()) as database:
        shelf = Shelf(
            environment.recording_store(),
            environment.recordings_folder,
            RecordingRepository(database),
        )
        shelf.recover()
        shelf.file_waiting()


def run_service(
    environment: Environment,
    *,
    workers: int,
    ready: Callable[[], None] | None = None,
    extra: tuple[Child, ...] = (),
    log_file: Path | None = None,
) -> None:
    """Run all processes until told to stop.

    ``ready`` is called once the pages answer. ``extra`` are further processes to look after,
    started first. Logs go to ``log_file``, or as
    JSON lines to the error stream.

    Raises:
        ConfigError: the port is taken, or the database is newer than this program.
    """
    refuse_taken_port(environment)
    prepare(environment)
    _finish_recordings(environment)
    config = environment.config
    children = [*extra]
    if environment.settings.gb28181 is not None:
        children.append(Child("gb28181", run_platform, (config, log_file)))
    children += [
        Child(f"worker-{number}", run_worker, (config, number, workers, log_file))
        for number in range(workers)
    ]
    children.append(Child("service", run_scheduled, (config, log_file)))
    children.append(Child("web", run_web, (config, log_file)))
    supervisor = Supervisor(children)
    if ready is None:
        supervisor.run()
        return
    told = threading.Thread(
        target=_when_it_answers, args=(environment, supervisor, ready), daemon=True
    )
    supervisor.run(told.start)


def _when_it_answers(
    environment: Environment, supervisor: Supervisor, ready: Callable[[], None]
) -> None:
    service = environment.settings.service
    host = "127.0.0.1" if service.host == "0.0.0.0" else service.host  # noqa: S104
    while not supervisor.stopping:
        try:
            socket.create_connection((host, service.port), _LOOK_EVERY).close()
        except OSError:
            time.sleep(_LOOK_EVERY)
        else:
            ready()
            return


def run_web(config: Path, log_file: Path | None) -> None:
    """Serve the pages until SIGTERM; the target of a process."""
    configure_logs(log_file)
    try:
        with ExitStack() as stack:
            environment = Environment.load(config)
            database = open_store(environment)
            stack.callback(database.close)
            service = environment.settings.service
            app = create_app(web_context(environment, database))
            following = Following(app, environment, database, partial(_going_on, database))
            following.start()
            stack.callback(following.stop)
            uvicorn.Server(
                uvicorn.Config(
                    app,
                    host=service.host,
                    port=service.port,
                    log_config=None,
                    access_log=False,
                    timeout_graceful_shutdown=_OPEN_CONNECTIONS,
                    server_header=False,
                )
            ).run()
    except KanhuError as error:
        log.error("web_cannot_start", error=str(error))
        raise SystemExit(2) from None


def _going_on(database: Database, environment: Environment, runs: TrialRuns) -> WebContext:
    return web_context(environment, database, runs)


def web_context(
    environment: Environment, database: Database, runs: TrialRuns | None = None
) -> WebContext:
    """Join the web with the store, the workers and the inspections."""
    clock = SystemClock()
    files = FileStore(environment.evidence_folder)
    timezone = environment.district.timezone
    return WebContext(
        database=database,
        settings=environment.settings,
        clock=clock,
        workers=HttpWorkerGateway(WorkerRepository(database), environment.secret(), clock),
        files=files,
        inspections=StoreDesk(
            database, environment.district, clock, files=files, address=page_address(environment)
        ),
        onsite=OnsiteDesk(database, files, timezone, clock),
        risk=RiskDesk(database, timezone, environment.settings.risk.policy(), clock),
        backtests=BacktestDesk(
            database, environment.district, environment.tracks_folder, clock, runs
        ),
        recordings=RecordingDesk(
            database,
            environment.settings.recording,
            environment.recording_store(),
            FileStore(environment.exports_folder),
            clock,
        ),
        privacy=PrivacyKeeper(environment.settings, database, clock, Stores.of(environment)),
        models=lambda: _models(environment),
        labels=LabelStore(environment.labels_folder)
        if environment.settings.labels.enabled
        else None,
        config=environment.config,
        demo_token=environment.demo_token() if environment.settings.demo else None,
        secret=environment.secret(),
    )


def refuse_taken_port(environment: Environment) -> None:
    """Say so in words if something else listens on the configured port.

    Raises:
        ConfigError: the address cannot be used.
    """
    service = environment.settings.service
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((service.host, service.port))
        except OSError as error:
            raise ConfigError(
                Text(
                    f"无法监听 {service.host}:{service.port}：{system_words(error).zh}",
                    f"cannot listen on {service.host}:{service.port}: {system_words(error).en}",
                ),
                where="service.port",
                hint=Text(
                    "请停止占用它的程序，或换一个端口", "stop what uses it, or choose another port"
                ),
            ) from None


def _models(environment: Environment) -> list[ModelFact]:
    spec = load_manifest(environment.models_folder).model(environment.settings.model.name)
    return [ModelFact(name=spec.name, sha256=spec.sha256, licence=spec.licence)]
