"""Checklists on the screen and as files."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import load_workbook
from pypdf import PdfReader

from monitor.domain.access import Role

if TYPE_CHECKING:
    import httpx

    from tests.web.conftest import Served, World


def _generate(client: httpx.Client, **fields: str) -> httpx.Response:
    html = client.get("/inspections").text
    token = html.partition('name="token" value="')[2].partition('"')[0]
    data = {"token": token, "month": "2026-11", **fields}
    return client.post("/inspections/generate", data=data)


def test_checklists_are_made_read_and_downloaded(served: Served, world: World) -> None:
    with served.client(world.user("inspector", Role.INSPECTOR)) as client:
        assert "尚未生成检查表" in client.get("/inspections").text
        answer = _generate(client)
        assert answer.headers["location"] == "/inspections?month=2026-11&made=2"
        page = client.get(answer.headers["location"]).text
        assert "已生成 2 份检查表" in page
        assert "已生成 2 / 2 家机构的检查表" in page
        link = re.search(r'href="(/inspections/\d+)"', page)
        assert link is not None
        checklist = client.get(link[1]).text
        assert checklist.count('class="check"') >= 60
        assert "系统数据：" in checklist
        assert "数据来源" in checklist
        pdf = client.get(f"{link[1]}/report.pdf?language=zh")
        assert pdf.headers["content-type"] == "application/pdf"
        assert "filename*=UTF-8''2026-11%20" in pdf.headers["content-disposition"]
        text = PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
        assert "托育" in text
        sheet = client.get(f"{link[1]}/report.xlsx?language=en")
        assert load_workbook(BytesIO(sheet.content)).sheetnames
        assert client.get(f"{link[1]}/report.exe").status_code == 404
        assert client.get(f"{link[1]}/report.pdf?language=fr").status_code == 422


def test_a_month_that_has_not_begun_has_no_checklists(served: Served, world: World) -> None:
    with served.client(world.user("inspector", Role.INSPECTOR)) as client:
        assert _generate(client, month="2026-12").status_code == 422
        assert _generate(client, month="soon").status_code == 422
        assert _generate(client, institution="nowhere").status_code == 404
        page = client.get("/inspections?month=2026-12").text
        assert "/inspections/generate" not in page
        assert "month=2026-11" in page


def test_an_institution_reads_its_own_but_makes_none(served: Served, world: World) -> None:
    with served.client(world.user("inspector", Role.INSPECTOR)) as client:
        _generate(client)
    with served.client(world.user("auditor", Role.AUDITOR)) as client:
        page = client.get("/inspections").text
        assert "/inspections/generate" not in page
        assert client.post("/inspections/generate", data={"month": "2026-11"}).status_code == 403
