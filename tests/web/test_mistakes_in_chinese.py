"""Whoever reads Chinese is told in Chinese what is wrong with a form, a file or a spreadsheet."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.domain.access import Role
from monitor.inspections.template import packaged_texts
from tests.web.test_configuration_pages import CAMERA, ROOM, change

if TYPE_CHECKING:
    from tests.web.conftest import Serving, World

DATABASES = ["sqlite"]
TEMPLATES = "/inspections/templates"


@pytest.fixture
def client(serving: Serving, world: World) -> Iterator[httpx.Client]:
    world.config = world.write_config()
    admin = world.user("root", Role.ADMIN, language="zh")
    with serving(world) as served, served.client(admin) as client:
        yield client


def wrong_words(answer: httpx.Response) -> str:
    assert answer.status_code == 422
    told = r'class="(?:wrong|complaints|mistakes)[^>]*>(.*?)</(?:p|ul|pre)>'
    found = re.findall(told, answer.text, re.S)
    assert found
    return "\n".join(found)


@pytest.mark.parametrize(
    ("path", "changes", "said"),
    [
        (ROOM, {"capacity": "many"}, "应为整数（改正这个值）"),
        (ROOM, {"capacity": "9000"}, "应不大于 500"),
        (ROOM, {"opening_hours_mon": "early"}, "“early”不是时段，应如 07:30-17:30"),
        (ROOM, {"type": "washroom", "class": ""}, "盥洗室、更衣室、哺乳室内不得安装摄像机"),
        (ROOM, {"type": "corridor"}, "corridor 类型的房间没有班型"),
        (CAMERA, {"url": "exec://host/id"}, "不支持“exec:”地址（可用："),
        (CAMERA, {"url": "rtsp://"}, "写作 rtsp://用户名:密码@主机:端口/路径"),
        (CAMERA, {"url": "${HOME}"}, "这里不能用环境变量"),
        (CAMERA, {"url": "gb28181://1/2"}, "不是 GB/T 28181 设备编码"),
        (
            "/configuration/rules?place=room.sunshine-toddler&rule=unattended_child",
            {"set.after": "soon"},
            "“soon”不是时长",
        ),
        (
            "/configuration/rules?place=room.sunshine-toddler&rule=unattended_child",
            {"set.min_confidence": "7"},
            "应为数，在 0 到 1 之间",
        ),
    ],
)
def test_forms(client: httpx.Client, path: str, changes: dict[str, str], said: str) -> None:
    assert said in wrong_words(change(client, path, **changes))


def test_what_is_drawn(client: httpx.Client) -> None:
    path = "/configuration/cameras/sunshine-toddler-1/areas"
    flat = {"id": "a", "polygon": [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]}
    far = {"id": "b", "polygon": [[0, 0], [1.5, 0], [1, 1]]}
    for zone, said in ((flat, "这个多边形没有面积"), (far, "1.5 在画面之外：位置应在 0 到 1 之间")):
        areas = {"zones": [zone], "masks": [], "blind": [], "lines": []}
        assert said in wrong_words(change(client, path, areas=json.dumps(areas)))


def test_a_spreadsheet_against_the_whole_file(client: httpx.Client) -> None:
    token = fields_token(client, "/onboarding")
    sheet = "机构名称,房间名称,房间类型,班型\n新园,走廊,走廊,托小班\n"
    files = {"file": ("a.csv", sheet.encode(), "text/csv")}
    answer = client.post("/onboarding", data={"token": token}, files=files)
    assert answer.status_code == 422
    assert "corridor 类型的房间没有班型（删除 class，或修改 type）" in answer.text
    answer = client.post("/onboarding", data={"token": token}, files={"file": ("a.csv", b"\x00")})
    assert "无法读取为电子表格（请填写可在此下载的模板" in answer.text


def test_a_template(client: httpx.Client) -> None:
    token = fields_token(client, f"{TEMPLATES}/new")
    (source, *_) = packaged_texts()
    for old, new, said in (
        ("metric: fire_cert_days_to_expiry", "metric: dayz", "没有名为“dayz”的系统数据"),
        ("severity: critical", "severity: grave", "应为 'critical'、'major' 或 'minor'"),
        ("version:", "versions:", "缺少“version”"),
        ("items:", "items: [", "不是正确的 YAML"),
    ):
        assert old in source
        text = source.replace(old, new, 1)
        answer = client.post(f"{TEMPLATES}/new", data={"token": token, "source": text})
        assert said in wrong_words(answer).replace("&#39;", "'"), answer.text[:3000]
    taken = client.post(f"{TEMPLATES}/new", data={"token": token, "source": source})
    assert "请为自己的模板换一个版本号" in wrong_words(taken)


def test_the_api_answers_in_the_language_of_whoever_asks(client: httpx.Client) -> None:
    answer = client.get("/api/v1/alerts", params={"since": "2026-11-02T09:30:00"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "请写明时区（如 2026-11-02T09:30:00+08:00）"


def fields_token(client: httpx.Client, path: str) -> str:
    return client.get(path).text.partition('name="token" value="')[2].partition('"')[0]
