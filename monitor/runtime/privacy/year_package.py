"""Puts a year for the auditor into one ZIP file: the same data give the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from importlib import resources
from typing import IO, Any

from monitor import __version__
from monitor.inspections.reports.audit_year import (
    AuditYear,
    YearTable,
    as_rows,
    render_year_pdf,
    render_year_xlsx,
    written,
)
from monitor.runtime.privacy.year import YearDesk

FORMAT = "kanhu-year/1"
_VERIFIER = "verify.py"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_year(target: IO[bytes], desk: YearDesk, year: int) -> AuditYear:
    """Write the ZIP file of a year and return what it holds.

    Raises:
        InputError: there is nothing of that year.
    """
    gathered = desk.gather(year)
    files: dict[str, bytes] = {
        _VERIFIER: (resources.files("monitor.runtime.exports") / _VERIFIER).read_bytes(),
        "README.txt": _readme(gathered).encode(),
        f"year-{year}.xlsx": render_year_xlsx(gathered),
        "summary-zh.pdf": render_year_pdf(gathered, "zh"),
        "summary-en.pdf": render_year_pdf(gathered, "en"),
    }
    for table in gathered.tables:
        files[f"csv/{table.name}.csv"] = _csv(table)
        files[f"json/{table.name}.json"] = _json(as_rows(table))
    rows = desk.links(year)
    for name, links in rows.items():
        files[f"chains/{name}.json"] = _json(links)
    manifest = _manifest(gathered, files, [f"chains/{name}.json" for name in rows])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in sorted({**files, "manifest.json": _json(manifest)}.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, body)
    return gathered


def _manifest(year: AuditYear, files: dict[str, bytes], chains: list[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "software": f"kanhu {__version__}",
        "district": {"zh": year.district.zh, "en": year.district.en},
        "year": year.year,
        "until": written(year.until),
        "content_sha256": year.sha256,
        "checks": [
            {
                "name": one.name,
                "rows": one.rows,
                "head": one.head,
                "sound": not one.problem,
                "problem": one.problem,
            }
            for one in year.chains
        ],
        "chains": chains,
        "files": [
            {"name": name, "sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}
            for name, body in sorted(files.items())
        ],
    }


def _csv(table: YearTable) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([key for key, _ in table.columns])
    for row in table.rows:
        writer.writerow([_inert(written(value)) for value in row])
    # Without the mark spreadsheets take the Chinese for something else.
    return f"\ufeff{buffer.getvalue()}".encode()


def _inert(value: Any) -> Any:
    # A spreadsheet must not take what somebody wrote for a formula.
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value else value


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def _readme(year: AuditYear) -> str:
    return (
        f"{year.district.zh}：{year.year} 年个人信息保护审计包\n"
        "summary-zh.pdf 是摘要；year-*.xlsx、csv/、json/ 是全部清单；chains/ 是哈希链原文。\n"
        "manifest.json 列出全部文件的 SHA-256；运行 python3 verify.py 核验。\n"
        "含有工作人员姓名，请依法保管，用毕删除。\n\n"
        f"{year.district.en}: personal data in {year.year}, for the auditor\n"
        "summary-en.pdf sums it up; year-*.xlsx, csv/ and json/ are all lists; chains/ are the\n"
        "hash chains as they are stored.\n"
        "manifest.json names every file with its SHA-256; run python3 verify.py to check them.\n"
        "It names members of staff: keep it as the law demands and delete it when done.\n"
    )
