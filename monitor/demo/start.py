"""Starts the demo district: model, footage, configuration, people, then the service.

Everything is written into one folder; a second start finds what the first one made. Nothing else of
the machine is touched but the user's cache.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import platformdirs
import yaml

from monitor.demo.cameras import run_cameras
from monitor.demo.district import demo_config, find_demo_template
from monitor.demo.footage.composer import compose
from monitor.demo.gb28181.run import Recorder, recorder_of, run_recorder
from monitor.detectors.models import ensure_model, progress_display
from monitor.domain.access import DISTRICT, Role
from monitor.domain.errors import ConfigError, InputError
from monitor.domain.system_words import unwritable
from monitor.domain.text import Language, Text
from monitor.runtime.environment import Environment, demo_token
from monitor.runtime.logs import configure_logs
from monitor.runtime.supervisor import Child
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser
from monitor.streams.catalogue import make_source
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url
from monitor.web.serving import prepare, refuse_taken_port, run_service

_CHECKOUT = Path(__file__).parents[2]
_USER = "demo"
_VISITOR = Text("演示用户", "Demo visitor")
_CENTRE = Text("演示区托育服务指导中心", "Demo District Child Care Guidance Centre")
_LINK_LASTS = timedelta(days=1)

Report = Callable[[str, float], None]
"""Says how far a named step has come, as a share from 0 to 1."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a visitor may choose."""

    videos: tuple[Path, ...] = ()
    port: int = 8480
    folder: Path | None = None
    language: Language = "zh"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What is told to the visitor once everything runs."""

    address: str
    link: str
    user: str
    password: str
    logs: Path


def run_demo(options: DemoOptions, report: Report, ready: Callable[[Welcome], None]) -> None:
    """Prepare and run the demo until Ctrl-C; ``ready`` is called once all processes are started.

    Raises:
        KanhuError: something is missing or in use; the message says what to do.
    """
    folder = options.folder or default_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            unwritable(error),
            where=str(folder),
            hint=Text("用 --data 另选文件夹", "name another folder with --data"),
        ) from None
    with _alone_in(folder):
        config, cameras, rtsp_port, recorder = _prepare_files(options, folder, report)
        environment = Environment.load(config)
        refuse_taken_port(environment)
        prepare(environment)
        welcome = _let_in(environment, folder, options)
        configure_logs(welcome.logs)
        run_service(
            environment,
            workers=environment.settings.service.workers,
            ready=lambda: ready(welcome),
            extra=(
                Child("cameras", run_cameras, (cameras, rtsp_port, welcome.logs)),
                Child("recorder", run_recorder, (recorder, welcome.logs)),
            ),
            log_file=welcome.logs,
        )


def default_folder() -> Path:
    """Return ``var/demo`` of the checkout, or a folder of the user's data when installed."""
    if (_CHECKOUT / "configs" / "demo.yaml").exists():
        return _CHECKOUT / "var" / "demo"
    return platformdirs.user_data_path("kanhu") / "demo"


def _prepare_files(
    options: DemoOptions, folder: Path, report: Report
) -> tuple[Path, dict[str, Path], int, Recorder]:
    videos = [_playable(video) for video in options.videos]
    footage = compose(
        None, folder / "footage", lambda scene, share: report(f"footage: {scene}", share), _cores()
    )
    rtsp_port = _free_port()
    data = folder / "data"
    data.mkdir(exist_ok=True, mode=0o750)
    text = demo_config(
        folder / "footage",
        rtsp_port,
        data_dir=data,
        registers=find_demo_template().with_name("demo-registers.yaml"),
        inbox=f"json://127.0.0.1:{options.port}/demo/inbox/{demo_token(data)}",
        today=datetime.now(UTC).date(),
        sip_port=_free_port(),
        nvr_password=secrets.token_urlsafe(9),
        port=options.port,
        workers=_cores(),
        language=options.language,
    )
    value = yaml.safe_load(text)
    _add_videos(value, videos)
    config = folder / "district.yaml"
    config.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), "utf-8")
    config.chmod(0o600)
    _ensure_model(Environment.load(config))
    wire = f"rtsp://127.0.0.1:{rtsp_port}/"
    served = {
        name: path for name, path in footage.items() if f"{wire}{name}" in config.read_text("utf-8")
    }
    return config, served, rtsp_port, recorder_of(value, footage)


def _ensure_model(environment: Environment) -> None:
    with progress_display() as progress:
        ensure_model(environment.settings.model.name, environment.models_folder, progress)


def _let_in(environment: Environment, folder: Path, options: DemoOptions) -> Welcome:
    """Make the demo's account, with a new password at each start, and a link that opens it once."""
    now = datetime.now(UTC)
    password = secrets.token_urlsafe(9)
    with closing(environment.database()) as database:
        users = UserRepository(database)
        user = users.find(_USER)
        if user is None:
            new = NewUser(
                name=_USER,
                display_name=_VISITOR.of(options.language),
                role=Role.ADMIN,
                scope=DISTRICT,
                unit=_CENTRE.of(options.language),
                language=options.language,
            )
            user = users.create(new, password, now)
        else:
            users.set_password(user.id, password)
            users.set_language(user.id, options.language)
        _enter_inspectors(users, now)
        token = SessionRepository(database).new_link(user.id, now, _LINK_LASTS)
    address = f"http://127.0.0.1:{options.port}"
    return Welcome(
        address=address,
        link=f"{address}/sign-in/once/{token}",
        user=_USER,
        password=password,
        logs=folder / "demo.log",
    )


def _enter_inspectors(users: UserRepository, now: datetime) -> None:
    """Enter two made-up inspectors, so that the demo's plan has people; nobody knows a password."""
    for name, shown in (("demo-li", "李检查（演示）"), ("demo-zhang", "张检查（演示）")):
        if users.find(name) is None:
            person = NewUser(name, shown, Role.INSPECTOR, DISTRICT, _CENTRE.zh)
            users.create(person, secrets.token_urlsafe(24), now)


def _playable(video: Path) -> Path:
    """Return the absolute path of a recording that can be read.

    Raises:
        StreamError: it cannot; the message says why.
    """
    source = make_source(SourceRequest(video.stem, file_url(video.resolve()), realtime=False))
    try:
        source.open()
        if next(iter(source.packets()), None) is None:
            raise InputError(
                Text("没有画面", "holds no picture"),
                where=str(video),
                hint=Text("请先播放看看", "try to play it"),
            )
    finally:
        source.close()
    return video.resolve()


def _add_videos(value: dict[str, object], videos: Sequence[Path]) -> None:
    if not videos:
        return
    rooms = [
        {
            "id": f"own-{number}",
            "name": {"zh": video.stem, "en": video.stem},
            "type": "activity",
            "cameras": [
                {
                    "id": f"own-{number}",
                    "name": {"zh": "自有录像", "en": "Your recording"},
                    "url": f"file:{quote(str(video))}?loop=1",
                }
            ],
        }
        for number, video in enumerate(videos, 1)
    ]
    sources = value["sources"]
    if isinstance(sources, dict):
        sources["folders"] = [*sources["folders"], *(str(video.parent) for video in videos)]
    institutions = value["institutions"]
    if isinstance(institutions, list):
        names = {"zh": "自有录像", "en": "Your recordings"}
        institutions.append({"id": "own", "name": names, "rooms": rooms})


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                Text("另一个演示正在使用这个文件夹", "another demo is running with this folder"),
                where=str(folder),
                hint=Text(
                    "请停止它，或用 --data 另选文件夹",
                    "stop it, or give this one a folder of its own with --data",
                ),
            ) from None
        yield


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


def _cores() -> int:
    return max(1, min(2, os.cpu_count() or 1))
