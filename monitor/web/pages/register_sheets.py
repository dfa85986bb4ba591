"""Registers by spreadsheet: a template to fill in, a trial that lists every mistake, the import.

What was tried is kept under its hash, so that what is imported is what was tried; importing the
same file again changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.registers import Entry, Register
from monitor.domain.text import Text
from monitor.registers.forms import forms
from monitor.registers.sheets import Filled, read_filled, write_template
from monitor.registers.tables import MOST_BYTES, read_tables
from monitor.store.register_changes import Origin
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_data import SentForm
from monitor.web.form_token import check_form_token
from monitor.web.local_day import today_of
from monitor.web.parameters import PlaceId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.REGISTERS)]
_Writer = Annotated[Visitor, require(Permission.REPORT)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_SHOWN = 200
_ENVELOPE = 64 * 1024


@router.get("/registers/{institution_id}/template.xlsx")
def template(
    request: Request, visitor: _Reader, institution_id: PlaceId, filled: bool = False
) -> Response:
    """Download the spreadsheet to fill in, empty or with what is kept now."""
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    kept: dict[str, tuple[Entry, ...]] = {}
    if filled:
        today = today_of(site)
        register = site.registers.register(institution_id, today.replace(day=1), today)
        register = register or Register(institution_id)
        kept = {book: getattr(register, book) for book in forms()}
    content = write_template(language_of(request), kept)
    name = f'attachment; filename="registers-{institution_id}.xlsx"'
    return Response(content, 200, {"Content-Disposition": name}, _XLSX)


@router.get("/registers/{institution_id}/import")
def ask(request: Request, visitor: _Writer, institution_id: PlaceId, done: str = "") -> Response:
    """Show the form that takes a spreadsheet."""
    site = site_of(request)
    return page(
        request,
        "register_import.html",
        institution=site.places.institution(visitor.scope, institution_id).institution,
        done=tuple(done.split("-")) if re.fullmatch(r"\d+-\d+-\d+", done) else None,
        **_nothing(),
    )


@router.post("/registers/{institution_id}/import", max_body_size=MOST_BYTES + _ENVELOPE)
def attempt(
    request: Request, visitor: _Writer, institution_id: PlaceId, sent: SentForm
) -> Response:
    """Try a spreadsheet: list what is wrong with it, or what importing it would do."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    institution = site.places.institution(visitor.scope, institution_id).institution
    shown = _nothing()
    status = 200
    try:
        if sent.file is None:
            raise InputError(Text("没有选择文件", "no file was chosen"), where="file")
        filled = read_filled(read_tables(sent.file.name, sent.file.content))
    except InputError:
        shown["unfit"], status = True, 422
    else:
        digest = hashlib.sha256(sent.file.content).hexdigest()
        shown |= {"filled": filled, "name": sent.file.name[:200], "digest": digest}
        if filled.problems:
            status = 422
            shown["problems"] = filled.problems[:_MOST_SHOWN]
        elif filled.count:
            site.context.files.write(_key(institution_id, digest), sent.file.content)
            shown["preview"] = site.registers.preview(institution_id, _entries(filled))
    return page(
        request, "register_import.html", status=status, institution=institution, done=None, **shown
    )


@router.post("/registers/{institution_id}/import/apply")
def apply(request: Request, visitor: _Writer, institution_id: PlaceId, sent: SentForm) -> Response:
    """Import the spreadsheet that was tried."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    content = _tried(site, institution_id, sent.text("digest"))
    filled = read_filled(read_tables("import", content))
    if filled.problems:
        raise InputError(
            Text("电子表格有错误", "the spreadsheet has mistakes"),
            hint=Text("请重新试导入", "try it again"),
        )
    report = site.registers.put(
        institution_id, _entries(filled), site.context.now(), visitor.author(Origin.SHEET)
    )
    site.barred.check(institution_id)
    done = f"{report.added}-{report.changed}-{report.unchanged}"
    return RedirectResponse(f"/registers/{institution_id}/import?done={done}", 303)


def _nothing() -> dict[str, Any]:
    return {
        "filled": None,
        "preview": None,
        "problems": (),
        "name": "",
        "digest": "",
        "unfit": False,
    }


def _entries(filled: Filled) -> list[Entry]:
    return [entry for entries in filled.entries.values() for entry in entries]


def _tried(site: Site, institution_id: str, digest: str) -> bytes:
    if not _SHA256.fullmatch(digest):
        raise NotFoundError(
            Text("这份电子表格没有试导入", "this spreadsheet was not tried"), where="digest"
        )
    return site.context.files.read(_key(institution_id, digest))


def _key(institution_id: str, digest: str) -> str:
    return f"imports/{institution_id}/{digest}"
