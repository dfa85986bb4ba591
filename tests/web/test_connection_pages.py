"""How far the district is connected, and its cameras by spreadsheet."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from monitor.domain.access import Role
from monitor.domain.connections import ConnectionTrial, StreamKind
from monitor.domain.text import Text
from monitor.settings import load_settings
from monitor.store.camera_status import CameraState
from monitor.store.connection_trials import ConnectionTrials

if TYPE_CHECKING:
    import httpx

    from monitor.domain.clock import ManualClock
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
SAMPLE = Path(__file__).parents[2] / "configs" / "district.yaml"
SHEET = (
    "机构名称,房间名称,房间类型,摄像机名称,主码流地址,用户名,密码\n"
    "晨曦托育园,托小班,活动室,东角,rtsp://10.1.2.3/live,viewer,hunter22\n"
)


def token_of(client: httpx.Client, path: str) -> str:
    return client.get(path).text.partition('name="token" value="')[2].partition('"')[0]


def test_the_board_says_what_is_connected_and_what_is_missing_and_why(
    served: Served, world: World, operator: User
) -> None:
    refused = Text("摄像机拒绝连接", "the camera refuses the connection")
    world.report_camera("bamboo-yard-1", CameraState.OFFLINE, message=refused)
    with served.client(operator) as client:
        board = client.get("/connections").text
        missing = client.get("/connections?missing=true").text
        one = client.get("/connections/bamboo").text
        assert client.get("/connections/nowhere").status_code == 404
        book = load_workbook(io.BytesIO(client.get("/connections.xlsx?missing=true").content))
    assert "50%" in board  # one of two institutions
    assert "75%" in board  # three of four rooms
    assert "80%" in board  # four of five cameras
    assert "阳光托育园" in board
    assert 'href="/connections/sunshine"' not in missing
    assert refused.zh in missing
    assert refused.zh in one
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert [row[2] for row in rows[1:]] == ["户外场地"]
    assert rows[1][6] == refused.zh


def test_a_camera_that_nobody_vouches_for_goes_by_its_trial(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    clock.advance(3600)
    trial = ConnectionTrial(
        "bamboo",
        "bamboo-hall",
        "bamboo-hall-1",
        StreamKind.MAIN,
        readable=True,
        codec="hevc",
        width=1920,
        height=1080,
        fps=25.0,
        kbit_s=2048,
        gop_s=2.0,
        first_picture_s=0.42,
        clock_offset_s=-31.0,
    )
    broken = replace(
        trial,
        camera_id="bamboo-yard-1",
        room_id="bamboo-yard",
        readable=False,
        fault=Text("用户名或密码错误（401）", "wrong user name or password (401)"),
        advice=Text("更正密码", "correct it"),
    )
    ConnectionTrials(world.database).replace([trial, broken], world.now - timedelta(minutes=5))
    with served.client(operator) as client:
        one = client.get("/connections/bamboo").text
        board = client.get("/connections").text
    for text in ("hevc 1920×1080", "2048 kbit/s", "0.42 s", "-31.0 s", "（401）", "更正密码"):
        assert text in one
    assert "尚未尝试" in board  # sunshine's


def test_an_institution_sees_itself_only(served: Served, sunshine_staff: User) -> None:
    with served.client(sunshine_staff) as client:
        board = client.get("/connections").text
        assert client.get("/connections/bamboo").status_code == 404
    assert "竹林" not in board


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(SAMPLE.read_text("utf-8"), "utf-8")
    return path


def test_cameras_are_tried_then_brought_in(serving: Serving, world: World, config: Path) -> None:
    world.config = config
    before = config.read_bytes()
    admin = world.user("root", Role.ADMIN)
    with serving(world) as served, served.client(admin) as client:
        assert client.get("/onboarding/template.xlsx").content.startswith(b"PK")
        token = token_of(client, "/onboarding")
        files = {"file": ("a.csv", SHEET.encode(), "text/csv")}
        trial = client.post("/onboarding", data={"token": token}, files=files)
        assert trial.status_code == 200
        assert config.read_bytes() == before
        assert "hunter22" not in trial.text
        digest = trial.text.partition('name="digest" value="')[2].partition('"')[0]
        send = {"token": token, "digest": digest}
        assert client.post("/onboarding/apply", data=send).status_code == 303
        assert client.post("/onboarding/apply", data=send).status_code == 404
        again = client.post("/onboarding", data={"token": token}, files=files)
        assert "没有需要修改的内容" in again.text
    added = load_settings(config).institutions[1]
    assert added.rooms[0].cameras[0].url.get_secret_value() == (
        "rtsp://viewer:hunter22@10.1.2.3/live"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SHEET.replace("rtsp://10.1.2.3/live", "exec:id"), "主码流地址"),
        (SHEET.replace("10.1.2.3", "169.254.169.254"), "配置不允许摄像机在 169.254.169.254"),
        (SHEET.replace("rtsp://10.1.2.3/live", "file:/etc/passwd"), "配置不允许读取这个文件"),
        (SHEET.replace("hunter22", "${HOME}"), "这里不能用环境变量"),
        (SHEET.replace("活动室", "盥洗室"), "不得安装摄像机"),
        ("\x00", "无法导入"),
    ],
)
def test_mistakes_are_shown_and_nothing_is_written(
    serving: Serving, world: World, config: Path, text: str, said: str
) -> None:
    world.config = config
    before = config.read_bytes()
    admin = world.user("root", Role.ADMIN)
    with serving(world) as served, served.client(admin) as client:
        token = token_of(client, "/onboarding")
        files = {"file": ("a.csv", text.encode(), "text/csv")}
        answer = client.post("/onboarding", data={"token": token}, files=files)
    assert answer.status_code == 422
    assert said in answer.text
    assert config.read_bytes() == before


def test_only_administrators_bring_cameras_in(served: Served, world: World) -> None:
    for role in Role:
        with served.client(world.user(f"u-{role}", role)) as client:
            expected = 200 if role is Role.ADMIN else 403
            assert client.get("/onboarding").status_code == expected


def test_what_one_tried_another_cannot_bring_in(
    serving: Serving, world: World, config: Path
) -> None:
    world.config = config
    with serving(world) as served:
        with served.client(world.user("anna", Role.ADMIN)) as client:
            token = token_of(client, "/onboarding")
            files = {"file": ("a.csv", SHEET.encode(), "text/csv")}
            trial = client.post("/onboarding", data={"token": token}, files=files).text
            digest = trial.partition('name="digest" value="')[2].partition('"')[0]
        with served.client(world.user("bert", Role.ADMIN)) as client:
            send = {"token": token_of(client, "/onboarding"), "digest": digest}
            assert client.post("/onboarding/apply", data=send).status_code == 404
