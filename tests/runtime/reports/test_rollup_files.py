"""Roll-ups as files, read back as their readers would."""

from __future__ import annotations

import json
import re
from datetime import date
from functools import cache
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import openpyxl
import pytest
from pypdf import PdfReader

from monitor.domain.access import DISTRICT
from monitor.domain.text import LANGUAGES, Language
from monitor.inspections.reports import render_rollup_json, render_rollup_pdf, render_rollup_xlsx
from monitor.inspections.reports.qr import qr_svg
from monitor.inspections.rollup import Rollup, RollupKind
from tests.runtime.reports.conftest import Filed

NOVEMBER = date(2026, 11, 1)
ADDRESS = "https://kanhu.example.org"


@pytest.fixture(scope="module")
def rollup(filed: Filed) -> Rollup:
    return filed.desk().rollup(DISTRICT, RollupKind.MONTH, NOVEMBER)


@pytest.fixture(scope="module")
def audit(filed: Filed) -> Rollup:
    return filed.desk().rollup(DISTRICT, RollupKind.YEAR, NOVEMBER)


@cache
def _reader(sha256: str, language: Language) -> PdfReader:
    rollup = _ROLLUPS[sha256]
    return PdfReader(BytesIO(render_rollup_pdf(rollup, language, ADDRESS)), strict=True)


@cache
def _words(sha256: str, language: Language) -> tuple[str, ...]:
    pages = _reader(sha256, language).pages
    return tuple("".join(page.extract_text().split()) for page in pages)


_ROLLUPS: dict[str, Rollup] = {}


def reader(rollup: Rollup, language: Language) -> PdfReader:
    _ROLLUPS[rollup.content_sha256] = rollup
    return _reader(rollup.content_sha256, language)


def pages_of(rollup: Rollup, language: Language) -> tuple[str, ...]:
    _ROLLUPS[rollup.content_sha256] = rollup
    return _words(rollup.content_sha256, language)


def words(rollup: Rollup, language: Language) -> str:
    return "".join(pages_of(rollup, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_roll_up_names_everything_it_counts(rollup: Rollup, language: Language) -> None:
    pages = pages_of(rollup, language)
    text = "".join(pages)
    for item in rollup.items:
        assert "".join(item.text.of(language).split()) in text, item.id
    for row in rollup.institutions:
        assert "".join(row.place.name.of(language).split()) in text
    assert rollup.content_sha256 in text
    last = len(pages)
    for number, page in enumerate(pages, 1):
        mark = f"第{number}页共{last}页" if language == "zh" else f"Page{number}of{last}"
        assert mark in page


def test_each_language_keeps_to_itself(rollup: Rollup, audit: Rollup) -> None:
    assert "按检查项的结果" in words(rollup, "zh")
    assert "按检查项的结果" not in words(rollup, "en")
    assert "Resultsbyitem" in words(rollup, "en")
    assert "年度检查审计报告" in words(audit, "zh")


def test_every_font_is_embedded_also_those_of_pictures(rollup: Rollup) -> None:
    names = set()
    for page in reader(rollup, "zh").pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            whole = font.get_object()
            descriptor = whole["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
            names.add(str(whole["/BaseFont"]).partition("+")[2].partition("-")[0])
    assert names == {"NotoSansSC", "NotoSerifSC"}


def test_the_printed_code_leads_to_where_the_hash_is_checked(rollup: Rollup) -> None:
    where = f"{ADDRESS}/verify/{rollup.content_sha256}"
    assert where in words(rollup, "zh")
    svg = qr_svg(where)
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    modules = np.full((side, side), 255, np.uint8)
    for column, row in re.findall(r"M(\d+) (\d+)h1", svg):
        modules[int(row), int(column)] = 0
    printed = cv2.resize(modules, (8 * side, 8 * side), interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(printed)[0] == where


def cells(rollup: Rollup, sheet: str) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(BytesIO(render_rollup_xlsx(rollup, "en")))
    head, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip((str(name) for name in head), row, strict=True)) for row in rows]


def test_the_spreadsheet_has_real_numbers_shares_and_dates(rollup: Rollup) -> None:
    for row, month in zip(cells(rollup, "Trends over twelve months"), rollup.months, strict=True):
        assert row["Month"].date() == month.month
        assert row["Inspected"] == month.inspected
        assert row["Coverage"] == pytest.approx(month.coverage)
        assert row["False share"] == pytest.approx(month.alerts.false_share)
        assert (row["Institutions"], row["Alerts"]) == (month.institutions, month.alerts.total)
    for row, item in zip(cells(rollup, "Results by item"), rollup.items, strict=True):
        assert (row["No."], row["Failed"]) == (item.id, item.tally.failed)
    book = openpyxl.load_workbook(BytesIO(render_rollup_xlsx(rollup, "en")))
    sheet = book["Trends over twelve months"]
    formats = {str(cell.value): sheet.cell(2, cell.column).number_format for cell in sheet[1]}
    assert formats["Month"] == "yyyy-mm-dd"
    assert formats["Coverage"] == "0.0%"


def test_the_heat_map_is_in_the_spreadsheet_field_by_field(rollup: Rollup, audit: Rollup) -> None:
    marks = {"pass": "Pass", "fail": "Fail", "na": "N.A."}
    month = cells(rollup, "Heat map of institutions and it")
    for row, one in zip(month, rollup.institutions, strict=True):
        for item, result in zip(rollup.items, one.results, strict=True):
            assert row[item.id] == (None if result is None else marks[result.value])
    year = cells(audit, "Heat map of institutions and it")
    for row, one in zip(year, audit.institutions, strict=True):
        assert [row[item.id] for item in audit.items] == list(one.failures)


def test_json_holds_every_figure_and_its_hash(rollup: Rollup) -> None:
    document = json.loads(render_rollup_json(rollup))
    assert document["format"] == 1
    assert document["rollup"]["content_sha256"] == rollup.content_sha256
    assert len(document["rollup"]["institutions"]) == len(rollup.institutions)
    assert list(document["rollup"]) == sorted(document["rollup"])
