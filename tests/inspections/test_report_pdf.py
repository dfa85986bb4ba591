"""The printed checklist, read back as a reader would: pages, words, glyphs, ticks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from monitor.domain.checklists import Answer, Checklist, Result
from monitor.domain.places import Institution
from monitor.domain.text import Text
from monitor.inspections.reports import render_pdf
from monitor.inspections.reports.words import REPORT_LANGUAGES, ReportLanguage
from monitor.registers.load import load_registers

DEMO = Path(__file__).parents[2] / "configs" / "demo-registers.yaml"
HOSTILE = '#panic("x") $x^2$ *b* _i_ <l> @r [c] `raw` = H // c \\u{41} #sys.inputs {{7*7}} "q"'


@pytest.fixture(scope="module")
def checklist(make_checklist: Callable[..., Checklist]) -> Checklist:
    riverside = load_registers(DEMO, date(2026, 12, 1))[1]
    return make_checklist(reported=riverside)


def read(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data), strict=True)


def text_of(reader: PdfReader) -> str:
    """Return all words without the spaces that justification puts between them."""
    return "".join("".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("language", REPORT_LANGUAGES)
def test_seventy_items_fit_on_ten_pages(checklist: Checklist, language: ReportLanguage) -> None:
    reader = read(render_pdf(checklist, (), language))
    assert 4 <= len(reader.pages) <= 10
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert (round(width), round(height)) == (595, 842)  # A4 in points


def test_every_item_is_there_in_chinese(checklist: Checklist) -> None:
    text = text_of(read(render_pdf(checklist, (), "zh")))
    for entry in checklist.entries:
        assert entry.item.id in text
        assert "".join(entry.item.text.zh.split()) in text, entry.item.id
        if entry.reading is not None:
            assert "".join(entry.reading.explain.zh.split()) in text, entry.item.id
    for word in ("阳光托育园", "演示区", "2026年11月", "检查员一", "检查员二", "机构负责人"):
        assert word in text
    assert checklist.content_sha256 in text
    assert checklist.template.sha256 in text


def test_the_english_one_is_english(checklist: Checklist) -> None:
    text = text_of(read(render_pdf(checklist, (), "en")))
    assert "SunshineNursery" in text
    assert "Headofinstitution" in text
    assert "检查员" not in text


def test_both_languages_stand_side_by_side(checklist: Checklist) -> None:
    text = text_of(read(render_pdf(checklist, (), "both")))
    for word in ("检查员一/Inspector1", "合格Pass", "阳光托育园/SunshineNursery"):
        assert word in text


def test_pages_are_numbered(checklist: Checklist) -> None:
    reader = read(render_pdf(checklist, (), "zh"))
    last = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        assert f"第{number}页共{last}页" in "".join(page.extract_text().split())


def test_every_font_is_embedded_and_readable(checklist: Checklist) -> None:
    names = set()
    for page in read(render_pdf(checklist, (), "both")).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            whole = font.get_object()
            descendant = whole["/DescendantFonts"][0].get_object()
            descriptor: DictionaryObject = descendant["/FontDescriptor"]
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
            assert "/ToUnicode" in whole
            names.add(str(whole["/BaseFont"]).partition("+")[2].partition("-")[0])
    assert names == {"NotoSansSC", "NotoSerifSC"}


@pytest.mark.parametrize("language", REPORT_LANGUAGES)
def test_the_same_checklist_gives_the_same_bytes(
    checklist: Checklist, language: ReportLanguage
) -> None:
    assert render_pdf(checklist, (), language) == render_pdf(checklist, (), language)


def test_hostile_names_are_only_shown(make_checklist: Callable[..., Checklist]) -> None:
    named = Institution("x", Text(zh=HOSTILE, en=HOSTILE), HOSTILE, address=HOSTILE)
    checklist = make_checklist(institution=named)
    note = Answer("S-03", Result.FAIL, HOSTILE, "x", checklist.generated)
    text = text_of(read(render_pdf(checklist, [note], "zh")))
    assert text.count("".join(HOSTILE.split())) >= 4


@settings(max_examples=8, deadline=None)
@given(name=st.text(min_size=1, max_size=200))
def test_any_name_can_be_printed(make_checklist: Callable[..., Checklist], name: str) -> None:
    named = Institution("x", Text(zh=name, en=name), name, address=name)
    assert len(read(render_pdf(make_checklist(institution=named), (), "zh")).pages) <= 10


def test_answers_are_printed_with_their_outcome(checklist: Checklist) -> None:
    answers = [
        Answer(entry.item.id, Result.PASS, f"已核{entry.item.id}", "王检查", checklist.generated)
        for entry in checklist.entries
    ]
    text = text_of(read(render_pdf(checklist, answers, "zh")))
    assert "已核S-01" in text
    assert "得分100" in text


def test_a_tick_by_hand_looks_other_than_one_by_the_system(checklist: Checklist) -> None:
    decided = next(entry for entry in checklist.entries if entry.decided)
    assert decided.proposal is not None
    confirmed = Answer(decided.item.id, decided.proposal, "", "王检查", checklist.generated)
    blank = replace(decided, proposal=None)
    entries = tuple(blank if entry is decided else entry for entry in checklist.entries)
    undecided = replace(checklist, entries=entries)
    assert drawn(render_pdf(checklist, [confirmed])) != drawn(render_pdf(checklist))
    assert drawn(render_pdf(undecided)) != drawn(render_pdf(checklist))


def drawn(data: bytes) -> list[bytes]:
    pages = read(data).pages
    return [content.get_data() for page in pages if (content := page.get_contents()) is not None]


def test_the_gravest_findings_stand_first(checklist: Checklist) -> None:
    first_page = "".join(read(render_pdf(checklist)).pages[0].extract_text().split())
    summary = first_page.partition("系统判为不达标")[2]
    assert 0 < summary.find("S-09") < summary.find("S-33")
    assert summary.find("S-09") < summary.find("S-04")
