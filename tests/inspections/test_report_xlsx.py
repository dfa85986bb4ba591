from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from monitor.domain.checklists import Answer, Checklist, Result
from monitor.domain.places import Institution
from monitor.domain.registers import DailyLog, LogKind, Paper, PaperKind, Register, log_starts
from monitor.domain.text import Text
from monitor.inspections.reports import render_json, render_xlsx
from monitor.inspections.reports.words import REPORT_LANGUAGES, ReportLanguage

LOGS = (DailyLog(LogKind.OUTDOOR, date(2026, 11, 2), "x", 95),)
REGISTER = Register(
    "sunshine",
    papers=(Paper(PaperKind.INSURANCE, "1", None, date(2026, 12, 10)),),
    logs=LOGS,
    log_starts=log_starts(LOGS),
)
FORMULAS = ('=HYPERLINK("http://x","y")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "http://a.b")


@pytest.fixture(scope="module")
def checklist(make_checklist: Callable[..., Checklist]) -> Checklist:
    return make_checklist(reported=REGISTER)


def sheets(data: bytes) -> dict[str, Any]:
    book = load_workbook(BytesIO(data))
    return {page.title: page for page in book.worksheets}


def rows(page: Any) -> list[dict[str, Any]]:
    head, *rest = page.iter_rows()
    names = [cell.value for cell in head]
    return [dict(zip(names, row, strict=True)) for row in rest]


def test_every_item_has_a_row(checklist: Checklist) -> None:
    found = rows(sheets(render_xlsx(checklist))["检查表"])
    assert [row["编号"].value for row in found] == [e.item.id for e in checklist.entries]
    assert found[0]["检查内容"].value == checklist.entries[0].item.text.zh


def test_figures_are_numbers(checklist: Checklist) -> None:
    found = {row["编号"].value: row for row in rows(sheets(render_xlsx(checklist))["系统数据"])}
    assert found["S-04"]["数值"].value == 10
    assert found["H-09"]["数值"].value == 95
    assert found["S-02"]["数值"].value is None
    assert json.loads(found["S-04"]["计算依据"].value) == {"insurance": "2026-12-10"}
    assert len(found) == 41


def test_days_and_moments_are_dates(checklist: Checklist) -> None:
    about = {row[0].value: row[1].value for row in sheets(render_xlsx(checklist))["说明"].rows}
    assert about["检查月份"] == datetime(2026, 11, 1)  # noqa: DTZ001
    assert about["生成时间"] == datetime(2026, 12, 1, 8, 0)  # noqa: DTZ001
    assert about["内容校验码"] == checklist.content_sha256


def test_results_are_chosen_from_a_list(checklist: Checklist) -> None:
    page = sheets(render_xlsx(checklist))["检查表"]
    (rule,) = page.data_validations.dataValidation
    assert rule.type == "list"
    assert rule.formula1 == '"合格,不合格,不适用"'
    column = [cell.value for cell in page[1]].index("结果")
    letter = page.cell(1, column + 1).column_letter
    assert str(rule.sqref) == f"{letter}2:{letter}72"


def test_the_sheet_is_ready_to_be_used(checklist: Checklist) -> None:
    page = sheets(render_xlsx(checklist))["检查表"]
    assert page.freeze_panes == "D2"
    assert page.auto_filter.ref == "A1:O72"
    assert page.print_title_rows == "$1:$1"


@pytest.mark.parametrize("language", REPORT_LANGUAGES)
def test_the_same_checklist_gives_the_same_bytes(
    checklist: Checklist, language: ReportLanguage
) -> None:
    data = render_xlsx(checklist, (), language)
    assert data == render_xlsx(checklist, (), language)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_or_a_link(
    make_checklist: Callable[..., Checklist], text: str
) -> None:
    named = Institution("x", Text(zh=text, en=text), text, address=text)
    checklist = make_checklist(institution=named)
    note = Answer("S-03", Result.FAIL, text, "x", checklist.generated)
    data = render_xlsx(checklist, [note])
    for page in sheets(data).values():
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    found = rows(sheets(data)["检查表"])
    cell = next(row["情况记录"] for row in found if row["编号"].value == "S-03")
    assert (cell.value, cell.quotePrefix) == (text, True)


@settings(max_examples=15, deadline=None)
@given(text=st.text(min_size=1, max_size=100))
def test_any_text_can_be_written(make_checklist: Callable[..., Checklist], text: str) -> None:
    checklist = make_checklist(institution=Institution("x", Text(zh=text, en=text), text))
    assert len(sheets(render_xlsx(checklist))) == 3


def test_json_holds_everything(checklist: Checklist) -> None:
    note = Answer("S-03", Result.FAIL, "未公示", "王检查", checklist.generated)
    data = render_json(checklist, [note])
    assert data == render_json(checklist, [note])
    document = json.loads(data)
    assert document["format"] == 1
    assert document["checklist"]["content_sha256"] == checklist.content_sha256
    assert len(document["checklist"]["entries"]) == 71
    assert document["answers"] == [{**asdict(note), "at": "2026-12-01T00:00:00+00:00"}]
    assert document["outcome"]["failed"] == 1 + sum(
        entry.decided and entry.proposal is Result.FAIL for entry in checklist.entries
    )
