"""Retention by rule: how long each kind of personal data is kept, and what was erased."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from typing import IO, Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response, StreamingResponse

from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.personal_data import RULE_OF
from monitor.runtime.privacy.year import FIRST_YEAR, LAST_YEAR, YearDesk
from monitor.runtime.privacy.year_package import write_year
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/privacy", include_in_schema=False)
_LISTED = 100
_CHUNK = 1 << 16


@router.get("/rules")
def rules(request: Request, visitor: Annotated[Visitor, require(Permission.PRIVACY)]) -> Response:
    """Show the rules, what is due by each, and what was erased, in the whole district."""
    check_district(visitor)
    site = site_of(request)
    return page(
        request,
        "privacy_rules.html",
        rules=RULE_OF,
        due=site.context.privacy.due(),
        erasures=site.erasures.list(_LISTED),
        verdict=site.erasures.verify(),
        year=site.context.now().astimezone(site.renderer.zone).year,
    )


@router.post("/export")
def export(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.REGISTER)],
    token: Annotated[str, Form()] = "",
    year: Annotated[int, Form(ge=FIRST_YEAR, le=LAST_YEAR)] = FIRST_YEAR,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> StreamingResponse:
    """Send a year for the auditor; that it was taken along is put down, with its hash."""
    check_form_token(visitor.token, token)
    check_district(visitor)
    site = site_of(request)
    file = tempfile.TemporaryFile(prefix="kanhu-year-")  # noqa: SIM115 (closed when it was sent)
    try:
        write_year(
            file, YearDesk(site.context.database, site.context.settings, site.context.clock), year
        )
        size = file.tell()
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        what = {"year": year, "sha256": digest}
        access = NewAccess(AccessKind.AUDIT_EXPORTED, visitor.accessor, reason, what=what)
        site.register.put_down(access, site.context.now())
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="audit-{year}.zip"',
        "Content-Length": str(size),
    }
    return StreamingResponse(_sent(file), 200, headers, "application/zip")


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(_CHUNK):
            yield part
