"""Forms, spreadsheets and uploads take what is right and name all that is wrong."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.domain.places import Institution
from monitor.domain.registers import Paper, PaperKind, Register, StaffMember, StaffRole
from monitor.domain.text import Text
from monitor.registers.expiries import expiries, threshold
from monitor.registers.forms import form_of, forms, read_entry, written_of
from monitor.registers.load import load_registers
from monitor.registers.sheets import read_filled, write_template
from monitor.registers.tables import read_tables
from monitor.registers.uploads import checked_upload

TODAY = date(2026, 11, 23)
DEMO = Path(__file__).parents[2] / "configs" / "demo-registers.yaml"
REGISTERS = load_registers(DEMO, TODAY)
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08\x02\x00\x00\x00"
    b"\x90\x91h6\x00\x00\x00\x00IEND\xaeB`\x82"
)


def test_every_entry_survives_its_form() -> None:
    for register in REGISTERS:
        for book, form in forms().items():
            for entry in getattr(register, book):
                assert read_entry(form, written_of(form, entry)) == entry


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_filled_template_says_what_was_filled_in(language: str) -> None:
    register = REGISTERS[1]
    content = write_template(
        "zh" if language == "zh" else "en", {book: getattr(register, book) for book in forms()}
    )
    filled = read_filled(read_tables("registers.xlsx", content))
    assert filled.problems == ()
    for book in forms():
        assert set(filled.entries.get(book, ())) == set(getattr(register, book))


def test_an_empty_template_says_nothing() -> None:
    filled = read_filled(read_tables("registers.xlsx", write_template("zh")))
    assert (filled.count, filled.problems) == (0, ())


def test_every_mistake_is_named_with_its_row_and_column() -> None:
    rows = (
        "编号,姓名,岗位,健康证到期日,血型\n"
        "S1,陈静,负责人,2027年1月31日,A\n"
        ",,园丁,2027-02-30,\n"
        "S1,王敏,carer,,\n"
    )
    filled = read_filled(read_tables("人员.csv", rows.encode("gb18030")))
    found = {(item.row, item.column.zh if item.column else "") for item in filled.problems}
    assert found == {
        (1, "血型"),
        (3, "编号"),
        (3, "姓名"),
        (3, "岗位"),
        (3, "健康证到期日"),
        (0, ""),  # S1 stands there twice
    }
    assert filled.entries["staff"][0] == StaffMember(
        "S1", "陈静", StaffRole.MANAGER, health_certificate_expires=date(2027, 1, 31)
    )


def test_a_sheet_that_unpacks_to_too_much_is_refused_unread() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(70 * 2**20))
    with pytest.raises(InputError, match="not a spreadsheet"):
        read_tables("bomb.xlsx", target.getvalue())


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_the_reader(content: bytes, archive: bool) -> None:
    try:
        read_filled(read_tables("x", b"PK\x03\x04" + content if archive else content))
    except InputError:
        return


@given(st.dictionaries(st.sampled_from([f.name for f in form_of("staff").fields]), st.text()))
def test_whatever_is_written_is_an_entry_or_has_problems(written: dict[str, str]) -> None:
    read = read_entry(form_of("staff"), written)
    assert isinstance(read, StaffMember) or read


@pytest.mark.parametrize("day", ["99999999999999999999-1-1", "0-0-0", "2026-02-30", "--", "1e9"])
def test_no_day_that_is_none_breaks_a_form(day: str) -> None:
    written = {"number": "S1", "name": "x", "role": "cook", "left": day}
    read = read_entry(form_of("staff"), written)
    assert isinstance(read, tuple)
    assert [problem.field.name for problem in read if problem.field] == ["left"]


@given(st.binary(max_size=200))
def test_only_pdf_jpeg_and_png_are_kept(content: bytes) -> None:
    with pytest.raises(InputError):
        checked_upload("x.pdf", content)
    assume(b"%%EOF" not in content)
    with pytest.raises(InputError):
        checked_upload("x.pdf", b"%PDF-1.7\n" + content)  # without its end
    assert checked_upload("a/..\\b.pdf", b"%PDF-1.7\n" + content + b"%%EOF").name == "b.pdf"


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    assert checked_upload("a.png", PNG).media_type == "image/png"
    huge = PNG.replace(b"\x00\x00\x00\x10\x00\x00\x00\x10", b"\x00\x01\x00\x00\x00\x01\x00\x00")
    with pytest.raises(InputError, match="neither"):
        checked_upload("a.png", huge)


@given(st.integers(-400, 400))
def test_a_reminder_is_due_at_the_nearest_step(days: int) -> None:
    step = threshold(days)
    if days < 0:
        assert step == 0
    elif days > 60:
        assert step is None
    else:
        assert step == (7 if days <= 7 else 30 if days <= 30 else 60)


def test_what_ends_is_named_without_names_and_old_papers_do_not_count() -> None:
    institution = Institution("i", Text("园", "I"), "", notice_expires=TODAY)
    register = Register(
        "i",
        papers=(
            Paper(PaperKind.INSURANCE, "old", None, TODAY - timedelta(days=9)),
            Paper(PaperKind.INSURANCE, "new", None, TODAY + timedelta(days=300)),
        ),
        staff=(
            StaffMember("S1", "陈静", StaffRole.COOK, criminal_check=TODAY),
            StaffMember("S2", "王敏", StaffRole.COOK, criminal_check=TODAY, left=TODAY),
            StaffMember(
                "S3", "李婷", StaffRole.COOK, ban_check=TODAY, left=TODAY - timedelta(days=1)
            ),
        ),
    )
    found = expiries(register, institution, TODAY)
    assert [(item.book, item.days(TODAY)) for item in found] == [
        ("papers", 0),
        ("papers", 300),
        ("staff", 365),
        ("staff", 365),
    ]
    assert not any("陈静" in item.what.zh for item in found)
