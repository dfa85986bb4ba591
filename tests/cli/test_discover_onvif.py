from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.streams.onvif.device import PASSWORD, USER, SimulatedDevice

from .conftest import Run

TEXT = """\
version: 1
service: {data_dir: data}
sources: {networks: [127.0.0.0/8]}
district: {id: d, name: 区}
institutions: []
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def test_cameras_are_found_and_go_into_the_import_sheet(
    monitor: Run, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANHU_ONVIF_PASSWORD", PASSWORD)
    sheet = tmp_path / "found.xlsx"
    with SimulatedDevice(
        {"s": "rtsp://127.0.0.1/2", "m": "rtsp://127.0.0.1/1"}, ahead=90
    ) as device:
        host, port = device.discovery
        options = ("--onvif", "-c", config, "--ask", f"{host}:{port}", "--onvif-wait", 0.6)
        outcome = monitor("discover", *options, "--user", USER, "--sheet", sheet)
        url = f"onvif://127.0.0.1:{device.port}/onvif/device_service"
        found = json.loads(monitor("discover", *options, "--user", USER, "--json").out)["devices"]
        refused = monitor("discover", *options, "--user", "nobody")
    assert outcome.code == 0
    assert f"  {url}?profile=m  档案 m  h264  1280×720" in outcome.out
    assert "clock +90 s" in outcome.out or "clock +89 s" in outcome.out
    assert PASSWORD not in outcome.out
    assert found[0]["snapshot"] == "http://127.0.0.1/snap.jpg"
    assert (refused.code, "wrong user name" in refused.out) == (1, True)
    book = load_workbook(sheet)
    headings, row = ([cell.value for cell in line] for line in book.worksheets[0].iter_rows())
    filled = dict(zip(headings, row, strict=True))
    assert filled["主码流地址"] == f"{url}?profile=m"
    assert filled["子码流地址"] == f"{url}?profile=s"
    assert filled["用户名"] == USER
    book.worksheets[0]["A2"] = "晨曦托育园"
    for heading, value in (("房间名称", "托小班"), ("房间类型", "活动室")):
        book.worksheets[0].cell(2, headings.index(heading) + 1, value)
    book.save(sheet)
    assert monitor("import", sheet, "-c", config).code == 0
    assert monitor("check", "-c", config).code == 0


def test_what_to_look_for_must_be_said(monitor: Run, config: Path) -> None:
    assert monitor("discover", "-c", config).code == 2
    assert monitor("discover", "-c", config, "--onvif", "--ask", "nonsense").code == 2
