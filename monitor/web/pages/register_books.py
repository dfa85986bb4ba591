"""One book of a register: its entries, the form for one of them, its documents and its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import ConflictError, InputError
from monitor.domain.registers import key_text
from monitor.domain.text import Text
from monitor.registers.forms import Form, Problem, form_of, read_entry, shown, written_of
from monitor.registers.history import field_words, value_words
from monitor.registers.uploads import MOST_BYTES, checked_upload
from monitor.store.register_changes import Origin
from monitor.store.register_repository import KeptEntry
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_data import SentForm
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceId, RowId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.REGISTERS)]
_Writer = Annotated[Visitor, require(Permission.REPORT)]
_Book = Annotated[str, Path(pattern=r"^[a-z_]{1,32}$")]
_Key = Annotated[str, Query(max_length=700)]
_SHOWN = 200
_ENVELOPE = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Line:
    """An entry in the list: its values as people read them, in the order of the fields."""

    key: str
    values: tuple[str, ...]
    documents: int


@router.get("/registers/{institution_id}/books/{book}")
def show(
    request: Request,
    visitor: _Reader,
    institution_id: PlaceId,
    book: _Book,
    key: _Key = "",
    saved: bool = False,
) -> Response:
    """Show a book; with ``key`` the entry to change, else an empty form."""
    form = form_of(book)
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    kept = site.registers.entry(visitor.scope, institution_id, book, key) if key else None
    written = {} if kept is None else written_of(form, kept.entry)
    return _book(request, visitor, institution_id, form, kept, written, saved=saved)


@router.post("/registers/{institution_id}/books/{book}")
def save(
    request: Request, visitor: _Writer, institution_id: PlaceId, book: _Book, sent: SentForm
) -> Response:
    """Add an entry, or change the one that was looked at."""
    check_form_token(visitor.token, sent.text("token"))
    form = form_of(book)
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    key = sent.text("key", 700)
    kept = site.registers.entry(visitor.scope, institution_id, book, key) if key else None
    written = {field.name: sent.text(f"v.{field.name}", 1000) for field in form.fields}
    if kept is not None:
        before = written_of(form, kept.entry)
        written |= {field.name: before[field.name] for field in form.fields if field.key}
    read = read_entry(form, written)
    if isinstance(read, tuple):
        return _book(request, visitor, institution_id, form, kept, written, problems=read)
    now = site.context.now()
    try:
        site.registers.put(
            institution_id, [read], now, visitor.author(Origin.PAGE), seen=sent.text("seen")
        )
    except ConflictError:
        return _book(request, visitor, institution_id, form, kept, written, conflict=True)
    site.barred.check(institution_id)
    return _back(institution_id, book, key_text(read))


@router.post("/registers/{institution_id}/books/{book}/remove")
def remove(
    request: Request, visitor: _Writer, institution_id: PlaceId, book: _Book, sent: SentForm
) -> Response:
    """Remove an entry that was made by mistake; its history stays."""
    check_form_token(visitor.token, sent.text("token"))
    form_of(book)
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    site.registers.remove(
        institution_id,
        book,
        sent.text("key", 700),
        site.context.now(),
        visitor.author(Origin.PAGE),
        sent.text("seen"),
    )
    return RedirectResponse(f"/registers/{institution_id}/books/{book}", 303)


@router.post(
    "/registers/{institution_id}/books/{book}/documents", max_body_size=MOST_BYTES + _ENVELOPE
)
def upload(
    request: Request, visitor: _Writer, institution_id: PlaceId, book: _Book, sent: SentForm
) -> Response:
    """Keep a document or a photo beside an entry."""
    check_form_token(visitor.token, sent.text("token"))
    form = form_of(book)
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    key = sent.text("key", 700)
    kept = site.registers.entry(visitor.scope, institution_id, book, key)
    try:
        if sent.file is None:
            raise InputError(Text("没有选择文件", "no file was chosen"), where="file")
        found = checked_upload(sent.file.name, sent.file.content)
    except InputError:
        written = written_of(form, kept.entry)
        return _book(request, visitor, institution_id, form, kept, written, refused=True)
    site.documents.add(
        institution_id,
        book,
        key,
        found.name,
        found.media_type,
        found.content,
        visitor.actor,
        site.context.now(),
    )
    return _back(institution_id, book, key)


@router.get("/registers/documents/{document_id}")
def document(request: Request, visitor: _Reader, document_id: RowId) -> Response:
    """Hand a document out, as a file that no browser runs."""
    site = site_of(request)
    found = site.documents.get(visitor.scope, document_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": f'"{found.sha256}"',
    }
    return Response(site.documents.content(found), 200, headers, found.media_type)


@router.post("/registers/documents/{document_id}/withdraw")
def withdraw(request: Request, visitor: _Writer, document_id: RowId, sent: SentForm) -> Response:
    """Hide a document that was uploaded by mistake."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    found = site.documents.get(visitor.scope, document_id)
    site.documents.withdraw(visitor.scope, document_id, visitor.actor, site.context.now())
    return _back(found.institution_id, found.book, found.key)


def _back(institution_id: str, book: str, key: str) -> Response:
    address = f"/registers/{institution_id}/books/{book}?key={quote(key, safe='')}&saved=true"
    return RedirectResponse(address, 303)


def _book(
    request: Request,
    visitor: Visitor,
    institution_id: str,
    form: Form,
    kept: KeptEntry | None,
    written: dict[str, str],
    *,
    problems: Sequence[Problem] = (),
    conflict: bool = False,
    refused: bool = False,
    saved: bool = False,
) -> Response:
    site = site_of(request)
    scope = visitor.scope
    key = "" if kept is None else kept.key
    return page(
        request,
        "register_book.html",
        status=422 if problems or refused else 409 if conflict else 200,
        institution=site.places.institution(scope, institution_id).institution,
        form=form,
        lines=_lines(site, visitor, institution_id, form, request),
        kept=kept,
        written=written,
        wrong={item.field.name: item.message for item in problems if item.field},
        whole=[item.message for item in problems if item.field is None],
        conflict=conflict,
        refused=refused,
        saved=saved,
        documents=site.documents.of(scope, institution_id, form.book, key) if key else (),
        changes=site.history.of(scope, institution_id, form.book, key) if key else (),
        field_words=field_words,
        value_words=value_words,
        most_mib=MOST_BYTES // 2**20,
        shown_most=_SHOWN,
    )


def _lines(
    site: Site, visitor: Visitor, institution_id: str, form: Form, request: Request
) -> list[_Line]:
    language = language_of(request)
    files: dict[str, int] = {}
    for item in site.documents.of(visitor.scope, institution_id, form.book):
        files[item.key] = files.get(item.key, 0) + 1
    lines = []
    for kept in site.registers.entries(visitor.scope, institution_id, form.book, _SHOWN):
        written = written_of(form, kept.entry)
        values = tuple(shown(field, written[field.name]).of(language) for field in form.fields)
        lines.append(_Line(kept.key, values, files.get(kept.key, 0)))
    return lines
