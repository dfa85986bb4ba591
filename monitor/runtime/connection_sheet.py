"""The connection report, and what is missing in a district, as spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

from monitor.domain.connections import Connected, ConnectionTrial, InstitutionCoverage
from monitor.domain.text import Language, Text

_LONGEST = 32_000
STATES: dict[Connected, Text] = {
    Connected.YES: Text("已接入", "connected"),
    Connected.PARTLY: Text("部分接入", "partly connected"),
    Connected.UNREADABLE: Text("读不到", "cannot be read"),
    Connected.UNTRIED: Text("尚未尝试", "not tried yet"),
    Connected.OFF: Text("已停用", "switched off"),
    Connected.NO_CAMERA: Text("没有摄像机", "no camera"),
    Connected.NOT_NEEDED: Text("不得安装", "no camera may be here"),
}
_YES, _NO = Text("可读", "readable"), Text("不可读", "not readable")
_TRIAL_COLUMNS = (
    (Text("机构", "Institution"), 24),
    (Text("房间", "Room"), 18),
    (Text("摄像机", "Camera"), 24),
    (Text("码流", "Stream"), 8),
    (Text("状态", "State"), 12),
    (Text("编码", "Codec"), 8),
    (Text("分辨率", "Size"), 12),
    (Text("帧率", "Frames/s"), 9),
    (Text("码率 kbit/s", "kbit/s"), 11),
    (Text("关键帧间隔 s", "GOP s"), 12),
    (Text("时钟偏差 s", "Clock offset s"), 14),
    (Text("首帧延迟 s", "First picture s"), 14),
    (Text("故障", "Fault"), 44),
    (Text("建议", "Advice"), 44),
)
_COVERAGE_COLUMNS = (
    (Text("机构", "Institution"), 26),
    (Text("街镇", "Community"), 16),
    (Text("房间", "Room"), 20),
    (Text("房间状态", "Room"), 14),
    (Text("摄像机", "Camera"), 22),
    (Text("摄像机状态", "Camera"), 14),
    (Text("原因", "Reason"), 50),
)
Cell = str | float | int | None


def write_trials(trials: Iterable[ConnectionTrial], language: Language) -> bytes:
    """Return a workbook with one row for each stream that was tried."""
    rows = [
        (
            trial.institution_id,
            trial.room_id,
            trial.camera_id,
            trial.stream.value,
            (_YES if trial.readable else _NO).of(language),
            trial.codec,
            trial.size,
            trial.fps,
            trial.kbit_s,
            trial.gop_s,
            trial.clock_offset_s,
            trial.first_picture_s,
            trial.fault.of(language),
            trial.advice.of(language),
        )
        for trial in trials
    ]
    return _workbook(Text("接入报告", "Connections"), _TRIAL_COLUMNS, rows, language)


def write_coverage(
    institutions: Iterable[InstitutionCoverage], language: Language, *, all_rooms: bool = True
) -> bytes:
    """Return a workbook with a row for each camera, and for each room without one."""
    rows: list[Sequence[Cell]] = []
    for institution in institutions:
        for room in institution.rooms:
            if not all_rooms and room.state in (Connected.YES, Connected.NOT_NEEDED):
                continue
            head = (
                institution.name.of(language),
                institution.community,
                room.name.of(language),
                STATES[room.state].of(language),
            )
            rows += [
                (
                    *head,
                    camera.name.of(language),
                    STATES[camera.state].of(language),
                    camera.reason.of(language),
                )
                for camera in room.cameras
            ] or [(*head, "", "", "")]
    return _workbook(Text("接入情况", "Coverage"), _COVERAGE_COLUMNS, rows, language)


def _workbook(
    title: Text,
    columns: Sequence[tuple[Text, int]],
    rows: Iterable[Sequence[Cell]],
    language: Language,
) -> bytes:
    target = BytesIO()
    options = {"in_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title.of(language))
        sheet.freeze_panes(1, 0)
        heading = book.add_format({"bold": True, "bg_color": "#E8F0F2", "border": 1})
        for column, (label, width) in enumerate(columns):
            sheet.write_string(0, column, label.of(language), heading)
            sheet.set_column(column, column, width)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, value[:_LONGEST])
                elif value is not None:
                    sheet.write_number(number, column, value)
        if columns:
            sheet.autofilter(0, 0, 0, len(columns) - 1)
    return target.getvalue()
