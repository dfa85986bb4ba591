"""A year for the auditor: whole, the same each time, checked without the system, without names."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from monitor.domain.access import DISTRICT
from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.alerts import SYSTEM
from monitor.domain.data_requests import RequestAction, Ruling, Verdict
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.privacy.year import YearDesk
from monitor.runtime.privacy.year_package import write_year
from monitor.store.access_register import AccessRegister
from monitor.store.data_request_repository import DataRequests
from monitor.store.handovers import HandoverRepository
from monitor.store.holds import HoldRepository
from tests.runtime.privacy.conftest import CHIEF, CLERK, Kept

DATABASES = ["sqlite"]
DAY = 86400.0


@pytest.fixture
def busy(kept: Kept) -> Kept:
    """Return a district in which something happened in two years."""
    register, requests = AccessRegister(kept.database), DataRequests(kept.database)
    register.put_down(NewAccess(AccessKind.VIEWED, CLERK, "=1+1", "sun"), kept.now)
    request = kept.ask(kept.now - timedelta(hours=2), kept.now - timedelta(hours=1))
    ruling = Ruling(Verdict.GRANTED, Text("可以查看", "may be seen"))
    for action in ("check", "decide", "carry_out", "close"):
        kept.clock.advance(DAY)
        requests.act(
            DISTRICT,
            request.id,
            RequestAction(action),
            CHIEF,
            kept.now,
            text="李女士已到园",
            ruling=ruling,
        )
    HandoverRepository(kept.database).write(DISTRICT, "a note", SYSTEM, kept.now)
    kept.clock.advance(370 * DAY)
    kept.erase()
    register.put_down(NewAccess(AccessKind.VIEWED, CLERK, "next year", "sun"), kept.now)
    return kept


def package(kept: Kept, year: int) -> bytes:
    target = io.BytesIO()
    desk = YearDesk(kept.database, kept.environment.settings, kept.clock)
    write_year(target, desk, year)
    return target.getvalue()


def read(body: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as opened:
        return opened.read(name)


def verified(path: Path) -> subprocess.CompletedProcess[str]:
    verifier = path.parent / "verify.py"
    verifier.write_bytes(read(path.read_bytes(), "verify.py"))
    command = [sys.executable, "-I", str(verifier), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_same_data_give_the_same_bytes_and_another_year_others(busy: Kept) -> None:
    body = package(busy, 2026)
    busy.clock.advance(DAY)
    AccessRegister(busy.database).put_down(NewAccess(AccessKind.VIEWED, CLERK, "x"), busy.now)
    assert package(busy, 2026) == body
    assert package(busy, 2027) != body


def test_a_year_holds_what_belongs_to_it_and_no_name_of_who_asked(busy: Kept) -> None:
    body = package(busy, 2026)
    access = json.loads(read(body, "json/access.json"))
    assert [row["kind"] for row in access] == ["viewed", "request_met"]
    (request,) = json.loads(read(body, "json/requests.json"))
    assert (request["number"], request["verdict"], request["due"]) == (
        "2026-0001",
        "granted",
        "2026-11-17",
    )
    assert json.loads(read(body, "json/erasures.json")) == []
    (hold,) = json.loads(read(body, "json/holds.json"))
    assert hold["camera"] == "sun-cam"
    assert HoldRepository(busy.database).list(DISTRICT)[0].released is not None
    erased = json.loads(read(package(busy, 2027), "json/erasures.json"))
    assert {row["kind"]: row["count"] for row in erased} == {"handovers": 1}
    with zipfile.ZipFile(io.BytesIO(body)) as opened:
        texts = [opened.read(name) for name in opened.namelist() if not name.endswith(".pdf")]
    assert not any("李女士".encode() in one for one in texts)


def test_sheets_hold_real_types_and_no_formulas(busy: Kept) -> None:
    body = package(busy, 2026)
    book = load_workbook(io.BytesIO(read(body, "year-2026.xlsx")))
    sheet = next(page for page in book if page.title.endswith("access"))
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
    assert row["序号 / position"] == 1
    assert isinstance(row["时间 / time"], datetime)
    assert row["理由 / reason"] == "=1+1"
    assert sheet.cell(2, head.index("理由 / reason") + 1).data_type == "s"
    assert "'=1+1" in read(body, "csv/access.csv").decode("utf-8-sig")


def test_it_is_checked_without_the_system_and_whatever_is_altered_shows(
    busy: Kept, tmp_path: Path
) -> None:
    path = tmp_path / "audit.zip"
    body = package(busy, 2026)
    path.write_bytes(body)
    assert verified(path).stdout == "OK / 核验通过\n"
    manifest = json.loads(read(body, "manifest.json"))
    assert all(one["sound"] for one in manifest["checks"])
    with zipfile.ZipFile(io.BytesIO(body)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    changed = json.loads(files["chains/access.json"])
    changed[0]["content"] = changed[0]["content"].replace("sun", "moon")
    files["chains/access.json"] = json.dumps(changed).encode()
    with zipfile.ZipFile(path, "w") as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    outcome = verified(path)
    assert outcome.returncode == 1
    assert "chains/access.json: altered" in outcome.stdout
    assert "chains/access.json: row 1 altered" in outcome.stdout


def test_a_row_altered_in_the_database_shows_in_the_checks(busy: Kept) -> None:
    with busy.database.transaction() as session:
        session.execute(text("DROP TRIGGER access_entry_no_update"))
        session.execute(text("UPDATE access_entry SET content = replace(content, 'sun', 'moon')"))
    checks = json.loads(read(package(busy, 2026), "manifest.json"))["checks"]
    assert {one["name"]: one["problem"] for one in checks if one["problem"]} == {
        "access": "the row was altered"
    }


@pytest.mark.parametrize("year", [1999, 2028])
def test_a_year_that_has_not_begun_is_refused(busy: Kept, year: int) -> None:
    with pytest.raises(InputError, match=str(year)):
        package(busy, year)
